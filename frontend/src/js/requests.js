// htmx: set up for a strict content security policy, the CSRF header, form errors with status 422, and a line while waiting.
import htmx from "htmx.org";
import { csrf, say } from "./page.js";
import { toast } from "./toasts.js";

Object.assign(htmx.config, {
  includeIndicatorStyles: false,
  allowEval: false,
  allowScriptTags: false,
  selfRequestsOnly: true,
  scrollBehavior: "instant",
  scrollIntoViewOnBoost: false,
  historyCacheSize: 0, // a page with records of others never stays in localStorage
  refreshOnHistoryMiss: true,
  attributesToSettle: ["class", "width", "height"],
  timeout: 60000,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "422", swap: true },
    { code: "[45]..", swap: false, error: true },
  ],
});

const sameOrigin = (path) => new URL(path, location.href).origin === location.origin;

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get" && sameOrigin(event.detail.path)) event.detail.headers["X-CSRFToken"] = csrf();
});

let waiting = 0;
let timer;
const line = () => document.querySelector(".waiting");
document.addEventListener("htmx:beforeSend", () => {
  waiting += 1;
  clearTimeout(timer);
  timer = setTimeout(() => line()?.classList.toggle("is-on", waiting > 0), 250);
});
document.addEventListener("htmx:afterRequest", () => {
  waiting = Math.max(0, waiting - 1);
  if (!waiting) { clearTimeout(timer); line()?.classList.remove("is-on"); }
});

const explain = { 401: "signed_out", 403: "forbidden", 404: "gone", 409: "conflict", 413: "too_large", 429: "too_many" };
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  toast(say(explain[status] ?? "server_error"), "error");
});
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => toast(say("offline"), "error"));
}

export { htmx };
