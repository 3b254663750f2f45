// Small things that every module of the bundle needs: the page's words, its static addresses, its CSRF token.

/** Sentences for scripts, translated by the server (parts/words.html.jinja). */
const words = (() => {
  const box = document.getElementById("words");
  try { return box ? JSON.parse(box.textContent) : {}; } catch { return {}; }
})();

/** The translated sentence for `key`, with `{name}` replaced from `values`. */
export function say(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export const language = document.documentElement.lang || undefined;
export const zone = document.documentElement.dataset.timezone || undefined;
/** The time of day as the server writes it, in the reader's time zone: "14:05". */
export const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });

/** Django's CSRF token, from the meta element of the frame or else the cookie. */
export function csrf() {
  const meta = document.querySelector('meta[name="csrf-token"]')?.content;
  if (meta) return meta;
  return document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/)?.[1] ?? "";
}

/** fetch() with the CSRF header and same-origin cookies. */
export function send(url, options = {}) {
  const headers = { "X-CSRFToken": csrf(), "X-Requested-With": "fetch", ...options.headers };
  return fetch(url, { credentials: "same-origin", ...options, headers });
}

/** Loads a part of the bundle that the page did not load at once; its address is a `data-part-*` of <body>. */
export function part(name) {
  const url = document.body.dataset[`part${name[0].toUpperCase()}${name.slice(1)}`];
  return url ? import(url) : Promise.reject(new Error(`This page does not name the script "${name}".`));
}

/** Runs `start(element)` once for each element matching `selector`, now and after each htmx swap. */
export function each(selector, start) {
  const seen = new WeakSet();
  const scan = (root) => {
    const found = root.matches?.(selector) ? [root] : [];
    for (const element of [...found, ...root.querySelectorAll(selector)]) {
      if (seen.has(element)) continue;
      seen.add(element);
      start(element);
    }
  };
  const ready = () => scan(document);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
  document.addEventListener("htmx:load", (event) => scan(event.detail.elt));
  document.addEventListener("setsquare:added", (event) => scan(event.target));
}

/** Tells `each` about elements that a script (not htmx) put into the page. */
export const added = (element) => element.dispatchEvent(new CustomEvent("setsquare:added", { bubbles: true }));

/** True when keys belong to a text field, so that shortcuts keep silent. */
export const typing = (target) => target instanceof Element && Boolean(target.closest('input:not([type="checkbox"]):not([type="radio"]):not([type="button"]), textarea, select, [contenteditable="true"], [contenteditable=""]'));

/** An icon of the sprite, as an SVG element. */
export function icon(name, extra = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `icon ${extra}`.trim());
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.body.dataset.icons ?? ""}#${name}`);
  svg.append(use);
  return svg;
}

/** A short-hand for building elements: `make("button", {class: "btn"}, "Close")`. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

export const keep = {
  read(key) { try { return localStorage.getItem(`setsquare.${key}`); } catch { return null; } },
  write(key, value) { try { localStorage.setItem(`setsquare.${key}`, value); } catch { /* storage is full or forbidden: the page works without */ } },
  drop(key) { try { localStorage.removeItem(`setsquare.${key}`); } catch { /* as above */ } },
};
