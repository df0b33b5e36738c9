/**
 * The npm package `convrfm` in `target/npm/`, and packed in `target/`: `node vite/package.js`, after the build of the engine.
 *
 * A worker is one file without imports: bundlers of others take it along as it is, by its address in `index.js`.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import * as esbuild from "esbuild";
import { build } from "vite";
import { INPUT } from "./entries.js";
import { measured } from "./measured.js";
import { replacing, withoutEngine } from "./replacing.js";
import { tex } from "./tex.js";

const MAX_BYTES = 2_000_000;
const root = fileURLToPath(new URL("..", import.meta.url));
const out = `${root}target/npm`;
/** What the types of the exports are made of; `tsc` writes those of all that these import. */
const TYPES = ["pkg/index", "pkg/model", "www/element", "www/embed/reports", "www/run/phase", "www/run/generated"];
/** Addresses that bundlers know how to follow. */
const here = (/** @type {string} */ name) => `new URL("${name}", import.meta.url).href`;

const version = /^version = "([^"]+)"/m.exec(readFileSync(`${root}Cargo.toml`, "utf8"))?.[1];
if (!version) throw new Error('Cargo.toml has no line version = "..."');

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const name of ["LICENSE-MIT", "LICENSE-APACHE", "pkg/README.md", "pkg/convrfm.js", "pkg/convrfm.d.ts", "pkg/convrfm_bg.wasm"])
  copyFileSync(`${root}${name}`, `${out}/${name.replace("pkg/", "")}`);
writeFileSync(
  `${out}/package.json`,
  `${JSON.stringify({ ...JSON.parse(readFileSync(`${root}pkg/package.json`, "utf8")), version }, null, 2)}\n`,
);

await esbuild.build({
  entryPoints: ["index", "node", "worker"].map((name) => `${root}pkg/${name}.ts`),
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  external: ["node:*"],
  logLevel: "warning",
});

/** Options of Vite for the element and its worker. */
const common = /** @satisfies {import("vite").InlineConfig} */ ({
  root,
  configFile: false,
  logLevel: "error",
  publicDir: false,
  base: "./",
});

/** @returns {import("vite").Plugin} */
function element() {
  const texts = {
    "virtual:files": `export const home = "", styles = [STYLES], open = () => import(${JSON.stringify(INPUT.element)})`,
    // With the address of the engine, which a worker that bundlers take along as it is cannot know.
    "worker?worker&url": "export default WORKER",
    // Vite's own would load the files that the next one needs by addresses that no bundler can follow.
    "vite/preload-helper.js": "export const __vitePreload = (load) => load();",
  };
  const replaced = {
    STYLES: here("./style.css"),
    WORKER: `${here("./worker.js")}+"#"+${here("../convrfm_bg.wasm")}`,
    ",[],import.meta.url)": ")",
  };
  return {
    name: "element",
    enforce: "pre",
    resolveId: (id) => Object.keys(texts).find((each) => id.endsWith(each)) && `\0${id}`,
    load: (id) => Object.entries(texts).find(([each]) => id.startsWith("\0") && id.endsWith(each))?.[1],
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle))
        if (file.type === "chunk") for (const [from, to] of Object.entries(replaced)) file.code = file.code.replaceAll(from, to);
    },
  };
}

await build({
  ...common,
  plugins: [element(), replacing([]), tex(), measured(), svelte()],
  build: {
    outDir: `${out}/element`,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: {
      input: { index: INPUT.convrfm },
      preserveEntrySignatures: "allow-extension",
      output: { entryFileNames: "[name].js", chunkFileNames: "[name].js", assetFileNames: "[name][extname]" },
    },
  },
});
await build({
  ...common,
  plugins: [element(), withoutEngine(), replacing([["/www/worker/engine.ts", "pkg/element_engine.ts"]]), tex()],
  build: {
    outDir: `${out}/element`,
    emptyOutDir: false,
    rolldownOptions: {
      input: { worker: `${root}www/worker.ts` },
      output: { entryFileNames: "[name].js", codeSplitting: false },
    },
  },
});

execFileSync("node", [`${root}node_modules/typescript/bin/tsc`, "-p", `${root}pkg`], { stdio: "inherit" });
for (const name of TYPES) {
  const text = readFileSync(`${root}target/npm-types/${name}.d.ts`, "utf8");
  mkdirSync(dirname(`${out}/types/${name}`), { recursive: true });
  // TypeScript resolves only whole names for Node.
  writeFileSync(`${out}/types/${name}.d.ts`, text.replace(/(from "\.[^"]*?)(\.js)?"/g, '$1.js"'));
}

// On Windows npm is a script of the shell.
const shell = process.platform === "win32";
execFileSync("npm", ["pack", "--silent", "--pack-destination", `${root}target`, out], {
  stdio: ["ignore", "ignore", "inherit"],
  shell,
});
const packed = `target/convrfm-${version}.tgz`;
const { size } = statSync(`${root}${packed}`);
if (size > MAX_BYTES) throw new Error(`${packed} has ${size} bytes, expected at most ${MAX_BYTES}`);
process.stdout.write(`${packed}: ${size} bytes\n`);
