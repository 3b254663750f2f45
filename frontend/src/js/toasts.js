// Short notices. The server sends them as the event `HX-Trigger: {"toast": {"text": "Saved", "kind": "done"}}`.
import { icon, make, say } from "./page.js";

const LOOKS = { done: ["circle-check", "is-green"], info: ["info-circle", "is-blue"], warning: ["alert-triangle", "is-orange"], error: ["alert-circle", "is-red"] };

/** Shows `text` as long as reading it takes; kinds are done, info, warning, error. Errors stay until closed. */
export function toast(text, kind = "done") {
  const box = document.getElementById("toasts");
  if (!box || !text) return;
  const [name, colour] = LOOKS[kind] ?? LOOKS.info;
  const close = make("button", { type: "button", class: "btn btn-quiet btn-s btn-icon", "aria-label": say("close") }, icon("x", "icon-s"));
  const note = make("div", { class: `toast ${colour}`, role: kind === "error" ? "alert" : "status" }, icon(name), make("span", { class: "toast-text" }, text), close);
  let timer;
  const remove = () => { note.remove(); if (!box.childElementCount && box.matches(":popover-open")) box.hidePopover(); };
  const start = () => { if (kind !== "error") timer = setTimeout(remove, Math.max(6000, 70 * text.length)); };
  close.addEventListener("click", remove);
  note.addEventListener("pointerenter", () => clearTimeout(timer));
  note.addEventListener("pointerleave", start);
  box.append(note);
  if (box.popover && box.matches(":popover-open")) box.hidePopover(); // again on top of a dialog that opened since
  if (box.popover) box.showPopover();
  start();
}

document.addEventListener("toast", (event) => toast(event.detail.text ?? event.detail.value, event.detail.kind));
document.addEventListener("DOMContentLoaded", () => {
  for (const message of document.querySelectorAll("#messages > [data-kind]")) toast(message.textContent.trim(), message.dataset.kind);
});
