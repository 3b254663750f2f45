// Markdown to the editor's document and back, without loss: what `parse` reads, `write` writes in the same words.
// `keeps(text)` says whether the visual editor can hold a text; where it cannot (raw HTML, footnotes), the source is edited.
import MarkdownIt from "markdown-it";
import { MarkdownParser, MarkdownSerializer } from "prosemirror-markdown";
import { linkAllowed } from "./schema.js";

/** markdown-it with `<br>`, `<sub>` and `<sup>` as its only inline HTML. */
function reader() {
  const md = new MarkdownIt("commonmark", { html: false }).enable(["table", "strikethrough"]);
  md.validateLink = linkAllowed;
  md.normalizeLink = (url) => url;
  md.normalizeLinkText = (url) => url;
  md.inline.ruler.before("html_inline", "small_html", (state, silent) => {
    const match = /^<(?:(br)\s*\/?|(\/?)(sub|sup))>/i.exec(state.src.slice(state.pos, state.pos + 8));
    if (!match) return false;
    if (!silent) {
      if (match[1]) state.push("hardbreak", "br", 0);
      else state.push(`${match[3].toLowerCase()}_${match[2] ? "close" : "open"}`, match[3].toLowerCase(), match[2] ? -1 : 1);
    }
    state.pos += match[0].length;
    return true;
  });
  // An empty comment on a line of its own, which programs write between two lists, divides them and says nothing.
  md.block.ruler.before("html_block", "divider", (state, line, _, silent) => {
    const indented = state.sCount[line] - state.blkIndent >= 4;
    if (indented || !/^<!--[ \t]*-->[ \t]*$/.test(state.src.slice(state.bMarks[line] + state.tShift[line], state.eMarks[line]))) return false;
    if (!silent) state.line = line + 1;
    return true;
  }, { alt: ["paragraph", "reference", "blockquote"] });
  return md;
}

const isTight = (tokens, at) => {
  for (let i = at + 1; i < tokens.length && tokens[i].level > tokens[at].level; i += 1) {
    if (tokens[i].type === "paragraph_open" && tokens[i].level === tokens[at].level + 2) return tokens[i].hidden;
  }
  return true;
};
const alignOf = (token) => /text-align:\s*(\w+)/.exec(token.attrGet("style") ?? "")?.[1] ?? null;

/** A parser for `schema` (the schema of a Tiptap editor). */
export function parser(schema) {
  const made = new MarkdownParser(schema, reader(), {
    paragraph: { block: "paragraph" }, blockquote: { block: "blockquote" }, list_item: { block: "listItem" },
    heading: { block: "heading", getAttrs: (token) => ({ level: Number(token.tag.slice(1)) }) },
    bullet_list: { block: "bulletList", getAttrs: (_, tokens, at) => ({ tight: isTight(tokens, at) }) },
    ordered_list: { block: "orderedList", getAttrs: (token, tokens, at) => ({ start: Number(token.attrGet("start") ?? 1), tight: isTight(tokens, at) }) },
    code_block: { block: "codeBlock", noCloseToken: true },
    fence: { block: "codeBlock", getAttrs: (token) => ({ language: token.info.trim() || null }), noCloseToken: true },
    hr: { node: "horizontalRule" }, hardbreak: { node: "hardBreak" },
    image: { node: "image", getAttrs: (token) => ({ src: token.attrGet("src"), title: token.attrGet("title") || null, alt: token.content || "" }) },
    table: { block: "table" }, thead: { ignore: true }, tbody: { ignore: true }, tr: { block: "tableRow" },
    em: { mark: "italic" }, strong: { mark: "bold" }, s: { mark: "strike" }, sub: { mark: "subscript" }, sup: { mark: "superscript" },
    link: { mark: "link", getAttrs: (token) => ({ href: token.attrGet("href"), title: token.attrGet("title") || null }) },
    code_inline: { mark: "code", noCloseToken: true },
  });
  for (const [tag, name] of [["th", "tableHeader"], ["td", "tableCell"]]) {
    made.tokenHandlers[`${tag}_open`] = (state, token) => {
      state.openNode(schema.nodes[name], { align: alignOf(token) });
      state.openNode(schema.nodes.paragraph);
    };
    made.tokenHandlers[`${tag}_close`] = (state) => { state.closeNode(); state.closeNode(); };
  }
  return made;
}

const wordy = /[\p{L}\p{N}]/u;

/** Escapes what Markdown would read as more than text, and nothing else. */
export function escapeText(text, atStart) {
  let out = "";
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i];
    const before = text[i - 1] ?? " ";
    const after = text[i + 1] ?? " ";
    const rest = text.slice(i);
    const alone = /\s/.test(before) && /\s/.test(after);
    const risky = (char === "\\" && /[!-/:-@[-`{-~]/.test(after)) || char === "`"
      || (char === "*" && !(alone && i > 0))
      || (char === "_" && !alone && !(wordy.test(before) && wordy.test(after)))
      || (char === "~" && (before === "~" || after === "~"))
      || (char === "[" && (/^\[[^\]]*\](\(|\[|:)/.test(rest) && !/^\[\^/.test(rest)))
      || (char === "<" && /^<[a-z/!?]/i.test(rest))
      || (char === "&" && /^&(#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});/i.test(rest));
    out += risky ? `\\${char}` : char;
  }
  if (!atStart) return out;
  out = out.replace(/^\s+/, "");
  return out.replace(/^(#{1,6}(?=\s|$)|[-+](?=\s|$)|>|=+\s*$|-+\s*$|~~~|\|)/, "\\$1").replace(/^(\d{1,9})([.)])(?=\s|$)/, "$1\\$2");
}

const fenceFor = (text, mark, least) => mark.repeat(Math.max(least, ...[...text.matchAll(new RegExp(`${mark}+`, "g"))].map((run) => run[0].length + 1)));
const address = (href) => (href === "" || /[\s<>()]/.test(href) ? `<${href.replace(/[<>\n]/g, encodeURIComponent)}>` : href);
const title = (text) => (text ? ` "${text.replace(/(["\\])/g, "\\$1")}"` : "");

function list(state, node, marker) {
  const loose = !node.attrs.tight || childrenOf(node).some((item) => childrenOf(item).filter((child) => child.type.name === "paragraph").length > 1);
  if (state.inTightList) state.flushClose(1);
  const outer = state.inTightList;
  state.inTightList = !loose;
  node.forEach((item, _, at) => {
    if (at && !loose) state.flushClose(1);
    const mark = marker(at);
    state.wrapBlock(" ".repeat(mark.length), mark, node, () => state.render(item, node, at));
  });
  state.inTightList = outer;
}

/** Whether a list has to be marked otherwise than usual, because one of its kind stands before it that is marked as usual. */
function marksOtherwise(parent, at) {
  let run = 0;
  while (run < at && parent.child(at - run - 1).type === parent.child(at).type) run += 1;
  return run % 2 === 1;
}

function childrenOf(node) {
  const found = [];
  node.forEach((child) => found.push(child));
  return found;
}

/** One cell on one line: its paragraphs joined by `<br>`, bars escaped. */
function cellText(cell) {
  if (!cell) return "";
  const lines = childrenOf(cell).map((block) => inCell.serialize(block.type.schema.nodes.doc.create(null, block)).trim());
  return lines.join("<br>").replace(/(?:\\|<br>)?\n/g, "<br>").replace(/\\.|\|/g, (found) => (found === "|" ? "\\|" : found));
}

function table(state, node) {
  const rows = childrenOf(node).map((row) => childrenOf(row).flatMap((cell) => [cell, ...Array(Math.max(0, (cell.attrs.colspan ?? 1) - 1)).fill(null)]));
  const width = Math.max(...rows.map((row) => row.length));
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const rule = { left: ":---", center: ":---:", right: "---:" };
  const text = rows.map((row) => line(Array.from({ length: width }, (_, at) => cellText(row[at]))));
  text.splice(1, 0, line(Array.from({ length: width }, (_, at) => rule[rows[0][at]?.attrs.align] ?? "---")));
  text.forEach((row, at) => { if (at) state.ensureNewLine(); state.write(row); });
  state.closeBlock(node);
}

const nodes = {
  paragraph(state, node) { state.renderInline(node); state.closeBlock(node); },
  heading(state, node) { state.write(`${"#".repeat(node.attrs.level)} `); state.renderInline(node, false); state.closeBlock(node); },
  blockquote(state, node) { state.wrapBlock("> ", null, node, () => state.renderContent(node)); },
  bulletList(state, node, parent, at) { const sign = marksOtherwise(parent, at) ? "* " : "- "; list(state, node, () => sign); },
  orderedList(state, node, parent, at) { const sign = marksOtherwise(parent, at) ? ") " : ". "; list(state, node, (item) => `${(node.attrs.start ?? 1) + item}${sign}`); },
  listItem(state, node) { state.renderContent(node); },
  codeBlock(state, node) {
    const fence = fenceFor(node.textContent, "`", 3);
    state.write(`${fence}${node.attrs.language ?? ""}\n`);
    state.text(node.textContent, false);
    state.write("\n");
    state.write(fence);
    state.closeBlock(node);
  },
  horizontalRule(state, node) { state.write("---"); state.closeBlock(node); },
  hardBreak(state, node, parent, at) { if (at + 1 < parent.childCount) { state.write("\\\n"); state.lineStart = true; } },
  image(state, node) { state.write(`![${escapeText(node.attrs.alt ?? "", false).replace(/\\?([[\]])/g, "\\$1")}](${address(node.attrs.src ?? "")}${title(node.attrs.title)})`); },
  text(state, node, parent, at) {
    const next = parent.maybeChild(at + 1);
    const start = state.atBlockStart || state.lineStart;
    state.lineStart = false;
    const whole = node.text.replace(/\s*\n\s*/g, " ");
    const plain = next ? whole : whole.trimEnd();
    let text = state.inAutolink ? plain : escapeText(plain, start);
    if (text.endsWith("!") && next && (next.type.name === "image" || next.marks.some((mark) => mark.type.name === "link"))) text = `${text.slice(0, -1)}\\!`;
    state.text(text, false);
  },
  table,
};
const marks = {
  italic: { open: "*", close: "*", mixable: true, expelEnclosingWhitespace: true },
  bold: { open: "**", close: "**", mixable: true, expelEnclosingWhitespace: true },
  strike: { open: "~~", close: "~~", mixable: true, expelEnclosingWhitespace: true },
  subscript: { open: "<sub>", close: "</sub>", mixable: true }, superscript: { open: "<sup>", close: "</sup>", mixable: true },
  code: {
    open: (_, mark, parent, at) => { const text = parent.child(at).text ?? ""; const fence = fenceFor(text, "`", 1); return /^`|`$|^ .*[^ ].* $/.test(text) ? `${fence} ` : fence; },
    close: (_, mark, parent, at) => { const text = parent.child(at - 1).text ?? ""; const fence = fenceFor(text, "`", 1); return /^`|`$|^ .*[^ ].* $/.test(text) ? ` ${fence}` : fence; },
    escape: false,
  },
  link: {
    open(state, mark, parent, at) { state.inAutolink = bare(mark, parent, at); return state.inAutolink ? "<" : "["; },
    close(state, mark) { const auto = state.inAutolink; state.inAutolink = undefined; return auto ? ">" : `](${address(mark.attrs.href)}${title(mark.attrs.title)})`; },
    mixable: false,
  },
};
function bare(mark, parent, at) {
  const child = parent.child(at);
  const next = parent.maybeChild(at + 1);
  return /^(https?|mailto):\S+$/.test(mark.attrs.href) && !mark.attrs.title && child.isText && child.text === mark.attrs.href && child.marks.at(-1) === mark && !(next && mark.isInSet(next.marks));
}
const inCell = new MarkdownSerializer(nodes, marks, { hardBreakNodeName: "hardBreak" });
const writer = inCell;

/** Leaves out empty paragraphs, which Markdown cannot say. */
function tidy(node) {
  if (node.isTextblock || node.isLeaf || node.type.spec.tableRole) return node;
  const kept = childrenOf(node).filter((child) => !(child.type.name === "paragraph" && child.content.size === 0)).map(tidy);
  return kept.length || !node.childCount ? node.copy(node.content.constructor.fromArray(kept)) : node;
}

/** The document as Markdown, ending with one line break (empty for an empty document). */
export function write(doc) {
  const text = writer.serialize(tidy(doc)).trim();
  return text ? `${text}\n` : "";
}

/** True when the text, read and written again, still says the same to a Markdown reader that knows HTML. */
export function keeps(text, schema) {
  const judge = new MarkdownIt("default", { html: true });
  judge.validateLink = linkAllowed;
  const same = (source) => judge.render(source).replace(/^<!--[ \t]*-->$/gm, "").replace(/<br\s*\/?>\s*/g, "<br>").replace(/\s+/g, " ");
  return !/^\[\^[^\]]+\]:/m.test(text) && same(write(parser(schema).parse(text))) === same(text);
}
