// Runs before the first paint, as a classic script in <head>: turns the theme "auto" into light or dark,
// so that nothing flashes. Also keeps the folded sidebar folded.
(() => {
  const root = document.documentElement;
  const read = (key) => {
    try { return localStorage.getItem(key); } catch { return null; }
  };
  const wanted = read("setsquare.theme") || root.dataset.theme || "auto";
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = wanted;
  root.dataset.bsTheme = wanted === "auto" ? (dark ? "dark" : "light") : wanted;
  if (read("setsquare.side") === "shut") root.classList.add("side-shut");
})();
