// Reading view: the outline follows the scroll; compared revisions fold what did not change, and one goes from change to change.
import { each } from "./page.js";

each(".outline[data-follow]", (outline) => {
  const links = new Map([...outline.querySelectorAll('a[href^="#"]')].map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
  const visible = new Set();
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) { if (entry.isIntersecting) visible.add(entry.target.id); else visible.delete(entry.target.id); }
    const first = [...links.keys()].find((id) => visible.has(id));
    if (!first) return;
    for (const [id, link] of links) { if (id === first) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current"); }
  }, { rootMargin: "-56px 0px -60% 0px" });
  for (const id of links.keys()) { const heading = document.getElementById(id); if (heading) watch.observe(heading); }
});

each(".compare-fold[data-fold]", (button) => button.addEventListener("click", () => {
  for (const block of document.querySelectorAll(`[data-folded="${CSS.escape(button.dataset.fold)}"]`)) block.classList.remove("is-folded"), block.hidden = false;
  button.remove();
}));

// `[data-changes]`: buttons `data-change="next|previous"` (pressed by n and p) go through the changes of a comparison.
each("[data-changes]", (bar) => {
  const status = bar.querySelector("[data-change-at]");
  const changes = () => [...document.querySelectorAll(".comparison [id^='change-']")];
  let at = -1;
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-change]");
    const places = changes();
    if (!button || !places.length) return;
    places[at]?.classList.remove("is-current");
    at = button.dataset.change === "next" ? (at + 1) % places.length : (at <= 0 ? places.length : at) - 1;
    const place = places[at];
    place.closest("details")?.setAttribute("open", "");
    place.classList.add("is-current");
    place.scrollIntoView({ block: "center" });
    if (status) status.textContent = `${at + 1} / ${places.length}`;
  });
});
