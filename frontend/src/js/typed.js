// What was typed into a page's form outlives a session that ended: it is kept in this tab while the form is sent, and
// put back where the same person comes to the same page after signing in again. Passwords and files are never kept.
import { say } from "./page.js";
import { toast } from "./toasts.js";

const KEY = "setsquare.typed";
const me = () => document.body.dataset.me ?? "";
const unkept = new Set(["hidden", "password", "file", "submit", "button", "image", "reset"]);
const fields = (form) => [...form.elements].filter((field) => field.name && !unkept.has(field.type));
const named = (form, name) => fields(form).filter((field) => field.name === name);

function values(form) {
  return fields(form).map((field) => {
    const options = field.selectedOptions ? [...field.selectedOptions].map((o) => [o.value, o.text]) : null;
    return { name: field.name, at: named(form, field.name).indexOf(field), value: field.value, checked: field.checked, options };
  });
}

function putBack(form, kept) {
  for (const { name, at, value, checked, options } of kept) {
    const field = named(form, name)[at];
    if (!field) continue;
    if (options) {
      for (const option of field.options) option.selected = false;
      for (const [chosen, text] of options) {
        const known = [...field.options].find((option) => option.value === chosen);
        if (known) known.selected = true; else field.add(new Option(text, chosen, true, true));
      }
    } else if (field.type === "checkbox" || field.type === "radio") field.checked = checked;
    else field.value = value;
  }
}

document.addEventListener("submit", ({ target: form }) => {
  if (form.method !== "post" || !me() || form.closest("dialog") || !fields(form).length) return;
  const place = [...document.forms].filter((other) => other.method === "post").indexOf(form);
  sessionStorage.setItem(KEY, JSON.stringify({ me: me(), path: location.pathname, place, values: values(form), away: false }));
}, true);

const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
if (kept && !me()) sessionStorage.setItem(KEY, JSON.stringify({ ...kept, away: true }));
if (kept && me()) {
  sessionStorage.removeItem(KEY);
  const form = [...document.forms].filter((other) => other.method === "post")[kept.place];
  if (kept.away && kept.me === me() && kept.path === location.pathname && form) {
    putBack(form, kept.values);
    toast(say("typed_is_back"), "info");
  }
}
