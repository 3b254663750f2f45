// Links to records: `[[` or `#` offers records of `data-records-url` (JSON [{value, text, hint}]), the choice becomes a link `record:SOP-004`.
import { Extension } from "@tiptap/core";
import { PluginKey } from "@tiptap/pm/state";
import Suggestion from "@tiptap/suggestion";
import { make, say } from "../js/page.js";

/** The list under the cursor. */
function popup(editor) {
  const list = make("div", { class: "suggest", role: "listbox", popover: "manual", id: `suggest-${Math.round(performance.now())}`, "aria-label": say("link") });
  let props = null;
  let chosen = 0;
  const show = () => {
    list.replaceChildren(...props.items.map((item, at) => {
      const option = make("div", { role: "option", id: `${list.id}-${at}`, "aria-selected": String(at === chosen) }, make("span", { class: "truncate" }, item.text), item.hint ? make("span", { class: "hint" }, item.hint) : null);
      option.addEventListener("pointerdown", (event) => { event.preventDefault(); props.command(item); });
      return option;
    }));
    if (!props.items.length) { if (list.matches(":popover-open")) list.hidePopover(); return; }
    if (!list.matches(":popover-open")) list.showPopover();
    const box = props.clientRect?.();
    if (box) {
      const below = box.bottom + 6 + list.offsetHeight < innerHeight;
      list.style.left = `${Math.max(8, Math.min(box.left, innerWidth - list.offsetWidth - 8))}px`;
      list.style.top = `${below ? box.bottom + 6 : box.top - list.offsetHeight - 6}px`;
    }
    const option = list.children[chosen];
    option?.scrollIntoView({ block: "nearest" });
    editor.view.dom.setAttribute("aria-activedescendant", option?.id ?? "");
    editor.view.dom.setAttribute("aria-controls", list.id);
  };
  return {
    onStart(given) { props = given; chosen = 0; (editor.view.dom.closest("dialog") ?? document.body).append(list); show(); },
    onUpdate(given) { props = given; chosen = 0; show(); },
    onKeyDown({ event }) {
      if (!props?.items.length) return false;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { chosen = (chosen + (event.key === "ArrowDown" ? 1 : -1) + props.items.length) % props.items.length; show(); return true; }
      if (event.key === "Enter" || event.key === "Tab") { props.command(props.items[chosen]); return true; }
      return false;
    },
    onExit() { list.remove(); editor.view.dom.removeAttribute("aria-activedescendant"); editor.view.dom.removeAttribute("aria-controls"); },
  };
}

export const Records = Extension.create({
  name: "records",
  addOptions: () => ({ url: "" }),
  addProseMirrorPlugins() {
    const { editor, options } = this;
    if (!options.url) return [];
    return ["[[", "#"].map((char) => Suggestion({
      editor,
      char,
      pluginKey: new PluginKey(`records${char}`),
      allowSpaces: char === "[[",
      minQueryLength: 1,
      debounce: 150,
      allow: ({ state }) => !state.selection.$from.parent.type.spec.code,
      items: async ({ query }) => {
        try {
          const answer = await fetch(options.url + encodeURIComponent(query), { credentials: "same-origin", headers: { Accept: "application/json" } });
          return answer.ok ? (await answer.json()).slice(0, 12) : [];
        } catch { return []; }
      },
      command: ({ range, props }) => {
        editor.chain().focus().insertContentAt(range, [{ type: "text", text: props.value, marks: [{ type: "link", attrs: { href: `record:${props.value}` } }] }, { type: "text", text: " " }]).run();
      },
      render: () => popup(editor),
    }));
  },
});
