/**
 * Times a run of the built page in Chromium; `cargo xtask bench` calls it.
 *
 *     node bench/page.js cpu 500
 *
 * takes the engine, the number of training images and, for the page of another version, the folder of its checkout; prints a line of
 * JSON with the seconds of every stage.
 */
import { readFile } from "node:fs/promises";
import { chromium } from "@playwright/test";
import { launchOptions } from "../tests/e2e/chromium.js";
import { serve } from "./site.js";

/** A run on a software adapter takes minutes. */
const TIMEOUT_MS = 30 * 60_000;
const SAMPLES = 20;
/** The page needs at least two validation images. */
const VALIDATION = 2;

const [engine = "", count = "", folder] = process.argv.slice(2);
const train = Number(count);
if (!["cpu", "gpu"].includes(engine) || !(train > VALIDATION)) throw new Error("usage: node bench/page.js cpu|gpu N [FOLDER]");
const site = await serve(folder);
// Chromium blocks the graphics hardware of a machine without a screen.
const args = [...launchOptions.args, "--ignore-gpu-blocklist", "--enable-features=Vulkan"];
const browser = await chromium.launch({ ...launchOptions, args });
try {
  const { results, description } = await run();
  // Columns: kernel, predictions, ridge regression, AGOP. Round 0 is the warm-up. Round 1, with transformed patches, is timed; the last
  // round has no AGOP.
  const [, timed = []] = results.seconds;
  console.log(
    JSON.stringify({
      engine: description,
      browser: `Chromium ${browser.version()}`,
      train,
      held_out: train,
      samples: SAMPLES,
      kernel_s: timed[0],
      predict_s: timed[1],
      solve_s: timed[2],
      agop_s: timed[3],
    }),
  );
} finally {
  await browser.close();
  await site.close();
}

/** Makes a run with three rounds and exports its results. @returns {Promise<{results: {seconds: number[][]}, description: string}>} */
async function run() {
  const page = await browser.newPage({ baseURL: site.base });
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
    rounds: "3",
    agop: String(SAMPLES),
    engine,
  };
  await page.goto(`./?${new URLSearchParams(settings)}`);
  await page.locator("[part=app][data-phase=ready]").waitFor({ timeout: 60_000 });
  if ((await page.locator("[part=corrections]").count()) > 0) {
    throw new Error(`the page changed the settings: ${await page.locator("[part=corrections]").textContent()}`);
  }
  await page.locator("[part=run]").click();
  await page.locator(":is([data-phase=finished], [data-phase=failed])").waitFor({ timeout: TIMEOUT_MS });
  const description = (await page.locator("[part=engine]").textContent()) ?? "";
  await page.locator("[data-chapter=take]").scrollIntoViewIfNeeded();
  const download = page.waitForEvent("download");
  await page.locator("[part=take-results-json]").click();
  const results = JSON.parse(await readFile(await (await download).path(), "utf8"));
  await page.close();
  // Without the speed that follows.
  return { results, description: description.replace(/^Runs on /, "").replace(/\. .*$/s, "").trim() };
}
