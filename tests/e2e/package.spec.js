/** The npm package, installed in an empty project: as it is, by three bundlers, in a notebook, and in Node. */
import { execFile } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import * as esbuild from "esbuild";
import * as vite from "vite";
import webpack from "webpack";
import { serveFolder } from "./server.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const examples = `${root}pkg/examples`;
const run = promisify(execFile);

// One installation and one set of bundles for all tests.
test.describe.configure({ mode: "default" });

const project = mkdtempSync(join(tmpdir(), "convrfm-"));
const path = (/** @type {string} */ name) => join(project, name);
const page = (/** @type {string} */ script) =>
  `<!doctype html><meta charset="utf-8" /><title>Example</title><body>${script}</body>`;

const { version } = JSON.parse(readFileSync(`${root}target/npm/package.json`, "utf8"));
const packed = `${root}target/convrfm-${version}.tgz`;
/** @type {Awaited<ReturnType<typeof serveFolder>>} */
let server;
/** @type {vite.ViteDevServer} */
let development;

test.beforeAll(async () => {
  writeFileSync(path("package.json"), '{ "private": true, "type": "module" }');
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", packed], { cwd: project });
  cpSync(examples, project, { recursive: true });
  const names = ["app", "element"];
  for (const name of names) writeFileSync(path(`of_${name}.html`), page(`<script type="module" src="./${name}.js"></script>`));
  const of = (/** @type {string} */ end, prefix = "") => Object.fromEntries(names.map((name) => [name, path(prefix + name + end)]));
  const quiet = { configFile: /** @type {const} */ (false), root: project, logLevel: /** @type {const} */ ("error") };
  await Promise.all([
    vite.build({ ...quiet, base: "./", build: { outDir: path("vite"), rolldownOptions: { input: of(".html", "of_") } } }),
    esbuild.build({ entryPoints: [path("app.js")], bundle: true, format: "esm", outdir: path("esbuild"), logLevel: "error" }),
    new Promise((resolve, reject) => {
      // Without the compression, which takes most of the time.
      /** @type {webpack.Configuration} */
      const options = { mode: "production", optimization: { minimize: false }, performance: false, context: project };
      webpack({ ...options, entry: of(".js"), output: { path: path("webpack") } }, (error, stats) =>
        error || stats?.hasErrors() || stats?.hasWarnings()
          ? reject(error ?? new Error(stats?.toString("errors-warnings")))
          : resolve(stats),
      );
    }),
  ]);
  mkdirSync(path("folder"));
  for (const name of ["worker.js", "convrfm_bg.wasm"])
    for (const folder of ["esbuild", "folder"]) copyFileSync(path(`node_modules/convrfm/${name}`), path(`${folder}/${name}`));
  // The address of a folder may lack its slash.
  writeFileSync(path("base.html"), readFileSync(path("page.html"), "utf8").replace('"star",', '"star", base: "folder",'));
  writeFileSync(path("esbuild/of_app.html"), page('<script type="module" src="app.js"></script>'));
  for (const name of names) writeFileSync(path(`webpack/of_${name}.html`), page(`<script src="${name}.js"></script>`));
  server = await serveFolder(project);
  development = await (await vite.createServer({ ...quiet, server: { port: 0 } })).listen();
});
test.afterAll(async () => {
  server?.stop();
  await development?.close();
  rmSync(project, { recursive: true, force: true });
});

const LINES = /^Round 0: [\d.]+ % of the test images are right. Round 1: [\d.]+ % of the test images are right. $/;

for (const [how, address] of Object.entries({
  "a plain page": "page.html",
  Vite: "vite/of_app.html",
  "Vite's development server": null,
  webpack: "webpack/of_app.html",
  esbuild: "esbuild/of_app.html",
  "a page that names the folder": "base.html",
})) {
  test(`${how} runs the example`, async ({ page }) => {
    /** @type {string[]} */
    const errors = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(address ? server.base + address : `${development.resolvedUrls?.local[0]}of_app.html`);
    await expect(page.locator("body")).toHaveText(LINES);
    // The model was freed, and with it its workers.
    await expect.poll(() => page.workers().length).toBe(0);
    expect(errors).toEqual([]);
  });
}

for (const [how, address] of Object.entries({
  "a plain page": "element.html",
  Vite: "vite/of_element.html",
  webpack: "webpack/of_element.html",
})) {
  test(`${how} shows a figure`, async ({ page }) => {
    await page.goto(server.base + address);
    const app = page.locator("conv-rfm [part=app]");
    await expect(app).toHaveAttribute("data-phase", "finished");
    // The styles are there, and no way to a page that the package does not have.
    expect(await app.evaluate((each) => getComputedStyle(each).display)).toBe("flex");
    await expect(page.locator("conv-rfm [part=whole]")).toHaveCount(0);
  });
}

test("a notebook imports it from another origin", async ({ page }) => {
  const other = await serveFolder(path("node_modules/convrfm"), { "access-control-allow-origin": "*" });
  const cell = readFileSync(`${examples}/notebook.js`, "utf8").replace("https://example.org/convrfm/", other.base);
  writeFileSync(path("cell.js"), cell);
  await page.goto(`${server.base}package.json`);
  const yielded = await page.evaluate(async () => {
    const { accuracies } = await import(/** @type {string} */ ("/cell.js"));
    return Array.fromAsync(accuracies());
  });
  expect(yielded.map((/** @type {number[]} */ each) => each.length)).toEqual([1, 2]);
  other.stop();
});

test("Node reaches the published accuracy on the star", async () => {
  const { stdout } = await run("node", ["node.js"], { cwd: project });
  const tests = [...stdout.matchAll(/^round \d: ([\d.]+) %$/gm)].map((match) => Number(match[1]));
  expect(tests).toHaveLength(2);
  expect(stdout).toMatch(/holds \d+ % of M, 131769 numbers$/m);
  // The paper has 94.83.
  expect(tests[1]).toBeGreaterThanOrEqual(94.8);
});

test("Node learns from images of its own, and predicts others", async () => {
  const { stdout } = await run("node", ["images.js"], { cwd: project });
  expect(stdout).toMatch(/^([\d.]+ %\n){3}classes [01], [01]; 4 scores\n$/);
});

test("Node runs the example of the project's README", async () => {
  const [, code = ""] = /^```js\n([^]*?from "convrfm"[^]*?)^```$/m.exec(readFileSync(`${root}README.md`, "utf8")) ?? [];
  const small = code.replace("rounds: 2", "rounds: 2, train: 20, validation: 20, test: 50");
  const { stdout } = await run("node", ["--input-type=module", "--eval", small], {
    cwd: project,
    // Playwright asks for colours, which a number then has.
    env: { ...process.env, FORCE_COLOR: "0" },
  });
  expect(stdout).toMatch(/^0 [\d.]+\n1 [\d.]+\n$/);
});

test("a run that was cancelled goes on, and errors say what was wrong", async () => {
  const script = `
    import { ConvRfm } from "convrfm";
    const say = (action) => Promise.resolve().then(action).then(() => console.log("no error"), ({ message }) => console.log(message));
    const settings = { train: 20, validation: 0, test: 20, rounds: 3, agopSamples: 5 };
    const model = new ConvRfm({ data: "star", settings });
    const cancel = new AbortController();
    const rounds = [];
    const onProgress = ({ round }) => round === 1 && cancel.abort(new Error("enough"));
    await say(async () => {
      for await (const { round } of model.run({ signal: cancel.signal, onProgress })) rounds.push(round);
    });
    for await (const { round } of model.run()) rounds.push(round);
    console.log(rounds.join(" "));
    const fails = () => {
      throw new Error("the bar is broken");
    };
    await say(() => new ConvRfm({ data: "star", settings }).run({ onProgress: fails }).next());
    await say(() => new ConvRfm({ data: "star", settings }).run({ signal: AbortSignal.abort(new Error("never mind")) }).next());
    await say(() => model.predict(new Float32Array(7)));
    await say(() => Promise.all([model.run().next(), model.run().next()]));
    model.free();
    await say(() => model.data());
    const of = (options) => new ConvRfm({ data: "star", ...options }).data();
    const pixels = new Float32Array(8);
    await say(() => of({ data: "mnist" }));
    await say(() => of({ data: { pixels, labels: [0, 1, 0], height: 2, width: 2 } }));
    await say(() => of({ data: { pixels, labels: [0, -1], height: 2, width: 2 } }));
    await say(() => of({ data: { pixels, height: 2, width: 2 } }));
    await say(() => of({ data: { pixels, labels: [0, 1], classes: [0, 1], height: 2, width: 2 } }));
    await say(() => of({ settings: { patch: 99 } }));
    await say(() => of({ settings: { patch: "7" } }));
    await say(() => of({ settings: { patches: 7 } }));
    await say(() => of({ engine: "gpu" }));
  `;
  const { stdout } = await run("node", ["--input-type=module", "--eval", script], { cwd: project });
  expect(stdout.trim().split("\n")).toEqual([
    "enough",
    "0 1 2",
    "the bar is broken",
    "never mind",
    "pixel values: found 7, expected a multiple of 3072, the size of a 3x32x32 image",
    "this model is running already; wait until its loop has ended",
    "this model was freed",
    "data: mnist, expected images or one of star, dead-leaves, local-signal",
    "data.pixels: 8 values, expected 12 for 3 labels and images of 1 x 2 x 2",
    "data.labels: -1 of image 1, expected a whole number from 0 to 9999",
    "data.labels: expected an array with the class of each image",
    "data.classes: expected an array with the name of each class",
    "patch: found 99, expected 1 to 32, the smaller side of the images",
    "settings.patch: 7, expected a whole number of at least 0",
    expect.stringMatching(/^settings\.patches: there is no such setting, expected one of train, /),
    expect.stringContaining("gpu"),
  ]);
});

test("the page of the package holds the examples", () => {
  const text = readFileSync(`${root}pkg/README.md`, "utf8");
  const blocks = [...text.matchAll(/<!-- examples\/(\S+) -->\n\n```\w+\n([^]*?)```\n/g)];
  for (const [, name, code] of blocks) expect(code, name).toBe(readFileSync(`${examples}/${name}`, "utf8"));
  expect(blocks.map(([, name]) => name).sort()).toEqual(readdirSync(examples).sort());
});

test("publint and attw find nothing", async () => {
  const tool = (/** @type {string} */ script, /** @type {string[]} */ ...options) =>
    run("node", [`${root}node_modules/${script}`, ...options]).catch(({ stdout, stderr }) => expect(`${stdout}${stderr}`).toBe(""));
  await tool("publint/src/cli.js", "run", packed, "--strict");
  await tool("@arethetypeswrong/cli/dist/index.js", packed, "--profile", "esm-only", "--exclude-entrypoints", "convrfm_bg.wasm");
});
