/**
 * The golden, parity and property suites, the same code as under `cargo test`, as WebAssembly in a worker: on the CPU and
 * on the GPU. Its adapter here is SwiftShader. A browser without an adapter fails.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";

const root = fileURLToPath(new URL("../..", import.meta.url));
const built = join(root, "target/suites");

/** Compiling the shaders of one geometry takes SwiftShader five to ten seconds, so the GPU gets fewer cases here than natively. */
const SLOW = 10 * 60_000;

/** Calls methods of `Suites` in turn, and tells each result as it comes. */
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
// A panic is told on the console first; the error that follows has no words.
addEventListener("error", ({ message }) => postMessage({ failure: message }));
addEventListener("unhandledrejection", ({ reason }) => postMessage({ failure: String(reason) }));
`;

const shared = process.env.CONVRFM_SHARED;

/** Golden files: those of the repository, and with the environment variable CONVRFM_SHARED those in that folder. */
const GOLDEN = [join(root, "tests/golden"), ...(shared ? [join(shared, "golden")] : [])]
  .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)))
  .filter((file) => file.endsWith(".npz"));

/** Golden files of several levels. */
const DEEP = readdirSync(join(root, "tests/golden/deep")).map((file) => join(root, "tests/golden/deep", file));

test("the golden files are there", () => {
  expect(GOLDEN.length).toBeGreaterThanOrEqual(3);
  expect(DEEP.length).toBeGreaterThanOrEqual(2);
});

/**
 * @typedef {{method: string, given: unknown[], name?: string}} Call
 * @param {import("@playwright/test").Page} page
 * @param {string} engine
 * @param {Call[]} calls
 */
async function check(page, engine, calls) {
  await page.route("**/suites/**", async (route) => {
    const name = basename(new URL(route.request().url()).pathname);
    if (name === "page.html") await route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Suites</title>" });
    else if (name === "worker.js") await route.fulfill({ contentType: "text/javascript", body: WORKER });
    else await route.fulfill({ path: join(built, name) });
  });
  /** @type {string[]} */
  const said = [];
  page.on("console", (message) => {
    if (message.type() === "error") said.push(message.text());
  });
  await page.goto("./suites/page.html");
  await page.exposeFunction("tell", (/** @type {string[]} */ lines) => lines.forEach((line) => console.log(`  ${engine}  ${line}`)));
  const failure = await page.evaluate(
    ({ engine, calls }) =>
      new Promise((/** @type {(value: string | null) => void} */ resolve) => {
        const worker = new Worker("./worker.js", { type: "module" });
        worker.onmessage = ({ data }) => {
          if (data.lines) /** @type {any} */ (globalThis).tell(data.lines);
          else resolve(data.failure ?? null);
        };
        worker.onerror = ({ message }) => resolve(message || "the worker did not start");
        // Bytes came as text.
        const decoded = calls.map((call) => ({
          ...call,
          given: call.given.map((value) => (typeof value === "string" ? Uint8Array.from(atob(value), (c) => c.charCodeAt(0)) : value)),
        }));
        worker.postMessage({ engine, calls: decoded });
      }),
    { engine, calls },
  );
  expect([failure, ...said].filter((text) => text !== null)).toEqual([]);
}

for (const engine of ["cpu", "gpu"]) {
  for (const file of GOLDEN) {
    const name = basename(file, ".npz");
    test(`${engine}: golden file ${name} is reproduced`, async ({ page }) => {
      test.setTimeout(SLOW);
      await check(page, engine, [{ method: "golden", given: [readFileSync(file, "base64")], name }]);
    });
  }

  for (const file of DEEP) {
    const name = basename(file, ".npz");
    test(`${engine}: every level of golden file ${name} is reproduced`, async ({ page }) => {
      test.setTimeout(SLOW);
      await check(page, engine, [{ method: "deep", given: [readFileSync(file, "base64")], name }]);
    });
  }

  test(`${engine}: odd sizes agree with the reference`, async ({ page }) => {
    test.setTimeout(SLOW);
    await check(page, engine, [{ method: "parity", given: [engine === "cpu" ? 100 : 4] }]);
  });

  test(`${engine}: every property holds`, async ({ page }) => {
    test.setTimeout(SLOW);
    await check(page, engine, [{ method: "properties", given: [engine === "cpu" ? 20 : 1] }]);
  });
}

test("gpu: a matrix larger than a binding, and the smallest limits of WebGPU", async ({ page }) => {
  test.setTimeout(SLOW);
  await check(page, "gpu", [{ method: "lowLimits", given: [2] }]);
});
