/**
 * The golden, parity and property suites, the same code as under `cargo test`, as WebAssembly in a worker: on the CPU, by the module for
 * every browser and by the one with fused multiply-adds, and on the GPU. The adapter of the test browser is SwiftShader. A browser
 * without an adapter fails.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Where the suites are built, and with fused multiply-adds. */
const built = join(root, "target/suites");
const fused = join(built, "fused");

/**
 * Compiling the shaders of one geometry takes SwiftShader five to ten seconds, and it computes slowly: the GPU gets a few cases here,
 * with colours, an even patch and three layers. `cargo test` has all of them.
 */
const SLOW = 10 * 60_000;
const ON_GPU = /(colour_q3_L2|even_patch_q2_L3)\.npz$/;

/** Calls methods of `Suites` in turn, and posts each result at once. */
const WORKER = `
import init, { Suites } from "./convrfm_suites.js";
addEventListener("message", async ({ data: { engine, calls } }) => {
  try {
    await init();
    if (engine === "gpu" && !(await navigator.gpu?.requestAdapter())) throw new Error("no graphics adapter");
    const suites = await Suites.open(engine);
    postMessage({ lines: [suites.describe()] });
    for (const { method, given, name } of calls) {
      const started = performance.now();
      const found = await (method in suites ? suites : Suites)[method](...given);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      const lines = typeof found === "string" ? [(name ?? "").padEnd(26) + found] : found;
      postMessage({ lines: [...lines, "  " + seconds + " s"] });
    }
    postMessage({ done: true });
  } catch (error) {
    postMessage({ failure: String(error) });
  }
});
// A panic writes its message to the console; the error event that follows has none.
addEventListener("error", ({ message }) => postMessage({ failure: message }));
addEventListener("unhandledrejection", ({ reason }) => postMessage({ failure: String(reason) }));
`;

/** @param {string} folder */
function npzFiles(folder) {
  const files = readdirSync(folder).filter((file) => file.endsWith(".npz"));
  if (files.length === 0) throw new Error(`no .npz file in ${folder}`);
  return files.map((file) => join(folder, file));
}

/** The golden files of this repository, and those of several levels. */
const OWN = npzFiles(join(root, "tests/golden"));
const DEEP = npzFiles(join(root, "tests/golden/deep"));

/** Larger ones, of real images. */
const { CONVRFM_SHARED } = process.env;
const SHARED = CONVRFM_SHARED ? npzFiles(join(CONVRFM_SHARED, "golden")) : [];

/** Golden files of networks; when CONVRFM_SHARED is set, also those in its folder `golden-cnfa`. */
const NETWORKS = [join(root, "tests/golden/cnfa"), ...(CONVRFM_SHARED ? [join(CONVRFM_SHARED, "golden-cnfa")] : [])].flatMap(npzFiles);

/**
 * Runs the calls and returns all errors. `engine` is "cpu", "gpu", or "fused cpu".
 *
 * @typedef {{method: string, given: unknown[], name?: string}} Call
 * @param {import("@playwright/test").Page} page
 * @param {string} engine
 * @param {Call[]} calls
 */
async function errorsOf(page, engine, calls) {
  const folder = engine === "fused cpu" ? fused : built;
  await page.route("**/suites/**", async (route) => {
    const name = basename(new URL(route.request().url()).pathname);
    if (name === "page.html") await route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Suites</title>" });
    else if (name === "worker.js") await route.fulfill({ contentType: "text/javascript", body: WORKER });
    else await route.fulfill({ path: join(folder, name) });
  });
  /** @type {string[]} */
  const consoleErrors = [];
  page.on("console", (message) => {
    if (message.type() === "error") consoleErrors.push(message.text());
  });
  await page.goto("./suites/page.html");
  await page.exposeFunction("print", (/** @type {string[]} */ lines) => lines.forEach((line) => console.log(`  ${engine}  ${line}`)));
  const failure = await page.evaluate(
    ({ engine, calls }) =>
      new Promise((/** @type {(value: string | null) => void} */ resolve) => {
        const worker = new Worker("./worker.js", { type: "module" });
        worker.onmessage = ({ data }) => {
          if (data.lines) /** @type {any} */ (globalThis).print(data.lines);
          else resolve(data.failure ?? null);
        };
        worker.onerror = ({ message }) => resolve(message || "the worker did not start");
        // Bytes are passed as base64.
        const decoded = calls.map((call) => ({
          ...call,
          given: call.given.map((value) => (typeof value === "string" ? Uint8Array.from(atob(value), (c) => c.charCodeAt(0)) : value)),
        }));
        worker.postMessage({ engine, calls: decoded });
      }),
    { engine: engine.replace("fused ", ""), calls },
  );
  return [failure, ...consoleErrors].filter((text) => text !== null);
}

/**
 * @param {import("@playwright/test").Page} page
 * @param {string} engine
 * @param {Call[]} calls
 */
async function check(page, engine, calls) {
  expect(await errorsOf(page, engine, calls)).toEqual([]);
}

for (const engine of ["cpu", "fused cpu", "gpu"]) {
  for (const file of engine === "gpu" ? OWN.filter((file) => ON_GPU.test(file)) : [...OWN, ...SHARED]) {
    const name = basename(file, ".npz");
    test(`${engine}: golden file ${name} is reproduced`, async ({ page }) => {
      test.setTimeout(SLOW);
      await check(page, engine, [{ method: "golden", given: [readFileSync(file, "base64")], name }]);
    });
  }

  test(`${engine}: odd sizes agree with the reference`, async ({ page }) => {
    test.setTimeout(SLOW);
    await check(page, engine, [{ method: "parity", given: [engine === "gpu" ? 2 : 100] }]);
  });
}

for (const engine of ["cpu", "fused cpu"]) {
  for (const file of DEEP) {
    const name = basename(file, ".npz");
    test(`${engine}: every level of golden file ${name} is reproduced`, async ({ page }) => {
      test.setTimeout(SLOW);
      await check(page, engine, [{ method: "deep", given: [readFileSync(file, "base64")], name }]);
    });
  }

  test(`${engine}: every property holds`, async ({ page }) => {
    await check(page, engine, [{ method: "properties", given: [20] }]);
  });
}

for (const file of NETWORKS) {
  const name = basename(file, ".npz");
  test(`networks: golden file ${name} is reproduced`, async ({ page }) => {
    test.setTimeout(SLOW);
    await check(page, "cpu", [{ method: "cnfa", given: [readFileSync(file, "base64")], name }]);
  });
}

/** K of 30,000 images takes 3.6 GB, which a 32-bit module cannot hold beside the images and the workers' copies. */
test("cpu: a run that does not fit in 32-bit memory is refused", async ({ page }) => {
  const plan = (/** @type {number} */ train) => ({ method: "plan", given: [train], name: `plan for ${train}` });
  // 2,000 images fit and need less than 10^9 bytes.
  const errors = await errorsOf(page, "cpu", [plan(2_000), plan(30_000)]);
  expect(errors).toEqual([expect.stringMatching(/needs [1-9]\d{9} bytes and \d+ are available; at most \d{4,} images fit/)]);
});

test("gpu: a matrix larger than a binding, and the minimum limits of WebGPU", async ({ page }) => {
  test.setTimeout(SLOW);
  await check(page, "gpu", [{ method: "lowLimits", given: [1] }]);
});
