/**
 * Times a run of the built page in Chromium; `cargo xtask bench` calls it.
 *
 *     node bench/page.js cpu 500
 *
 * takes the engine and the number of training images, and prints a line of JSON with the seconds of every stage.
 */
import { chromium } from "@playwright/test";
import { launchOptions } from "../tests/e2e/chromium.js";
import { serve } from "./site.js";

/** @import { DataSummary, FromWorker, StageReport } from "../www/protocol.js" */

/** A run on a software adapter takes minutes. */
const TIMEOUT_MS = 30 * 60_000;
const SAMPLES = 20;
/** The page needs at least two validation images. */
const VALIDATION = 2;

const [engine = "", count = ""] = process.argv.slice(2);
const train = Number(count);
if (!["cpu", "gpu"].includes(engine) || !(train > VALIDATION)) throw new Error("usage: node bench/page.js cpu|gpu N");
const site = await serve();
// Chromium blocks the graphics hardware of a machine without a screen.
const args = [...launchOptions.args, "--ignore-gpu-blocklist", "--enable-features=Vulkan"];
const browser = await chromium.launch({ ...launchOptions, args });
try {
  const reports = await run();
  console.log(
    JSON.stringify({
      engine: last(reports, "kernel").engine,
      browser: `Chromium ${browser.version()}`,
      train,
      held_out: train,
      samples: SAMPLES,
      // Round 0 is the warm-up. Round 1, with transformed patches, is timed; the AGOP is the last stage of round 0.
      kernel_s: last(reports, "kernel").seconds,
      predict_s: last(reports, "predict").seconds,
      solve_s: last(reports, "solve").seconds,
      agop_s: last(reports, "agop").seconds,
    }),
  );
} finally {
  await browser.close();
  await site.close();
}

/** @param {StageReport[]} reports @param {StageReport["stage"]} stage */
function last(reports, stage) {
  const report = reports.findLast((report) => report.stage === stage);
  if (!report) throw new Error(`the page reported no ${stage} stage`);
  return report;
}

/** The worker's reports on the stages of a run with two rounds. @returns {Promise<StageReport[]>} */
async function run() {
  const page = await browser.newPage({ baseURL: site.base });
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
  await page.locator(":is(body[data-phase=finished], body[data-phase=failed])").waitFor({ timeout: TIMEOUT_MS });
  const { reports, data } = await page.evaluate(() => /** @type {any} */ (window).bench);
  await page.close();
  if (data?.train !== train || data.test + data.validation !== train) {
    throw new Error(`the page used ${data?.train} training and ${data?.test} test images, expected ${train} of both`);
  }
  return reports;
}
