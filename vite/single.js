/**
 * The whole page as one file, `dist/convrfm.html`, which runs from a disk without a network: `node vite/single.js`.
 *
 * Scripts are classic ones, because browsers load no modules from files; the worker is a blob, and its engine is packed into the page.
 * Of the sample packs only MNIST is in the file. Modules of `www/single/` stand in place of those that fetch or start something.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { build } from "vite";
import { measured } from "./measured.js";
import { policy } from "./policy.js";
import { replacing, withoutEngine } from "./replacing.js";
import { tex } from "./tex.js";

const MAX_BYTES = 4_000_000;
const root = fileURLToPath(new URL("..", import.meta.url));
/** @param {string} path */
const read = (path) => readFileSync(`${root}${path}`, "utf8");

/** The sample packs in the file. */
const PACKS = /\/data\/mnist\.npz/;
const REPLACED = /** @type {const} */ ([
  ["/www/run/start_worker.ts", "www/single/start_worker.ts"],
  ["/www/worker/start_another.ts", "www/single/start_another.ts"],
  ["/www/worker/engine.ts", "www/single/engine.ts"],
]);
/** @param {Record<string, string>} texts  what virtual modules export @returns {import("vite").Plugin} */
function single(texts) {
  return {
    name: "single",
    enforce: "pre",
    resolveId: (id) => (id in texts ? `\0${id}` : null),
    load(id) {
      if (id.slice(1) in texts) return `export default ${JSON.stringify(texts[id.slice(1)])}`;
    },
  };
}

/**
 * One classic script without imports, and the styles of its components.
 * @param {string} entry
 * @param {Record<string, string>} texts
 */
async function bundle(entry, texts = {}) {
  const result = await build({
    root,
    configFile: false,
    logLevel: "error",
    publicDir: false,
    // It cannot be embedded: the files of elements and frames are not beside it.
    define: { "import.meta.env.VITE_SINGLE": "true" },
    plugins: [single(texts), withoutEngine(), replacing(REPLACED, PACKS), tex(), measured(), svelte()],
    build: {
      write: false,
      cssCodeSplit: false,
      assetsInlineLimit: Infinity,
      rolldownOptions: { input: `${root}${entry}`, output: { format: "iife", codeSplitting: false } },
    },
  });
  const { output } = /** @type {import("rolldown").RolldownOutput} */ (Array.isArray(result) ? result[0] : result);
  const scripts = output.filter((file) => file.type === "chunk");
  const styles = output.flatMap((file) => (file.type === "asset" && file.fileName.endsWith(".css") ? [String(file.source)] : []));
  if (scripts.length !== 1) throw new Error(`${entry} was built into ${scripts.length} scripts, expected one`);
  return { script: scripts[0]?.code ?? "", style: styles.join("") };
}

/** @param {string} text */
const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const engine = gzipSync(readFileSync(`${root}pkg/convrfm_bg.wasm`), { level: 9 }).toString("base64");
const worker = await bundle("www/worker.ts");
const page = await bundle("www/main.ts", { "virtual:engine": engine, "virtual:worker": worker.script });
// An end tag within a text would end the script; between quotes the backslash changes nothing.
const script = page.script.replace(/<(?=\/script|!--)/gi, "\\x3c");
const style = read("www/first.css") + page.style;
const icon = `data:image/svg+xml,${encodeURIComponent(read("www/icon.svg").trim())}`;
const source = read("index.html");
const html = source
  .replace(/^\s*<(link|meta\s+property=|meta\s+name="twitter)[^>]*>\n/gm, "")
  .replace(/\s*<!-- The article[^]*?<\/noscript>/, "")
  .replace(/ <a href="\.\/article\.html">[^]*?neither\./, "")
  .replace(/<p data-from-disk[^]*?<\/p>/g, "")
  .replace(/\s*<script[^]*?<\/script>/g, "")
  .replace(
    "</head>",
    () =>
      `<link rel="icon" href="${icon}" />\n<meta http-equiv="Content-Security-Policy" content="${policy(source, { script: hash(script), style: hash(style) })}" />\n<style>${style}</style>\n</head>`,
  )
  .replace("</body>", () => `<script>${script}</script>\n</body>`);
mkdirSync(`${root}dist`, { recursive: true });
if (html.length > MAX_BYTES) throw new Error(`dist/convrfm.html has ${html.length} bytes, expected at most ${MAX_BYTES}`);
writeFileSync(`${root}dist/convrfm.html`, html);
