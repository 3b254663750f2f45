// The bell: asks `data-unread-url` every 60 s for {"unread": 3}, only while the page is looked at.
import { each, say } from "./page.js";

each("[data-unread-url]", (bell) => {
  const badge = bell.querySelector(".unread");
  let failures = 0;
  const show = (count) => {
    badge.hidden = !count;
    badge.textContent = count > 99 ? "99+" : String(count);
    bell.setAttribute("aria-label", count ? say("unread", { count }) : say("no_unread"));
  };
  const ask = async () => {
    if (document.hidden || failures > 4) return;
    try {
      const answer = await fetch(bell.dataset.unreadUrl, { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      show((await answer.json()).unread);
      failures = 0;
    } catch { failures += 1; }
  };
  setInterval(ask, 60000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { failures = 0; ask(); } });
});
