// Registers: a row opens on click, j/k/x/Enter, select all and range, the bulk bar, density, chosen columns.
import { each, keep, say, typing } from "./page.js";

const rows = (register) => [...register.querySelectorAll("tbody tr[data-href]")];
const current = (register) => register.querySelector("tbody tr.is-current");

function point(register, row) {
  current(register)?.classList.remove("is-current");
  if (!row) return;
  row.classList.add("is-current");
  row.querySelector("a")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function count(register) {
  const boxes = [...register.querySelectorAll(".row-check")];
  const chosen = boxes.filter((box) => box.checked);
  const all = register.querySelector(".check-all");
  if (all) { all.checked = boxes.length > 0 && chosen.length === boxes.length; all.indeterminate = chosen.length > 0 && !all.checked; }
  const bar = register.querySelector(".bulk");
  if (!bar) return;
  bar.hidden = chosen.length === 0;
  bar.querySelector(".bulk-count").textContent = say("chosen", { count: chosen.length });
  for (const hidden of bar.querySelectorAll("[data-bulk-ids]")) hidden.value = chosen.map((box) => box.value).join(",");
}

each(".register", (register) => {
  const wanted = keep.read("density");
  if (wanted) register.dataset.density = wanted;
  let last = null;
  register.addEventListener("click", (event) => {
    const density = event.target.closest("[data-density-choice]");
    if (density) { register.dataset.density = density.dataset.densityChoice; keep.write("density", density.dataset.densityChoice); return; }
    const more = event.target.closest("[data-more-filters]");
    if (more) {
      const first = register.querySelector(".is-further");
      more.closest(".register-bar").classList.add("shows-all");
      first?.focus();
      return;
    }
    if (event.target.closest(".bulk-clear")) { register.querySelectorAll(".row-check:checked").forEach((box) => { box.checked = false; }); count(register); return; }
    const box = event.target.closest(".row-check");
    if (box) {
      const boxes = [...register.querySelectorAll(".row-check")];
      if (event.shiftKey && last) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
        boxes.slice(from, to + 1).forEach((other) => { other.checked = box.checked; });
      }
      last = box;
      count(register);
      return;
    }
    const row = event.target.closest("tbody tr[data-href]");
    if (!row || event.target.closest("a, button, input, label, select, .menu") || String(getSelection())) return;
    if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
    else location.assign(row.dataset.href);
  });
  register.addEventListener("auxclick", (event) => {
    const row = event.button === 1 && event.target.closest("tbody tr[data-href]");
    if (row && !event.target.closest("a, button, input")) window.open(row.dataset.href, "_blank", "noopener");
  });
  register.addEventListener("change", (event) => {
    if (event.target.matches(".check-all")) {
      register.querySelectorAll(".row-check").forEach((box) => { box.checked = event.target.checked; });
      count(register);
    }
    if (event.target.matches("[data-column]")) {
      for (const cell of register.querySelectorAll(`[data-col="${CSS.escape(event.target.dataset.column)}"]`)) cell.hidden = !event.target.checked;
    }
  });
  count(register);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open], .menu:popover-open") || keep.read("keys") === "off") return;
  const register = document.querySelector(".register");
  if (!register) return;
  const all = rows(register);
  const at = all.indexOf(current(register));
  if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    point(register, all[Math.min(all.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)))]);
  } else if (event.key === "x" && at >= 0) {
    all[at].querySelector(".row-check")?.click();
  } else if (event.key === "Enter" && at >= 0 && !event.target.closest("a, button, input")) {
    location.assign(all[at].dataset.href);
  }
});
