/**
 * Measures what a user of the built page waits for, in Chromium; `cargo xtask bench --audit` calls it.
 *
 *     node bench/audit.js
 *
 * prints lines of JSON: seconds from a first visit to the first learned filter; tasks over 50 ms on the main thread during a run
 * with 1,000 images, and of a page around two elements and a frame; milliseconds until Pause and Cancel take effect in each stage; seconds of a run with two levels on CIFAR-10
 * (skipped without the pack of `cargo xtask data cifar-10`); Lighthouse's scores for performance and accessibility.
 *
 * Vite's preview server compresses text and JavaScript but not WebAssembly, which a usual web host also compresses. Lighthouse
 * therefore sees a larger download than a visitor of such a host.
 */
import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { chromium } from "@playwright/test";
import { launchOptions } from "../tests/e2e/chromium.js";
import { serve } from "./site.js";

/** @import { Browser, Page } from "@playwright/test" */

/** Downloaded for a measurement only: it is larger than all other npm packages of this project together. */
const LIGHTHOUSE = "lighthouse@12.8.2";
const VISITS = 3;
/** Lighthouse's score varies by some points between measurements. */
const SCORES = 3;
const TIMEOUT_MS = 10 * 60_000;

const site = await serve();
const port = await freePort();
const browser = await chromium.launch({ ...launchOptions, args: [...launchOptions.args, `--remote-debugging-port=${port}`] });
try {
  const seconds = [];
  for (let visit = 0; visit < VISITS; visit++) seconds.push(await firstFilter(browser));
  print({ what: "first learned filter, s", seconds });
  print({ what: "long tasks, ms", ...(await longTasks(browser)) });
  for (const row of await responseTimes(browser)) print({ what: "response to Pause and Cancel, ms", ...row });
  print({ what: "long tasks of a page with two elements and a frame, ms", ...(await longTasksOfHost(browser)) });
  const deep = await levels(browser);
  if (deep) print({ what: "two levels, 500 images of CIFAR-10, width 16", ...deep });
  for (const device of ["mobile", "desktop"]) {
    for (let score = 0; score < SCORES; score++) print({ what: `Lighthouse, ${device}`, ...(await lighthouse(device)) });
  }
} finally {
  await browser.close();
  await site.close();
}

/** Seconds from a visit with an empty cache to the first learned filter; Run is pressed at once. @param {Browser} browser */
async function firstFilter(browser) {
  return visit(browser, async (page) => {
    await page.goto(`${site.base}`, { waitUntil: "commit" });
    await page.locator("[part=run]").click();
    // Until then the first screen shows the example, and then round 0, which has no filters.
    await page.locator("[data-phase=running]").waitFor({ timeout: TIMEOUT_MS });
    await page.locator("[part=filters][data-round='0']").waitFor({ timeout: TIMEOUT_MS });
    await page.locator("[part=filters][data-round='1'] [part=filter]:enabled").first().waitFor({ timeout: TIMEOUT_MS });
    return page.evaluate(() => performance.now() / 1000);
  });
}

/** Tasks over 50 ms on the main thread during a run with 1,000 digits. @param {Browser} browser */
async function longTasks(browser) {
  return visit(browser, async (page) => {
    await page.goto(`${site.base}?data=mnist&train=1000&validation=100&test=400&patch=3&depth=3&rounds=3&agop=64&seed=4&engine=cpu`);
    await page.locator("[data-phase=ready]").waitFor({ timeout: TIMEOUT_MS });
    await page.evaluate(() => {
      /** @type {number[]} */
      const long = [];
      new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => long.push(duration))).observe({ type: "longtask" });
      Object.assign(window, { long });
    });
    await page.locator("[part=run]").click();
    await page.locator("[data-phase=finished]").waitFor({ timeout: TIMEOUT_MS });
    const tasks = await page.evaluate(() => /** @type {{long: number[]}} */ (/** @type {unknown} */ (window)).long);
    return { tasks, longest: Math.max(0, ...tasks) };
  });
}

/** Tasks over 50 ms of a page around two elements and a frame, from its load until all three have run. @param {Browser} browser */
async function longTasksOfHost(browser) {
  const settings = "data=star&seed=4&engine=cpu&run=visible";
  const element = `<conv-rfm figure="filters" ${settings.replaceAll("&", " ")}></conv-rfm>`;
  const frame = `<iframe src="./embed.html?figure=accuracy&${settings}" width="650" height="700"></iframe>`;
  const body = `<!doctype html><title>Host</title><script type="module" src="./convrfm.js"></script>${element}${frame}${element.replace("filters", "accuracy")}`;
  return visit(browser, async (page) => {
    await page.route("**/host.html", (route) => route.fulfill({ contentType: "text/html", body }));
    await page.addInitScript(() => {
      /** @type {number[]} */
      const long = [];
      new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => long.push(duration))).observe({ type: "longtask", buffered: true });
      let done = 0;
      addEventListener("done", () => done++);
      addEventListener("message", ({ data }) => (done += Number(data?.type === "convrfm:done")));
      Object.defineProperty(window, "host", { get: () => ({ long, done }) });
    });
    await page.setViewportSize({ width: 1440, height: 2200 });
    await page.goto(`${site.base}host.html`);
    await page.waitForFunction(() => /** @type {any} */ (window).host.done >= 3, null, { timeout: TIMEOUT_MS });
    const tasks = await page.evaluate(() => /** @type {{ host: { long: number[] } }} */ (/** @type {unknown} */ (window)).host.long);
    return { tasks, longest: Math.max(0, ...tasks) };
  });
}

/**
 * Milliseconds from a click on Pause and on Cancel to the new state of the page, in every long stage. With patches of noisy frames
 * and three layers, the jobs of the AGOP are the longest that the page has.
 * @param {Browser} browser
 */
async function responseTimes(browser) {
  return visit(browser, async (page) => {
    await page.goto(`${site.base}?engine=cpu&data=noisy-mnist&train=300&validation=100&test=200&patch=3&depth=3&rounds=2&agop=100`);
    await page.locator("[data-phase=ready]").waitFor({ timeout: TIMEOUT_MS });
    const rows = [];
    for (const stage of ["kernel", "predict", "agop"]) {
      await page.locator("[part=run]").click();
      await page.locator(`[data-phase=running] [part=progress][data-stage=${stage}]`).waitFor({ timeout: TIMEOUT_MS });
      const pause = await responseTime(page, "[part=run]", "paused");
      await page.locator("[part=run]").click();
      await page.locator("[data-phase=running]").waitFor({ timeout: TIMEOUT_MS });
      rows.push({ stage, pause, cancel: await responseTime(page, "[part=cancel]", "cancelled") });
    }
    return rows;
  });
}

/**
 * Milliseconds from the click on a button to the phase.
 * @param {Page} page
 * @param {string} button
 * @param {string} phase
 */
function responseTime(page, button, phase) {
  return page.evaluate(
    ({ button, phase }) =>
      new Promise((/** @type {(value: number) => void} */ resolve) => {
        const start = performance.now();
        const app = /** @type {HTMLElement} */ (document.querySelector("[part=app]"));
        new MutationObserver((_, observer) => {
          if (app.dataset.phase !== phase) return;
          observer.disconnect();
          resolve(performance.now() - start);
        }).observe(app, { attributes: true });
        /** @type {HTMLButtonElement | null} */ (document.querySelector(button))?.click();
      }),
    { button, phase },
  );
}

/** Seconds of a run with two levels, and the longest time without progress; null without the images. @param {Browser} browser */
async function levels(browser) {
  return visit(browser, async (page) => {
    await page.goto(`${site.base}?data=cifar-10&train=500&validation=200&test=300&patch=3&depth=3&rounds=3&agop=20&ridge=0.001&seed=1&engine=cpu&levels=2&width=16`);
    await page.locator("[data-phase=ready]").waitFor({ timeout: TIMEOUT_MS });
    // Without the pack the page shows other images and keeps the address.
    if ((await page.locator("[part=corrections]").count()) > 0) return null;
    await page.evaluate(() => {
      const bar = /** @type {HTMLProgressElement} */ (document.querySelector("[part=progress]"));
      let [last, longest] = [performance.now(), 0];
      new MutationObserver(() => {
        longest = Math.max(longest, performance.now() - last);
        last = performance.now();
        Object.assign(window, { longest });
      }).observe(bar, { attributes: true, childList: true });
    });
    const start = performance.now();
    await page.locator("[part=run]").click();
    await page.locator("[data-phase=finished]").waitFor({ timeout: TIMEOUT_MS });
    const seconds = (performance.now() - start) / 1000;
    return { seconds, longestWithoutProgress: await page.evaluate(() => /** @type {any} */ (window).longest / 1000) };
  });
}

/** @param {string} device */
async function lighthouse(device) {
  const preset = device === "desktop" ? ["--preset=desktop"] : [];
  const args = ["exec", "--yes", "--", LIGHTHOUSE, `${site.base}`, `--port=${port}`, "--output=json", "--quiet", "--only-categories=performance,accessibility", ...preset];
  const { stdout } = await promisify(execFile)("npm", args, { maxBuffer: 2 ** 27 });
  const { categories, audits } = JSON.parse(stdout);
  return {
    performance: Math.round(100 * categories.performance.score),
    accessibility: Math.round(100 * categories.accessibility.score),
    firstPaint: audits["first-contentful-paint"].numericValue,
    blocking: audits["total-blocking-time"].numericValue,
    layoutShift: audits["cumulative-layout-shift"].numericValue,
  };
}

/**
 * Uses a page with an empty cache.
 * @template T
 * @param {Browser} browser
 * @param {(page: Page) => Promise<T>} use
 */
async function visit(browser, use) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    return await use(await context.newPage());
  } finally {
    await context.close();
  }
}

/** A free port. @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject).listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** @param {object} row */
function print(row) {
  console.log(JSON.stringify(row));
}
