/**
 * Times one run of the built page in Chromium, as a reader would start it: `cargo xtask bench` calls it.
 *
 *     BASE_URL=http://127.0.0.1:8080/ node bench/page.js cpu 500
 *
 * takes the engine and n, and prints one line of JSON: seconds of every stage as the worker reports them to the page, and
 * the multiply-adds a second of as many workers as the engine uses when they do nothing else.
 */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { chromium } from "@playwright/test";
import { launchOptions } from "../tests/e2e/chromium.js";

/** @import { DataSummary, FromWorker, StageReport } from "../www/protocol.js" */

/** A run on a software adapter takes minutes. */
const LONGEST_MS = 30 * 60_000;
const SAMPLES = 20;
/** The page wants two images at least. */
const VALIDATION = 2;

/** What a worker of the page of `peak` runs: says that it is ready, then answers with its rate. */
const PEAK = `
  import init, { peak } from "./convrfm.js";
  await init();
  self.onmessage = async ({ data }) => {
    try { self.postMessage(await peak(data)); } catch (error) { self.reportError(error); }
  };
  self.postMessage("ready");
`;

const [engine = "", count = ""] = process.argv.slice(2);
const train = Number(count);
const base = process.env.BASE_URL;
if (!base || !["cpu", "gpu"].includes(engine) || !(train > VALIDATION)) {
  throw new Error("usage: BASE_URL=... node bench/page.js cpu|gpu N");
}
// The graphics hardware of a machine without a screen is on Chromium's list of what it does not trust.
const args = [...launchOptions.args, "--ignore-gpu-blocklist", "--enable-features=Vulkan"];
const browser = await chromium.launch({ ...launchOptions, args });
try {
  const reports = await run();
  const description = last(reports, "kernel").engine;
  console.log(
    JSON.stringify({
      engine: description,
      browser: `Chromium ${browser.version()}`,
      train,
      held_out: train,
      samples: SAMPLES,
      // Round 0 warms up; round 1, which sees transformed patches, is the one that is timed. The AGOP ends round 0.
      kernel_s: last(reports, "kernel").seconds,
      predict_s: last(reports, "predict").seconds,
      solve_s: last(reports, "solve").seconds,
      agop_s: last(reports, "agop").seconds,
      peak_multiply_adds_per_s: await peak(engine === "cpu" ? Number(/\d+/.exec(description)?.[0] ?? 1) : 1),
    }),
  );
} finally {
  await browser.close();
}

/** @param {StageReport[]} reports @param {StageReport["stage"]} stage */
function last(reports, stage) {
  const found = reports.findLast((report) => report.stage === stage);
  if (!found) throw new Error(`the page reported no ${stage} stage`);
  return found;
}

/** What the worker says of the stages of a run of two rounds. @returns {Promise<StageReport[]>} */
async function run() {
  const page = await browser.newPage({ baseURL: base });
  await page.addInitScript(() => {
    /** @type {{reports: StageReport[], data: DataSummary | null}} */
    const bench = { reports: [], data: null };
    const Original = window.Worker;
    window.Worker = class extends Original {
      /** @param {ConstructorParameters<typeof Original>} given */
      constructor(...given) {
        super(...given);
        this.addEventListener("message", (/** @type {MessageEvent<FromWorker>} */ { data }) => {
          if ("event" in data && data.event === "stage") bench.reports.push(data.report);
          if ("reply" in data && typeof data.reply === "object" && "validation" in data.reply) bench.data = data.reply;
        });
      }
    };
    Object.assign(window, { bench });
  });
  const settings = {
    data: "noisy-mnist",
    train: String(train),
    validation: String(VALIDATION),
    test: String(train - VALIDATION),
    sigma: "1",
    seed: "0",
    patch: "3",
    depth: "3",
    ridge: "0.00001",
    rounds: "2",
    agop: String(SAMPLES),
    engine,
  };
  await page.goto(`./?${new URLSearchParams(settings)}`);
  await page.locator("body[data-phase=ready]").waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.locator(":is(body[data-phase=finished], body[data-phase=failed])").waitFor({ timeout: LONGEST_MS });
  const { reports, data } = await page.evaluate(() => /** @type {any} */ (window).bench);
  await page.close();
  if (data?.train !== train || data.test + data.validation !== train) {
    throw new Error(`the page took ${data?.train} training and ${data?.test} test images in place of ${train}`);
  }
  return reports;
}

/** Multiply-adds a second of `workers` workers together, in a page of their own. @param {number} workers */
async function peak(workers) {
  const page = await browser.newPage({ baseURL: base });
  // The site's own copy of the engine is inside its worker; this is the same file.
  await page.route("**/bench/*", async (route) => {
    const name = basename(new URL(route.request().url()).pathname);
    if (name === "page.html") return route.fulfill({ contentType: "text/html", body: "<!doctype html>" });
    if (name === "peak.js") return route.fulfill({ contentType: "text/javascript", body: PEAK });
    const contentType = name.endsWith(".wasm") ? "application/wasm" : "text/javascript";
    return route.fulfill({ contentType, body: await readFile(new URL(`../pkg/${name}`, import.meta.url)) });
  });
  await page.goto("./bench/page.html");
  return page.evaluate(
    async ({ workers, engine }) => {
      /** @param {Worker} worker @returns {Promise<number>} */
      const answer = (worker) =>
        new Promise((resolve, reject) => {
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => reject(new Error(message));
        });
      const all = Array.from({ length: workers }, () => new Worker("./peak.js", { type: "module" }));
      await Promise.all(all.map(answer));
      // All at once: cores that share power or memory are to share it as in a run.
      const rates = all.map(answer);
      for (const worker of all) worker.postMessage(engine);
      return (await Promise.all(rates)).reduce((sum, rate) => sum + rate, 0);
    },
    { workers, engine },
  );
}
