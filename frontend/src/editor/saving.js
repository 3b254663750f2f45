// Autosave of one text. POST to `data-autosave-url` (the field by its name, `version`, CSRF), answered by
// {"saved_at", "version"}; 409 {"detail", "theirs_url"} stops saving and keeps the text; without network it stays in this browser.
import { clock, keep, make, say, send } from "../js/page.js";

const PAUSE = 2500;
const AGAIN = 15000;

/** Keeps `text()` saved; returns {changed, stop}. `status` shows how it stands, `top` takes the bars, `use(text)` puts a text in. */
export function saving({ box, name, text, status, top, use }) {
  const { autosaveUrl: url } = box.dataset;
  if (!url) return { changed() {}, stop() {} };
  const key = `draft:${url}`;
  let saved = text();
  let version = box.dataset.version ?? "";
  let timer;
  let running = false;
  let stopped = false;

  const tell = (sentence, wrong = false) => { status.textContent = sentence; status.classList.toggle("is-wrong", wrong); };
  const bar = (sentence, ...buttons) => {
    const strip = make("div", { class: "callout is-orange editor-conflict", role: "alert" }, make("div", { class: "callout-body" }, sentence, make("div", { class: "callout-actions" }, ...buttons)));
    top.prepend(strip);
    return strip;
  };
  const button = (words, run) => { const made = make("button", { type: "button", class: "btn btn-s" }, say(words)); made.addEventListener("click", run); return made; };

  function conflict(told) {
    stopped = true;
    tell(say("not_saved"), true);
    const theirs = make("a", { class: "btn btn-s", href: told.theirs_url ?? location.href, target: "_blank", rel: "noopener" }, say("conflict_show"));
    const strip = bar(told.detail ?? say("edit_conflict"), theirs,
      button("conflict_copy", () => navigator.clipboard.writeText(text())),
      button("conflict_force", () => { stopped = false; strip.remove(); save({ force: true }); }));
  }

  async function save({ force = false, leaving = false } = {}) {
    clearTimeout(timer);
    const now = text();
    if (stopped || running || (now === saved && !force)) return;
    running = true;
    tell(say("keeping"));
    const body = new URLSearchParams({ [name]: now, version });
    if (force) body.set("force", "1");
    try {
      const answer = await send(url, { method: "POST", body, headers: { Accept: "application/json" }, keepalive: leaving && now.length < 60000 });
      const told = await answer.json().catch(() => ({}));
      if (answer.status === 409) { keep.write(key, now); conflict(told); return; }
      if (!answer.ok) throw new Error(told.detail ?? "");
      saved = now;
      version = String(told.version ?? version);
      keep.drop(key);
      tell(say("kept_at", { time: clock.format(told.saved_at ? new Date(told.saved_at) : new Date()) }));
      if (text() === saved) box.dispatchEvent(new CustomEvent("setsquare:saved", { bubbles: true }));
    } catch (error) {
      keep.write(key, now);
      tell(error.message && !(error instanceof TypeError) ? error.message : say("saved_here"), true);
      timer = setTimeout(save, AGAIN);
    } finally {
      running = false;
      if (!stopped && text() !== now) { clearTimeout(timer); timer = setTimeout(save, PAUSE); }
    }
  }

  const copy = keep.read(key);
  if (copy !== null && copy !== saved) {
    const strip = bar(say("restored"), button("restore", () => { use(copy); strip.remove(); save(); }), button("drop_copy", () => { keep.drop(key); strip.remove(); }));
  }
  addEventListener("online", () => save());
  document.addEventListener("visibilitychange", () => { if (document.hidden) save({ leaving: true }); });
  return {
    changed() { clearTimeout(timer); if (!stopped) timer = setTimeout(save, PAUSE); },
    /** The form itself is being sent: nothing more to save here. */
    stop() { clearTimeout(timer); stopped = true; keep.drop(key); },
  };
}
