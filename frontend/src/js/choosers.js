// `select[data-choose]`: TomSelect. With `data-source="/choose/people?q="` it asks the server: JSON [{value, text, hint, depth}].
// With `data-beside="subject"` it asks for parts of what the field of that name beside it names; with `data-part="topic"`
// besides, for what there is of the part that this field names.
import TomSelect from "tom-select/base";
import removeButton from "tom-select/plugins/remove_button/plugin.js";
import { each, say } from "./page.js";

TomSelect.define("remove_button", removeButton);

const line = (data, escape) => `<div><span>${escape(data.text)}</span>${data.hint ? `<span class="hint">${escape(data.hint)}</span>` : ""}</div>`;
/** What is offered stands as deep as it does in its tree; what is chosen stands alone. */
const offered = (data, escape) => {
  const inset = data.depth ? `<span class="inset">${"\u2003".repeat(data.depth)}</span>` : "";
  return `<div><span>${inset}${escape(data.text)}</span>${data.hint ? `<span class="hint">${inset}${escape(data.hint)}</span>` : ""}</div>`;
};
const note = (text, escape) => `<div class="no-results">${escape(text)}</div>`;

/** The field in the same row, or the same form, by which a chooser is narrowed. */
const beside = (select, by = "beside") => select.dataset[by] && select.form?.elements.namedItem(select.name.replace(/[^.]*$/, select.dataset[by]));
const narrowing = (select) => [["of", beside(select)], ["part", beside(select, "part")]].filter(([, field]) => field);

function settings(select) {
  const source = select.dataset.source;
  const many = select.multiple;
  return {
    plugins: many ? { remove_button: { title: say("remove") } } : {},
    maxOptions: 200,
    hideSelected: many,
    closeAfterSelect: true, // the list would lie over the fields below; typing opens it again
    allowEmptyOption: false,
    placeholder: select.dataset.placeholder || (source ? say("type_to_find") : ""),
    searchField: ["text", "hint"],
    dataAttr: "data-data",
    controlInput: "<input type='text' autocomplete='off' size='1'>",
    preload: source ? "focus" : false,
    loadThrottle: 180,
    shouldLoad: () => true,
    load: source ? async (query, done) => {
      try {
        const by = narrowing(select).map(([name, field]) => `&${name}=${encodeURIComponent(field.value)}`).join("");
        const answer = await fetch(source + encodeURIComponent(query) + by, { credentials: "same-origin", headers: { Accept: "application/json" } });
        done(answer.ok ? await answer.json() : []);
      } catch { done([]); }
    } : null,
    render: {
      option: offered,
      item: line,
      no_results: (data, escape) => note(say("nothing_found"), escape),
      loading: (data, escape) => note(say("loading"), escape),
      not_loading: () => "",
    },
    onChange() { select.dispatchEvent(new Event("input", { bubbles: true })); },
    onInitialize() {
      const input = this.control_input;
      const label = document.getElementById(input.getAttribute("aria-labelledby") ?? "") ?? document.querySelector(`label[for="${CSS.escape(input.id)}"]`);
      select.setAttribute("aria-label", label?.textContent.trim() ?? "");
      select.setAttribute("aria-hidden", "true");
      for (const name of ["aria-describedby", "aria-invalid", "aria-required"]) {
        const value = select.getAttribute(name);
        if (value) input.setAttribute(name, value);
      }
      if (source) this.clearCache?.();
    },
  };
}

/** An answer that comes late does not open a list again that was closed, nor take the focus back to it. */
function stayShut(chooser) {
  const open = chooser.open;
  let shut = false;
  const wanted = () => { shut = false; };
  chooser.open = () => { if (!shut) open.call(chooser); };
  chooser.on("dropdown_close", () => { shut = chooser.isFocused; });
  for (const name of ["input", "keydown"]) chooser.control_input.addEventListener(name, (event) => { if (!["Escape", "Tab", "Enter"].includes(event.key)) wanted(); }, true);
  chooser.control.addEventListener("pointerdown", wanted, true);
}

/** Where something is looked for, the best match stands first: depth would tell of a tree that is not there. */
function flatWhileSearched(chooser) {
  const mark = () => chooser.dropdown.classList.toggle("is-searched", chooser.control_input.value.trim() !== "");
  for (const what of ["type", "load", "item_add", "dropdown_open", "dropdown_close"]) chooser.on(what, mark);
}

each("select[data-choose]", (select) => {
  for (const option of select.options) if (option.dataset.hint) option.dataset.data = JSON.stringify({ hint: option.dataset.hint });
  const chooser = new TomSelect(select, settings(select));
  stayShut(chooser);
  flatWhileSearched(chooser);
  for (const [, field] of narrowing(select)) field.addEventListener("change", () => {
    chooser.clear(true);
    chooser.clearOptions();
    chooser.wrapper.classList.remove("preloaded"); // what is offered is asked for anew
  });
  select.form?.addEventListener("reset", () => setTimeout(() => chooser.sync()));
});
