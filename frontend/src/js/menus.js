// Menus are native popovers: `<button popovertarget="x">` and `<div id="x" popover class="menu">`. Here: their place and arrow keys.
import { each } from "./page.js";

const ITEMS = ".menu-item:not([hidden]), .menu input, .menu .btn";

function place(menu, button) {
  const box = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const gap = 4;
  const wantsEnd = menu.dataset.align === "end" || box.left + width > innerWidth - 8;
  const left = Math.min(Math.max(8, wantsEnd ? box.right - width : box.left), innerWidth - width - 8);
  const below = box.bottom + gap + height <= innerHeight - 8 || box.top < height;
  menu.style.left = `${Math.max(8, left)}px`;
  menu.style.top = `${below ? box.bottom + gap : box.top - gap - height}px`;
}

each(".menu[popover]", (menu) => {
  const button = () => document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
  menu.addEventListener("toggle", (event) => {
    const opener = button();
    if (!opener) return;
    const open = event.newState === "open";
    opener.setAttribute("aria-expanded", String(open));
    if (!open) return;
    place(menu, opener);
    (menu.querySelector("[autofocus], .menu-search") ?? menu.querySelector(".menu-item, input"))?.focus();
  });
  button()?.setAttribute("aria-expanded", "false");
  menu.addEventListener("keydown", (event) => {
    const items = [...menu.querySelectorAll(ITEMS)].filter((item) => item.offsetParent !== null);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length]?.focus();
  });
  menu.addEventListener("click", (event) => {
    if (event.target.closest("a.menu-item, button.menu-item:not([data-stay])")) menu.hidePopover();
  });
  menu.querySelector(".menu-search")?.addEventListener("input", (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    for (const item of menu.querySelectorAll("[data-find]")) item.hidden = !item.dataset.find.toLowerCase().includes(wanted);
  });
});
addEventListener("scroll", (event) => {
  const open = document.querySelector(".menu:popover-open");
  if (open && !open.contains(event.target)) open.hidePopover();
}, { capture: true, passive: true });

// "Why not": a disabled command keeps its place, cannot be pressed, and says why. Escape hides the reason.
document.addEventListener("click", (event) => {
  if (event.target.closest?.('[aria-disabled="true"]')) { event.preventDefault(); event.stopImmediatePropagation(); }
}, true);
document.addEventListener("keydown", (event) => {
  const why = event.key === "Escape" && document.querySelector(".why:is(:hover, :focus-within):not(.is-dismissed)");
  if (!why) return;
  why.classList.add("is-dismissed");
  const again = () => why.classList.remove("is-dismissed");
  why.addEventListener("pointerleave", again, { once: true });
  why.addEventListener("focusout", again, { once: true });
});
