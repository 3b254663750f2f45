// Wide tables: a box that is cut scrolls within itself, shows at which edge it goes on, and is reached by keyboard.
import { each, say } from "./page.js";

const BOXES = ".scroll-x, .table-scroll, .table-responsive, .register-scroll, .compare-whole";
const LINKS = ".tabs"; // what lies in these is reached by itself
const CARDS_BELOW = 768;
const given = new WeakMap();

/** What a box is called: by its caption, else by its section or as the table that it is on the page. */
function name(box) {
  const caption = box.querySelector("caption")?.textContent.trim();
  if (caption) return caption;
  const around = box.closest("section[aria-label]")?.getAttribute("aria-label");
  const number = [...document.querySelectorAll(BOXES)].indexOf(box) + 1;
  return around ? `${around}: ${say("table")}` : `${say("table")} ${number}`;
}

/** A box that scrolls is a named region in the order of the tab key; one that does not is neither. */
function reach(box, cut) {
  if (!given.has(box)) given.set(box, { label: box.getAttribute("aria-label") });
  if (!cut) return ["tabindex", "role", "aria-label"].forEach((attribute) => box.removeAttribute(attribute));
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", given.get(box).label ?? name(box));
}

function edges(box) {
  const rest = box.scrollWidth - box.clientWidth;
  const at = Math.abs(box.scrollLeft);
  box.classList.toggle("cut-start", box.classList.contains("overflows") && at > 1);
  box.classList.toggle("cut-end", box.classList.contains("overflows") && at < rest - 1);
}

function measure(box) {
  if (box.matches(LINKS)) {
    box.classList.toggle("overflows", box.scrollWidth > box.clientWidth + 1);
    return edges(box);
  }
  const cards = box.matches(".register-scroll") && innerWidth < CARDS_BELOW;
  const cut = !cards && box.scrollWidth > box.clientWidth + 1;
  box.classList.toggle("overflows", cut);
  reach(box, cut);
  edges(box);
}

const sizes = new ResizeObserver((entries) => {
  for (const box of new Set(entries.map(({ target }) => target.closest(`${BOXES}, ${LINKS}`)))) if (box) measure(box);
});

each(`${BOXES}, ${LINKS}`, (box) => {
  const current = box.matches(LINKS) && box.querySelector("[aria-current]");
  if (current) box.scrollLeft = Math.max(0, current.offsetLeft - box.clientWidth / 2);
  measure(box);
  sizes.observe(box);
  if (box.firstElementChild) sizes.observe(box.firstElementChild);
  box.addEventListener("scroll", () => edges(box), { passive: true });
});
