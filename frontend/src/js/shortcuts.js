// Single keys, never while typing: g then a letter goes (`data-go="d"` on a link), / finds, ? helps,
// and any control with `data-key="e"` is pressed by its key. In a register: j, k, x, Enter (register.js).
import { keep, typing } from "./page.js";

let going = 0;
export const off = () => keep.read("keys") === "off";

function helpSheet() {
  const sheet = document.getElementById("keys");
  if (sheet?.open) sheet.close(); else sheet?.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
  if (off() && event.key !== "?") return;
  if (document.querySelector("dialog[open]")) { if (event.key === "?" && document.getElementById("keys")?.open) helpSheet(); return; }
  const now = Date.now();
  if (now < going && /^[a-z]$/i.test(event.key)) {
    going = 0;
    const link = document.querySelector(`a[data-go="${CSS.escape(event.key.toLowerCase())}"]`);
    if (link) { event.preventDefault(); link.click(); }
    return;
  }
  if (event.key === "g") { going = now + 1500; return; }
  if (event.key === "/") {
    const field = document.querySelector(".register-find input, input[type=search]");
    event.preventDefault();
    if (field) field.focus(); else document.querySelector("[data-palette]")?.click();
    return;
  }
  if (event.key === "?") { event.preventDefault(); helpSheet(); return; }
  const control = document.querySelector(`[data-key="${CSS.escape(event.key)}"]:not([aria-disabled="true"])`);
  if (control) { event.preventDefault(); if (control.matches("input, select, textarea")) control.focus(); else control.click(); }
});
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-keys]")) helpSheet();
  const sheet = document.getElementById("keys");
  if (event.target === sheet || event.target.closest?.("#keys [data-close]")) sheet.close();
});
document.addEventListener("change", (event) => {
  if (event.target.id === "keys-on") keep.write("keys", event.target.checked ? "on" : "off");
});
document.addEventListener("DOMContentLoaded", () => {
  const box = document.getElementById("keys-on");
  if (box) box.checked = !off();
});
