// One dialog for everything that htmx loads: `<a href="/x/submit" data-dialog>`. Inside it, forms and links stay in it.
// A redirect as the answer closes it and visits the page. What was typed is not lost without asking.
import { each, make, say } from "./page.js";
import { htmx } from "./requests.js";

const dialog = () => document.getElementById("dialog");
const body = () => document.getElementById("dialog-body");

function open() {
  const box = dialog();
  if (box.open) return;
  box.showModal();
  document.documentElement.classList.add("has-dialog");
}

/** Closes the dialog, asking first when something typed would be lost. */
export async function closeDialog(force = false) {
  const box = dialog();
  if (!box?.open) return true;
  if (!force && box.querySelector("form.is-dirty") && !(await ask(say("discard_text"), { action: say("discard"), cancel: say("keep_writing"), title: say("discard_title"), danger: true }))) return false;
  box.close();
  return true;
}

/** Asks a yes-or-no question in a small dialog; resolves to true or false. */
export function ask(text, { action = say("continue"), cancel = say("cancel"), danger = false, title = say("sure") } = {}) {
  return new Promise((resolve) => {
    const yes = make("button", { type: "submit", value: "yes", class: `btn ${danger ? "btn-danger" : "btn-primary"}` }, action);
    const box = make("dialog", { class: "dialog dialog-small", "aria-labelledby": "ask-title", "aria-describedby": "ask-text" },
      make("form", { method: "dialog", class: "dialog-form" },
        make("div", { class: "dialog-head" }, make("h2", { id: "ask-title" }, title)),
        make("div", { class: "dialog-body" }, make("p", { id: "ask-text" }, text)),
        make("div", { class: "dialog-foot" }, make("button", { type: "submit", value: "no", class: "btn" }, cancel), yes)));
    box.addEventListener("close", () => { box.remove(); resolve(box.returnValue === "yes"); });
    document.body.append(box);
    box.showModal();
    yes.focus();
  });
}

each("[data-dialog]", (opener) => {
  opener.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0) return;
    event.preventDefault();
    const url = opener.dataset.dialog || opener.getAttribute("href");
    htmx.ajax("get", url, { target: "#dialog-body", swap: "innerHTML", source: opener });
  });
});

document.addEventListener("setsquare:open", (event) => htmx.ajax("get", event.detail.url, { target: "#dialog-body", swap: "innerHTML" }));

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr, pathInfo } = event.detail;
  if (target?.id !== "dialog-body") return;
  const asked = new URL(pathInfo.finalRequestPath || pathInfo.requestPath, location.href);
  const came = xhr.responseURL ? new URL(xhr.responseURL) : asked;
  if (came.pathname === asked.pathname && !/^\s*<!doctype/i.test(xhr.responseText)) return;
  event.detail.shouldSwap = false; // answered by a redirect: the work of the dialog is done
  clean(dialog());
  const same = came.pathname === location.pathname && came.search === location.search;
  if (same) location.reload();
  else location.assign(came.href);
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "dialog-body") return;
  if (!body().childElementCount) { closeDialog(true); return; }
  open();
  const first = body().querySelector("[autofocus], .error-summary, [aria-invalid='true']")
    ?? body().querySelector("input:not([type=hidden]):not([disabled]), select, textarea, [contenteditable]") ?? body().querySelector(".dialog-foot .btn-primary");
  first?.focus();
  const title = body().querySelector("h2");
  if (title) { title.id ||= "dialog-title"; dialog().setAttribute("aria-labelledby", title.id); }
});
// An accepted form is no longer dirty, whatever the answer does next (HX-Redirect leaves the page).
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { elt, xhr, requestConfig } = event.detail;
  if (requestConfig.verb !== "get" && xhr.status < 400) elt.closest("form")?.classList.remove("is-dirty");
});

each("#dialog", (box) => {
  box.addEventListener("cancel", (event) => { event.preventDefault(); closeDialog(); });
  box.addEventListener("close", () => { body().replaceChildren(); document.documentElement.classList.remove("has-dialog"); });
  let pressed = null; // a drag that starts inside and ends outside does not close
  box.addEventListener("pointerdown", (event) => { pressed = event.target; });
  box.addEventListener("click", (event) => {
    if (event.target === box && pressed === box) closeDialog();
    if (event.target.closest("[data-close]")) { event.preventDefault(); closeDialog(); }
  });
});
document.addEventListener("dialog-close", () => closeDialog(true));

// The guard: a form is dirty from the first change until it is sent.
const clean = (root) => root?.querySelectorAll("form.is-dirty").forEach((form) => form.classList.remove("is-dirty"));
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-guard], #dialog form");
  if (form && event.isTrusted !== false) form.classList.add("is-dirty");
});
document.addEventListener("setsquare:changed", (event) => event.target.closest("form[data-guard], #dialog form")?.classList.add("is-dirty"));
document.addEventListener("submit", (event) => {
  if (!event.target.closest("#dialog")) event.target.classList.remove("is-dirty");
});
document.addEventListener("setsquare:saved", (event) => event.target.closest("form")?.classList.remove("is-dirty"));
addEventListener("beforeunload", (event) => {
  if (document.querySelector("form.is-dirty")) event.preventDefault();
});

// Confirmation of what cannot be taken back: data-confirm="Sentence" data-confirm-action="Withdraw".
const sure = new WeakSet();
document.addEventListener("click", async (event) => {
  const trigger = event.target.closest?.("[data-confirm]");
  if (!trigger || sure.delete(trigger)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const danger = trigger.dataset.confirmKind !== "plain";
  if (await ask(trigger.dataset.confirm, { action: trigger.dataset.confirmAction || trigger.textContent.trim(), danger })) {
    sure.add(trigger);
    trigger.click();
  }
}, true);
