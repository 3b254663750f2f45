// Builds the bundle that Django serves, from src/ into the package's static folder.
//
//   node build.mjs           build
//   node build.mjs --watch   build, and again on every change below src/
//   node build.mjs --check   build into memory and fail if the committed bundle differs
//
// The output has no time, path or hash of the machine in it: the same sources and the same
// package-lock.json give the same bytes, which is what CI compares.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, watch, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { PurgeCSS } from "purgecss";

const HERE = dirname(fileURLToPath(import.meta.url));
const SRC = join(HERE, "src");
const OUT = join(HERE, "..", "src", "setsquare", "faces", "web", "static", "setsquare");
const MODULES = join(HERE, "node_modules");
const TARGET = ["chrome123", "firefox121", "safari17.5"]; // light-dark(), popover, dialog
const SCRIPTS = {
  setsquare: "js/setsquare.js",
  editor: "editor/editor.js",
  comments: "js/comments.js",
  passkey: "js/passkey.js",
  charts: "js/charts.js",
};
const FONTS = ["latin-wght-normal", "latin-ext-wght-normal", "latin-wght-italic"];
const CSS_BUDGET = 120 * 1024;

/** Tabler's core, cut down to the class names that src/tabler.json allows. */
async function tabler() {
  const allow = JSON.parse(readFileSync(join(SRC, "tabler.json"), "utf8"));
  const [result] = await new PurgeCSS().purge({
    content: [{ raw: allow.elements.join(" "), extension: "html" }],
    css: [{ raw: readFileSync(join(MODULES, "@tabler/core/dist/css/tabler.css"), "utf8") }],
    variables: false,
    safelist: {
      standard: allow.classes.map((pattern) => new RegExp(`^(?:${pattern})$`)),
      greedy: [],
    },
    blocklist: allow.never.map((pattern) => new RegExp(pattern)),
  });
  return result.css.replace(/@charset[^;]+;/, "");
}

/** Lets the stylesheet say `@import "tabler" layer(tabler)`. */
const tablerPlugin = {
  name: "tabler",
  setup(build) {
    build.onResolve({ filter: /^tabler$/ }, () => ({ path: "tabler", namespace: "tabler" }));
    build.onLoad({ filter: /.*/, namespace: "tabler" }, async () => ({ contents: await tabler(), loader: "css" }));
  },
};

async function styles() {
  const result = await esbuild.build({
    entryPoints: [join(SRC, "css/setsquare.css")],
    bundle: true,
    minify: true,
    write: false,
    target: TARGET,
    external: ["*.woff2"],
    legalComments: "none",
    plugins: [tablerPlugin],
    outfile: "setsquare.css",
  });
  return result.outputFiles[0].contents;
}

async function scripts() {
  const files = new Map();
  const packages = new Set();
  for (const [name, entry] of Object.entries(SCRIPTS)) {
    const result = await esbuild.build({
      entryPoints: [join(SRC, entry)],
      bundle: true,
      minify: true,
      write: false,
      metafile: true,
      format: "esm",
      target: TARGET,
      charset: "utf8",
      legalComments: "none",
      outfile: `${name}.js`,
    });
    files.set(`${name}.js`, result.outputFiles[0].contents);
    for (const input of Object.keys(result.metafile.inputs)) {
      const match = input.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//);
      if (match) packages.add(match[1]);
    }
  }
  const theme = await esbuild.build({
    entryPoints: [join(SRC, "js/theme-first.js")], minify: true, write: false, target: TARGET, format: "iife",
  });
  files.set("theme.js", theme.outputFiles[0].contents);
  return { files, packages };
}

/** One SVG sprite with the icons that src/icons.json names. */
function sprite() {
  const names = JSON.parse(readFileSync(join(SRC, "icons.json"), "utf8"));
  const symbols = [...names].sort().map((name) => {
    const file = join(MODULES, "@tabler/icons/icons/outline", `${name}.svg`);
    if (!existsSync(file)) throw new Error(`src/icons.json names "${name}", which Tabler does not have`);
    const svg = readFileSync(file, "utf8").replace(/<!--[\s\S]*?-->/g, "");
    const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    const shapes = body.replace(/<path stroke="none"[^>]*\/>/g, "").replace(/\s*\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`;
}

/** The licence texts of everything that is part of the bundle. */
function licences(packages) {
  const all = [...packages, "@tabler/core", "@tabler/icons", "@fontsource-variable/inter"];
  const parts = [...new Set(all)].sort().map((name) => {
    const folder = join(MODULES, name);
    const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? readFileSync(join(folder, file), "utf8").trim() : "";
    return `${name} ${about.version}\n${about.license}\n\n${text}\n`;
  });
  return `The files beside this one contain parts of these packages.\n\n${parts.join(`\n${"-".repeat(79)}\n\n`)}`;
}

async function bundle() {
  const { files, packages } = await scripts();
  files.set("setsquare.css", await styles());
  files.set("icons.svg", Buffer.from(sprite()));
  files.set("licences.txt", Buffer.from(licences(packages)));
  for (const font of FONTS) {
    files.set(`inter-${font}.woff2`, readFileSync(join(MODULES, "@fontsource-variable/inter/files", `inter-${font}.woff2`)));
  }
  for (const mark of readdirSync(join(SRC, "marks"))) files.set(mark, readFileSync(join(SRC, "marks", mark)));
  const size = gzipSync(files.get("setsquare.css"), { level: 9 }).length;
  if (size > CSS_BUDGET) throw new Error(`setsquare.css is ${size} bytes gzipped; the budget is ${CSS_BUDGET}`);
  return files;
}

function report(files) {
  for (const [name, bytes] of [...files].sort()) {
    if (!/\.(css|js|svg)$/.test(name)) continue;
    const packed = (gzipSync(bytes, { level: 9 }).length / 1024).toFixed(1);
    console.log(`${name.padEnd(16)} ${(bytes.length / 1024).toFixed(1).padStart(8)} KB ${packed.padStart(8)} KB gzipped`);
  }
}

function write(files) {
  mkdirSync(OUT, { recursive: true });
  for (const old of readdirSync(OUT)) if (!files.has(old)) rmSync(join(OUT, old));
  for (const [name, bytes] of files) {
    const path = join(OUT, name);
    if (!existsSync(path) || !readFileSync(path).equals(Buffer.from(bytes))) writeFileSync(path, bytes);
  }
}

function check(files) {
  const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");
  const committed = existsSync(OUT) ? readdirSync(OUT) : [];
  const wrong = [...new Set([...files.keys(), ...committed])].filter(
    (name) => !files.has(name) || !committed.includes(name) || digest(files.get(name)) !== digest(readFileSync(join(OUT, name))),
  );
  if (wrong.length) {
    console.error(`The committed bundle differs from its sources: ${wrong.sort().join(", ")}. Run "npm run build" in frontend/.`);
    process.exit(1);
  }
  console.log(`The committed bundle is what ${relative(process.cwd(), SRC) || "src"} builds.`);
}

async function main() {
  const files = await bundle();
  if (process.argv.includes("--check")) return check(files);
  write(files);
  report(files);
  if (!process.argv.includes("--watch")) return undefined;
  let timer;
  watch(SRC, { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(() => bundle().then(write, (error) => console.error(String(error))), 150);
  });
  return undefined;
}

await main();
