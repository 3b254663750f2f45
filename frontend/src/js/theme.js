// The theme buttons (`data-theme-choice="light|dark|auto"`) and the sidebar buttons (`data-side`).
import { each, keep } from "./page.js";

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

function show(wanted) {
  root.dataset.theme = wanted;
  root.dataset.bsTheme = wanted === "auto" ? (system.matches ? "dark" : "light") : wanted;
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === wanted));
  }
  document.dispatchEvent(new CustomEvent("setsquare:theme"));
}

each("[data-theme-choice]", (button) => {
  button.setAttribute("aria-pressed", String(button.dataset.themeChoice === root.dataset.theme));
  button.addEventListener("click", () => {
    keep.write("theme", button.dataset.themeChoice);
    document.cookie = `theme=${button.dataset.themeChoice}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
    show(button.dataset.themeChoice);
  });
});
system.addEventListener("change", () => { if (root.dataset.theme === "auto") show("auto"); });

const small = matchMedia("(max-width: 1023.98px)");
export function toggleSide(open) {
  if (small.matches) {
    const now = root.classList.toggle("side-open", open);
    for (const button of document.querySelectorAll("[data-side]")) button.setAttribute("aria-expanded", String(now));
    if (now) document.querySelector(".frame-side a")?.focus();
    else document.querySelector("button.top-menu")?.focus();
  } else {
    const shut = root.classList.toggle("side-shut", open === undefined ? undefined : !open);
    keep.write("side", shut ? "shut" : "open");
  }
}
each("[data-side]", (button) => button.addEventListener("click", () => toggleSide(button.dataset.side === "close" ? false : undefined)));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && root.classList.contains("side-open")) toggleSide(false);
});
