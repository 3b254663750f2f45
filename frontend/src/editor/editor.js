// The editor: Tiptap over a textarea that always holds the Markdown. `<div data-editor><textarea name="body"></textarea></div>`;
// data-upload-url, data-files-url, data-autosave-url, data-records-url, data-version, data-placeholder, data-label, data-size.
import { Editor } from "@tiptap/core";
import { make, say } from "../js/page.js";
import { keeps, parser, write } from "./markdown.js";
import { addPictures, pickPictures, Pictures } from "./pictures.js";
import { Records } from "./records.js";
import { saving } from "./saving.js";
import { schema } from "./schema.js";
import { toolbar } from "./toolbar.js";

const countWords = (text) => (text.match(/[\p{L}\p{N}][\p{L}\p{N}'’_-]*/gu) ?? []).length;

function build(box, field) {
  const { uploadUrl, recordsUrl, filesUrl, placeholder, label } = box.dataset;
  const attributes = { class: "prose", role: "textbox", "aria-multiline": "true", "aria-label": label ?? field.getAttribute("aria-label") ?? "" };
  for (const name of ["aria-describedby", "aria-invalid", "aria-required"]) if (field.hasAttribute(name)) attributes[name] = field.getAttribute(name);
  return new Editor({
    element: box.querySelector(".editor-text"),
    injectCSS: false,
    extensions: [...schema({ filesUrl, placeholder }), Pictures.configure({ url: uploadUrl ?? "" }), Records.configure({ url: recordsUrl ?? "" })],
    editorProps: { attributes },
    editable: !field.disabled,
  });
}

/** Makes one `[data-editor]` work; called by the page's script. Returns {editor, text}. */
export function edit(box) {
  const field = box.querySelector("textarea");
  const holder = make("div", { class: "editor-text" });
  const words = make("span", { class: "at-end number" });
  const place = field.form?.querySelector("[data-saved]"); // where the form says it, the editor need not
  const status = place ?? make("span", { class: "saved", role: "status" });
  field.before(holder);
  box.append(make("div", { class: "editor-foot" }, make("span", {}, say("editor_help")), ...(place ? [] : [status]), words));
  field.removeAttribute("required");
  field.setAttribute("aria-label", say("markdown_edit"));

  const editor = build(box, field);
  const read = parser(editor.schema);
  const note = make("div", { class: "callout is-blue editor-conflict", role: "status", hidden: true }, say("editor_source_only"));
  let visual = true;
  let loading = false;
  const count = () => { words.textContent = say("words", { count: countWords(visual ? editor.getText({ blockSeparator: " " }) : field.value) }); };
  const put = (text) => { loading = true; editor.chain().setMeta("addToHistory", false).setContent(read.parse(text).toJSON(), { emitUpdate: false }).setTextSelection(0).run(); loading = false; };
  const source = () => show(!visual);
  const tools = toolbar(box, editor, { pick: box.dataset.uploadUrl ? () => pickPictures(editor, box.dataset.uploadUrl) : null, source });
  const show = (wanted) => {
    const able = !wanted || keeps(field.value, editor.schema); // what the editor would lose is edited as Markdown
    if (wanted && !able) { note.hidden = false; if (!visual) return; }
    if (able && wanted) { note.hidden = true; put(field.value); }
    visual = wanted && able;
    holder.hidden = !visual;
    field.hidden = visual;
    tools.update(visual);
    count();
  };
  box.prepend(tools.bar, note);
  const save = saving({ box, name: field.name, text: () => field.value, status, top: box, use: (text) => { field.value = text; put(text); count(); } });

  const changed = () => {
    count();
    save.changed();
    box.dispatchEvent(new CustomEvent("setsquare:changed", { bubbles: true }));
  };
  show(true);
  editor.on("update", () => { if (!loading) { field.value = write(editor.state.doc); changed(); } });
  editor.on("transaction", () => tools.update(visual));
  field.addEventListener("input", changed);
  field.form?.addEventListener("submit", () => save.stop());
  for (const name of field.labels ?? []) name.addEventListener("click", (event) => { if (visual) { event.preventDefault(); editor.commands.focus(); } });
  box.setsquare = { editor, text: () => field.value, put: (text) => { field.value = text; put(text); }, again: () => write(editor.state.doc), addPictures };
  return box.setsquare;
}
