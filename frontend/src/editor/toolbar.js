// The toolbar: one stop for Tab, arrow keys inside, Alt+F10 from the text, Escape back to it.
import { icon, make, say } from "../js/page.js";

const STYLES = [["0", "text"], ["1", "heading"], ["2", "heading"], ["3", "heading"], ["4", "heading"]];

/** name, icon, words, what it does, when it is on, when it is offered */
const GROUPS = [
  [["bold", "bold", "bold", (c) => c.toggleBold(), "bold", "Ctrl+B"], ["italic", "italic", "italic", (c) => c.toggleItalic(), "italic", "Ctrl+I"], ["strike", "strikethrough", "strike", (c) => c.toggleStrike(), "strike"], ["code", "code", "code", (c) => c.toggleCode(), "code", "Ctrl+E"]],
  [["bullets", "list", "bullets", (c) => c.toggleBulletList(), "bulletList"], ["numbers", "list-numbers", "numbers", (c) => c.toggleOrderedList(), "orderedList"], ["quote", "blockquote", "quote", (c) => c.toggleBlockquote(), "blockquote"], ["block", "file-code", "code_block", (c) => c.toggleCodeBlock(), "codeBlock"]],
  [["link", "link", "link", null, "link", "Ctrl+K"], ["image", "photo-plus", "image", null], ["table", "table-plus", "table", (c) => c.insertTable({ rows: 3, cols: 3, withHeaderRow: true })]],
];
const TABLE = [["row-add", "row-insert-bottom", "row_add", (c) => c.addRowAfter()], ["row-remove", "row-remove", "row_remove", (c) => c.deleteRow()], ["column-add", "column-insert-right", "column_add", (c) => c.addColumnAfter()], ["column-remove", "column-remove", "column_remove", (c) => c.deleteColumn()], ["table-remove", "table-minus", "table_remove", (c) => c.deleteTable()]];

function tool(name, picture, words, keys) {
  const label = say(words);
  return make("button", { type: "button", class: "tool", "data-tool": name, "aria-label": label, title: keys ? `${label} (${keys})` : label, tabindex: "-1" }, icon(picture));
}

/** A small form over the text for the address of a link; `done(href)` gets "" to remove it. */
function linkForm(box, editor) {
  const field = make("input", { type: "text", class: "form-control form-control-s", "aria-label": say("link_address"), placeholder: say("link_address") });
  const remove = make("button", { type: "button", class: "btn btn-s btn-quiet" }, say("link_remove"));
  const form = make("div", { class: "editor-link", role: "group", "aria-label": say("link") }, field, make("button", { type: "button", class: "btn btn-s btn-primary", "data-set": true }, say("link_set")), remove);
  const close = () => { form.remove(); editor.commands.focus(); };
  const set = (text) => {
    const value = text.trim();
    const href = !value ? "" : /^[a-z][a-z0-9+.-]*:|^[/#]/i.test(value) ? value : /^[A-Z]+-\d[\w-]*$/.test(value) ? `record:${value}` : `https://${value}`;
    const chain = editor.chain().focus().extendMarkRange("link");
    if (!href) chain.unsetLink().run();
    else if (editor.state.selection.empty && !editor.isActive("link")) chain.insertContent({ type: "text", text: value, marks: [{ type: "link", attrs: { href } }] }).run();
    else chain.setLink({ href }).run();
    form.remove();
  };
  field.value = editor.getAttributes("link").href ?? "";
  remove.hidden = !field.value;
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(); }
    if (event.key === "Enter") { event.preventDefault(); set(event.target === remove ? "" : field.value); }
  });
  form.querySelector("[data-set]").addEventListener("click", () => set(field.value));
  remove.addEventListener("click", () => set(""));
  const at = editor.view.coordsAtPos(editor.state.selection.from);
  const home = box.getBoundingClientRect();
  box.append(form);
  form.style.left = `${Math.max(4, Math.min(at.left - home.left, home.width - form.offsetWidth - 4))}px`;
  form.style.top = `${at.bottom - home.top + 6}px`;
  field.select();
}

/** Builds the toolbar of one editor. `pick()` chooses pictures, `source()` toggles the Markdown source. */
export function toolbar(box, editor, { pick, source }) {
  const style = make("select", { class: "tool", "aria-label": say("text_style"), tabindex: "-1" }, ...STYLES.map(([level, words]) => make("option", { value: level }, words === "text" ? say(words) : say(words, { level }))));
  const bar = make("div", { class: "editor-tools", role: "toolbar", "aria-label": say("tools") }, style);
  const entries = [];
  const rule = () => make("span", { class: "tool-rule", "aria-hidden": "true" });
  for (const group of GROUPS) {
    bar.append(rule());
    for (const [name, picture, words, run, active, keys] of group) {
      const button = tool(name, picture, words, keys);
      if (name === "image" && !pick) continue;
      entries.push({ name, button, run, active });
      bar.append(button);
    }
  }
  bar.append(rule());
  for (const [name, picture, words, run] of TABLE) {  // there outside tables too: a bar that grows would move the text
    const button = tool(name, picture, words);
    entries.push({ name, button, run, within: "table" });
    bar.append(button);
  }
  const [undo, redo, markdown] = [tool("undo", "arrow-back-up", "undo", "Ctrl+Z"), tool("redo", "arrow-forward-up", "redo", "Ctrl+Y"), tool("markdown", "markdown", "markdown_edit")];
  markdown.classList.add("tool-end");
  entries.push({ name: "undo", button: undo, run: (c) => c.undo() }, { name: "redo", button: redo, run: (c) => c.redo() });
  bar.append(rule(), undo, redo, markdown);

  const link = () => linkForm(box, editor);
  for (const { name, button, run } of entries) {
    button.addEventListener("click", () => {
      if (name === "link") link();
      else if (name === "image") pick();
      else run(editor.chain().focus()).run();
    });
  }
  style.addEventListener("change", () => {
    const level = Number(style.value);
    const chain = editor.chain().focus();
    (level ? chain.setHeading({ level }) : chain.setParagraph()).run();
  });
  markdown.addEventListener("click", source);

  const all = () => [...bar.querySelectorAll(".tool")].filter((item) => !item.disabled && item.offsetParent !== null);
  const stop = (item) => { for (const other of bar.querySelectorAll(".tool")) other.tabIndex = other === item ? 0 : -1; };
  stop(style);
  bar.addEventListener("focusin", (event) => stop(event.target));
  bar.addEventListener("keydown", (event) => {
    const items = all();
    const at = items.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Escape") { event.stopPropagation(); editor.commands.focus(); } else if (to !== undefined) { event.preventDefault(); items[(to + items.length) % items.length].focus(); }
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "F10" && event.altKey) { event.preventDefault(); style.focus(); }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && event.target.closest(".ProseMirror")) { event.preventDefault(); event.stopPropagation(); link(); }
  });

  return {
    bar,
    /** Shows what is on where the cursor is; `visual` false while the source is edited. */
    update(visual = true) {
      for (const { name, button, active, within } of entries) {
        if (active) button.setAttribute("aria-pressed", String(visual && editor.isActive(active)));
        button.disabled = !visual || (name === "undo" && !editor.can().undo()) || (name === "redo" && !editor.can().redo()) || Boolean(within && !editor.isActive(within));
      }
      style.disabled = !visual;
      style.value = String([1, 2, 3, 4].find((level) => editor.isActive("heading", { level })) ?? 0);
      markdown.setAttribute("aria-pressed", String(!visual));
      const current = bar.querySelector('.tool[tabindex="0"]');
      if (!current || current.disabled || current.offsetParent === null) stop(visual ? style : markdown);
    },
  };
}
