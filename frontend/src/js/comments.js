// The reading view with comments: `[data-remarks="#json"][data-new-url]` around `[data-text]` and `[data-margin]`.
// A remark is found in the text by its quote with the words before and after it, so it survives changes around it.
// This script is loaded apart from setsquare.js, so it asks that one for dialogs by the event `setsquare:open`.
import { added, make, say } from "./page.js";

const AROUND = 48;
const BLOCKS = "p, li, h1, h2, h3, h4, h5, h6, td, th, blockquote, pre, figcaption";

/** All text nodes below `root` with where each starts in the whole text; a line break ends each block. */
function readText(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const nodes = [];
  let whole = "";
  let block = null;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.closest("script, style")) continue;
    const mine = node.parentElement.closest(BLOCKS);
    if (block && mine !== block) whole += "\n";
    block = mine;
    nodes.push({ node, start: whole.length });
    whole += node.data;
  }
  return { nodes, whole };
}

const squeeze = (text) => text.replace(/\s+/g, " ");

/** The whole text with each run of white space as one blank, and the way back to its places. */
function squeezed(whole) {
  const places = [];
  let text = "";
  for (let at = 0; at < whole.length; at += 1) {
    const blank = /\s/.test(whole[at]);
    if (blank && text.endsWith(" ")) continue;
    text += blank ? " " : whole[at];
    places.push(at);
  }
  return { text, places };
}

function alike(a, b, fromEnd) {
  let count = 0;
  while (count < a.length && count < b.length && (fromEnd ? a[a.length - 1 - count] === b[b.length - 1 - count] : a[count] === b[count])) count += 1;
  return count;
}

/** Where the remark's passage is, as [from, to] in `whole`, or null when it is gone. */
export function find(whole, { quote, prefix = "", suffix = "" }, near = 0) {
  const { text, places } = squeezed(whole);
  const wanted = squeeze(quote).trim();
  if (!wanted) return null;
  let best = null;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    const score = alike(text.slice(0, at).trimEnd(), squeeze(prefix).trimEnd(), true) + alike(text.slice(at + wanted.length).trimStart(), squeeze(suffix).trimStart(), false);
    const far = Math.abs(places[at] - near);
    if (!best || score > best.score || (score === best.score && far < best.far)) best = { score, far, from: places[at], to: places[at + wanted.length - 1] + 1 };
  }
  return best && [best.from, best.to];
}

function mark(nodes, [from, to], remark) {
  const made = [];
  for (const { node, start } of nodes) {
    const a = Math.max(from, start) - start;
    const b = Math.min(to, start + node.data.length) - start;
    if (a >= b || !node.data.slice(a, b).trim()) continue;
    const range = document.createRange();
    range.setStart(node, a);
    range.setEnd(node, b);
    const element = make("mark", { class: `remark${remark.resolved ? " is-resolved" : ""}`, "data-remark": remark.id });
    range.surroundContents(element);
    made.push(element);
  }
  if (made.length) {
    made[0].tabIndex = 0;
    made[0].setAttribute("role", "button");
    made[0].setAttribute("aria-label", say("comment_on", { quote: squeeze(remark.quote) }));
  }
  return made;
}

function note(remark, lost) {
  const open = make("button", { type: "button", class: "margin-note-open" }, remark.who);
  return make("div", { class: `margin-note${remark.resolved ? " is-resolved" : ""}${lost ? " is-lost" : ""}`, "data-note": remark.id, title: lost ? say("comment_lost") : null },
    make("div", { class: "margin-note-head" }, open, make("span", { class: "muted tiny" }, remark.when ? make("time", { datetime: remark.when, "data-time": "relative" }, remark.when) : null, remark.resolved ? ` · ${say("resolved")}` : "")),
    make("span", { class: "margin-note-quote" }, `“${remark.quote}”`), make("div", {}, remark.text ?? ""),
    remark.url ? make("a", { class: "margin-note-link", href: remark.url, "data-dialog": true }, say("thread_open")) : null);
}

/** What is selected, as {quote, prefix, suffix, block}, or null when it is not inside the text. */
function chosen(text) {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!text.contains(range.commonAncestorContainer)) return null;
  const { nodes, whole } = readText(text);
  const place = (container, offset) => {
    const inside = nodes.find((entry) => entry.node === container);
    if (inside) return inside.start + offset;
    const after = document.createRange();
    after.setStart(container, offset);
    const next = nodes.find((entry) => after.comparePoint(entry.node, 0) >= 0);
    return next ? next.start : whole.length;
  };
  const [from, to] = [place(range.startContainer, range.startOffset), place(range.endContainer, range.endOffset)];
  const quote = whole.slice(from, to).trim();
  if (!quote) return null;
  const at = whole.indexOf(quote, from);
  const start = range.startContainer.nodeType === Node.TEXT_NODE ? range.startContainer.parentElement : range.startContainer;
  const holder = start.closest("[data-block], [id]");
  return { range, quote: squeeze(quote), prefix: squeeze(whole.slice(Math.max(0, at - AROUND), at)), suffix: squeeze(whole.slice(at + quote.length, at + quote.length + AROUND)), block: holder && text.contains(holder) && holder !== text ? holder.dataset.block ?? holder.id : "" };
}

function offer(view, text, newUrl) {
  const bar = make("div", { class: "select-bar", hidden: true }, make("button", { type: "button", class: "btn btn-primary btn-s" }, say("comment")));
  view.append(bar);
  const show = () => {
    const found = chosen(text);
    bar.hidden = !found;
    if (!found) return;
    const box = found.range.getBoundingClientRect();
    const home = view.getBoundingClientRect();
    bar.style.left = `${Math.max(0, Math.min(box.left - home.left, home.width - 110))}px`;
    bar.style.top = `${box.bottom - home.top + 6}px`;
  };
  let timer;
  document.addEventListener("selectionchange", () => { clearTimeout(timer); timer = setTimeout(show, 180); });
  const write = () => {
    const found = chosen(text);
    if (!found) return;
    const { quote, prefix, suffix, block } = found;
    const url = new URL(newUrl, location.href);
    for (const [name, value] of Object.entries({ quote: quote.slice(0, 1500), prefix, suffix, block })) url.searchParams.set(name, value);
    bar.hidden = true;
    document.dispatchEvent(new CustomEvent("setsquare:open", { detail: { url: url.pathname + url.search } }));
  };
  bar.addEventListener("pointerdown", (event) => event.preventDefault());
  bar.firstElementChild.addEventListener("click", write);
  document.addEventListener("keydown", (event) => {
    if (event.key === "m" && !event.ctrlKey && !event.metaKey && !event.altKey && !bar.hidden) { event.preventDefault(); write(); }
    if (event.key === "Escape") bar.hidden = true;
  });
}

/** Makes one reading view work; called by the page's script for each `[data-remarks]`. */
export function remark(view) {
  const text = view.querySelector("[data-text]");
  const margin = view.querySelector("[data-margin]");
  const remarks = JSON.parse(document.querySelector(view.dataset.remarks)?.textContent || "[]");
  const placed = [];
  for (const entry of remarks) {
    const { nodes, whole } = readText(text);
    const block = entry.block && text.querySelector(`[data-block="${CSS.escape(entry.block)}"], [id="${CSS.escape(entry.block)}"]`);
    const near = block ? nodes.find(({ node }) => block.contains(node))?.start ?? 0 : 0;
    const place = find(whole, entry, near);
    placed.push({ entry, from: place ? place[0] : Infinity, marks: place ? mark(nodes, place, entry) : [] });
  }
  placed.sort((a, b) => a.from - b.from);
  const activate = (id) => {
    for (const element of view.querySelectorAll("[data-remark], [data-note]")) element.classList.toggle("is-active", (element.dataset.remark ?? element.dataset.note) === String(id));
  };
  for (const item of placed) {
    const { entry, marks } = item;
    const side = note(entry, !marks.length);
    item.side = side;
    margin.append(side);
    side.addEventListener("click", (event) => { activate(entry.id); if (!event.target.closest("a")) marks[0]?.scrollIntoView({ block: "center" }); });
    for (const element of marks) {
      const go = () => { activate(entry.id); side.scrollIntoView({ block: "nearest" }); side.querySelector("button").focus({ preventScroll: true }); };
      element.addEventListener("click", go);
      element.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); go(); } });
    }
  }
  added(margin);
  const align = () => { // each note beside its passage, or below the note before it
    const top = margin.getBoundingClientRect().top;
    let below = 0;
    for (const { marks, side } of placed) {
      side.style.marginTop = "0px";
      const wanted = marks[0] ? marks[0].getBoundingClientRect().top - top - 4 : 0;
      const gap = Math.max(0, wanted - below);
      side.style.marginTop = `${gap}px`;
      below += gap + side.offsetHeight + 8;
    }
  };
  align();
  document.fonts?.ready.then(align);
  new ResizeObserver(align).observe(text);
  if (!placed.length) margin.append(make("p", { class: "muted small" }, say("no_comments")));
  if (view.dataset.newUrl) offer(view, text, view.dataset.newUrl);
}
