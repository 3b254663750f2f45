// The command palette: Ctrl-K or Cmd-K, or any `data-palette` button. GET <data-url>?q= answers with a list (parts/palette.html.jinja).
import { each, say } from "./page.js";
import { htmx } from "./requests.js";

const box = () => document.getElementById("palette");
const field = () => document.getElementById("palette-q");
const list = () => document.getElementById("palette-list");
const items = () => [...list().querySelectorAll('[role="option"]')];

function choose(index) {
  const all = items();
  const chosen = all[(index + all.length) % all.length];
  all.forEach((item) => item.setAttribute("aria-selected", String(item === chosen)));
  if (chosen) { field().setAttribute("aria-activedescendant", chosen.id); chosen.scrollIntoView({ block: "nearest" }); }
  else field().removeAttribute("aria-activedescendant");
}
const chosen = () => items().findIndex((item) => item.getAttribute("aria-selected") === "true");

export function openPalette(text = "") {
  const dialog = box();
  if (!dialog || dialog.open) return;
  field().value = text;
  dialog.showModal();
  field().select();
  htmx.trigger(field(), "palette");
}

each("#palette", (dialog) => {
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("htmx:afterSwap", () => {
    items().forEach((item, index) => { item.id ||= `palette-item-${index}`; item.tabIndex = -1; });
    choose(0);
    document.getElementById("palette-count").textContent = say("results", { count: items().length });
  });
  field().addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); choose(chosen() + step); }
    if (event.key === "Enter") {
      event.preventDefault();
      const item = items()[chosen()];
      if (!item) return;
      if (event.ctrlKey || event.metaKey) window.open(item.href, "_blank", "noopener");
      else { dialog.close(); item.click(); }
    }
  });
  list().addEventListener("pointermove", (event) => {
    const item = event.target.closest('[role="option"]');
    if (item && item.getAttribute("aria-selected") !== "true") choose(items().indexOf(item));
  });
  list().addEventListener("click", (event) => { if (event.target.closest("a") && !event.ctrlKey && !event.metaKey) dialog.close(); });
});
if (/Mac|iPhone|iPad/.test(navigator.platform)) each(".find kbd", (key) => { key.textContent = "⌘ K"; });
each("[data-palette]", (button) => button.addEventListener("click", () => openPalette()));
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    if (box()?.open) box().close(); else openPalette();
  }
});
