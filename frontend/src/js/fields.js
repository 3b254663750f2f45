// Small field behaviours: repeated rows, autosave of plain fields, showing a password, leading to the first error.
import { added, clock, each, make, say, send } from "./page.js";
import { toast } from "./toasts.js";

// `.rows`: a list of sub-forms. The <template> holds an empty row in which __n__ stands for its number.
each(".rows", (box) => {
  const list = box.querySelector(".rows-list");
  const template = box.querySelector("template");
  const total = box.querySelector("[data-rows-total]");
  let next = list.children.length;
  const changed = () => {
    if (total) total.value = String(next);
    box.dispatchEvent(new CustomEvent("setsquare:changed", { bubbles: true }));
  };
  box.addEventListener("click", (event) => {
    if (event.target.closest("[data-rows-add]")) {
      const holder = make("div");
      holder.innerHTML = template.innerHTML.replaceAll("__n__", String(next));
      const row = holder.firstElementChild;
      next += 1;
      list.append(row);
      added(row);
      row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
      changed();
    }
    const remove = event.target.closest("[data-rows-remove]");
    if (remove) {
      const row = remove.closest(".rows-item");
      (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("input, select, textarea, button")?.focus();
      row.remove();
      if (!list.children.length) box.querySelector("[data-rows-add]").focus();
      changed();
    }
  });
});

/** Posts what changed a moment after typing stops; answers {"saved_at"}. `data-autosave-url` on a form. */
each("form[data-autosave-url]", (form) => {
  const status = form.querySelector("[data-saved]");
  const tell = (sentence) => { if (status) { status.textContent = sentence; status.classList.remove("is-wrong"); } };
  let timer;
  let running = null;
  const save = async () => {
    running?.abort();
    running = new AbortController();
    tell(say("keeping"));
    try {
      const answer = await send(form.dataset.autosaveUrl, { method: "POST", body: new FormData(form), signal: running.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const { saved_at: at } = await answer.json();
      tell(say(form.dataset.kept ?? "kept_at", { time: clock.format(new Date(at)) }));
      form.dispatchEvent(new CustomEvent("setsquare:saved", { bubbles: true }));
    } catch (error) {
      if (error.name !== "AbortError") tell(say("not_saved"));
    }
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, 1500); });
});

each("[data-reveal]", (button) => button.addEventListener("click", () => {
  const field = document.getElementById(button.dataset.reveal);
  const shown = field.type === "text";
  field.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
}));

// `data-copy="text"` or `data-copy-from="#id"`; empty means this page's address.
each("[data-copy], [data-copy-from]", (button) => button.addEventListener("click", async () => {
  const from = button.dataset.copyFrom && document.querySelector(button.dataset.copyFrom);
  const text = from ? from.value ?? from.textContent : button.dataset.copy ? new URL(button.dataset.copy, location.href).href : location.href;
  try {
    await navigator.clipboard.writeText(button.dataset.copyText ?? text);
    toast(say("copied"));
  } catch { toast(say("copy_failed"), "error"); }
}));

each(".error-summary", (box) => {
  if (!box.closest("dialog")) box.focus();
  box.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    const text = field.hidden && field.closest(".editor")?.querySelector(".ProseMirror");
    const target = text ? text : field.tomselect?.control_input ?? (field.matches("input, select, textarea, [tabindex]") ? field : field.querySelector("input, select, textarea, [contenteditable], button"));
    (field.closest(".field") ?? field).scrollIntoView({ block: "center" });
    target?.focus({ preventScroll: true });
  });
});

// `data-submit`: a select or checkbox that sends its form at once.
document.addEventListener("change", (event) => { if (event.target.matches?.("[data-submit]")) event.target.form?.requestSubmit(); });
// `data-print`
document.addEventListener("click", (event) => { if (event.target.closest?.("[data-print]")) print(); });
