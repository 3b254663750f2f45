// <time datetime="..." data-time="relative|date|datetime">: in the reader's language and time zone, the exact one on hover.
import { clock, each, language as spoken, zone } from "./page.js";

const UNITS = [["hour", 3600], ["minute", 60]];
// Days and times stand as the server wrote them (faces/web/times.py), "3 March 2026, 14:00"; a script tells how long ago.
const language = spoken === "en" ? "en-GB" : spoken;
const LONG_AGO = 28 * 86400; // seconds; beyond it "last year" says too little, so the day is shown
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const options = { timeZone: zone };
const whole = { day: "numeric", month: "long", year: "numeric" };
const date = new Intl.DateTimeFormat(language, { ...whole, ...options });
const plainDate = new Intl.DateTimeFormat(language, { ...whole, timeZone: "UTC" });
const exact = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long", ...options });
const onlyDate = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text);

const calendar = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", ...options });
const dayOf = (moment) => new Date(calendar.format(moment));

/** "3 days ago" for an instant; for a calendar day (no time in it) "in 3 days", counted by days. */
export function ago(text, now = new Date()) {
  const moment = new Date(text);
  const seconds = (moment - now) / 1000;
  if (onlyDate(text) || Math.abs(seconds) >= 86400) { // what is a day or more away is counted by days of the calendar
    const days = Math.round((onlyDate(text) ? moment : dayOf(moment)) / 86400000 - dayOf(now) / 86400000);
    if (Math.abs(days) < 14) return relative.format(days, "day");
    if (Math.abs(days) < 60) return relative.format(Math.round(days / 7), "week");
    return Math.abs(days) < 730 ? relative.format(Math.round(days / 30.44), "month") : relative.format(Math.round(days / 365.25), "year");
  }
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return relative.format(0, "second");
}

/** A day or time in the style of the server, where a script put it into the page. */
function written(text) {
  const moment = new Date(text);
  return onlyDate(text) ? plainDate.format(moment) : `${date.format(moment)}, ${clock.format(moment)}`;
}

let printing = false; // paper shows the exact time, since it is read later

function show(element) {
  const text = element.getAttribute("datetime");
  if (!text || Number.isNaN(Date.parse(text))) return;
  const moment = new Date(text);
  const kind = element.dataset.time;
  const told = (element.dataset.told ??= onlyDate(element.textContent.slice(0, 10)) ? written(text) : element.textContent);
  const far = kind === "relative" && !onlyDate(text) && (Date.now() - moment) / 1000 > LONG_AGO;
  if (kind === "relative" && !printing && !far) element.textContent = ago(text);
  else element.textContent = far && !printing ? told.split(", ")[0] : told;
  element.title = onlyDate(text) ? plainDate.format(moment) : exact.format(moment);
}

each("time[data-time]", show);
setInterval(() => {
  if (!document.hidden) document.querySelectorAll('time[data-time="relative"]').forEach(show);
}, 60000);
for (const [name, on] of [["beforeprint", true], ["afterprint", false]]) {
  addEventListener(name, () => { printing = on; document.querySelectorAll("time[data-time]").forEach(show); });
}
