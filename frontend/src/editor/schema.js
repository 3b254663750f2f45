// What a text can hold: exactly what Markdown (CommonMark, GFM tables and strikethrough, sub and sup) can keep.
import { Mark, mergeAttributes } from "@tiptap/core";
import Image from "@tiptap/extension-image";
import { Table, TableCell, TableHeader, TableRow } from "@tiptap/extension-table";
import { Placeholder } from "@tiptap/extensions";
import StarterKit from "@tiptap/starter-kit";

const script = (name, key) => Mark.create({
  name,
  excludes: name === "subscript" ? "superscript" : "subscript",
  parseHTML: () => [{ tag: key }],
  renderHTML: ({ HTMLAttributes }) => [key, HTMLAttributes, 0],
});

/** Addresses that a link may have; everything else is refused when pasted and when read. */
export const linkAllowed = (href) => /^(https?:|mailto:|tel:|record:|file:[0-9a-f]{64}$|[#/.?])/i.test(href.trim()) || !/^[a-z][a-z0-9+.-]*:/i.test(href.trim());

/** The stored address of a picture (`file:<sha256>`) as one that the browser can load. */
export const pictureUrl = (src, filesUrl) => (src?.startsWith("file:") ? filesUrl + src.slice(5) : src);

const tight = { tight: { default: true, rendered: false, parseHTML: (element) => !element.querySelector(":scope > li > p + p") } };

/** The editor's extensions; `filesUrl` is where stored pictures are served. */
export function schema({ filesUrl = "/files/", placeholder = "" } = {}) {
  const kit = StarterKit.configure({
    underline: false, bulletList: false, orderedList: false, trailingNode: { node: "paragraph" },
    link: { openOnClick: false, autolink: true, defaultProtocol: "https", HTMLAttributes: { target: null, rel: null }, isAllowedUri: linkAllowed },
  });
  const lists = StarterKit.configure({}).config.addExtensions.call({ options: {} }).filter((extension) => ["bulletList", "orderedList"].includes(extension.name))
    .map((extension) => extension.extend({ addAttributes() { return { ...this.parent?.(), ...tight }; } }));
  const picture = Image.configure({ inline: true, allowBase64: false }).extend({
    addAttributes() {
      return { ...this.parent?.(), src: { default: null, parseHTML: (element) => element.dataset.src ?? element.getAttribute("src") }, width: { default: null, rendered: false }, height: { default: null, rendered: false } };
    },
    renderHTML({ node, HTMLAttributes }) {
      return ["img", mergeAttributes(HTMLAttributes, { src: pictureUrl(node.attrs.src, filesUrl), "data-src": node.attrs.src, alt: node.attrs.alt ?? "" })];
    },
  });
  return [
    kit, ...lists, picture, script("subscript", "sub"), script("superscript", "sup"),
    Table.configure({ resizable: false }), TableRow, TableHeader.extend({ content: "paragraph+" }), TableCell.extend({ content: "paragraph+" }),
    Placeholder.configure({ placeholder }),
  ];
}
