/**
 * What a reader waits for on the built page, in Chromium: `cargo xtask bench --audit` calls it.
 *
 *     BASE_URL=http://127.0.0.1:8080/ node bench/audit.js
 *
 * prints lines of JSON: seconds from the first visit to the first learned filter, the long tasks of the page's own thread while
 * a run of 1,000 images goes on, seconds of a run of two levels on CIFAR-10 (where `cargo xtask data cifar-10` has made its pack),
 * and what Lighthouse gives for performance and accessibility, each time that it is asked.
 */
import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { chromium } from "@playwright/test";
import { launchOptions } from "../tests/e2e/chromium.js";

/** @import { Browser, Page } from "@playwright/test" */

/** Fetched when it is asked for: it would be most of what every checkout installs. */
const LIGHTHOUSE = "lighthouse@12.8.2";
const VISITS = 3;
/** Lighthouse's score varies by some points from one time to the next. */
const SCORES = 3;
const LONGEST_MS = 10 * 60_000;

const base = process.env.BASE_URL;
if (!base) throw new Error("usage: BASE_URL=... node bench/audit.js");
const port = await freePort();
const browser = await chromium.launch({ ...launchOptions, args: [...launchOptions.args, `--remote-debugging-port=${port}`] });
try {
  const seconds = [];
  for (let visit = 0; visit < VISITS; visit++) seconds.push(await firstFilter(browser));
  say({ what: "first learned filter, s", seconds });
  say({ what: "long tasks, ms", ...(await longTasks(browser)) });
  const deep = await levels(browser);
  if (deep) say({ what: "two levels, 500 images of CIFAR-10, width 16", ...deep });
  for (const device of ["mobile", "desktop"]) {
    for (let score = 0; score < SCORES; score++) say({ what: `Lighthouse, ${device}`, ...(await lighthouse(device)) });
  }
} finally {
  await browser.close();
}

/** Seconds from a visit with nothing in the cache to the first filter, of a reader who presses Run at once. @param {Browser} browser */
async function firstFilter(browser) {
  return fresh(browser, async (page) => {
    await page.goto(`${base}`, { waitUntil: "commit" });
    await page.locator("#run").click();
    const filter = page.locator('.filter-row[data-round="1"]:not(.pending) canvas[role=img]').first();
    await filter.waitFor({ timeout: LONGEST_MS });
    return page.evaluate(() => performance.now() / 1000);
  });
}

/** Tasks of over 50 ms on the page's own thread while 1,000 digits are learned from. @param {Browser} browser */
async function longTasks(browser) {
  return fresh(browser, async (page) => {
    await page.goto(`${base}?data=mnist&train=1000&validation=100&test=400&patch=3&depth=3&rounds=3&agop=64&seed=4&engine=cpu`);
    await page.locator("body[data-phase=ready]").waitFor({ timeout: LONGEST_MS });
    await page.evaluate(() => {
      /** @type {number[]} */
      const long = [];
      new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => long.push(duration))).observe({ type: "longtask" });
      Object.assign(window, { long });
    });
    await page.locator("#run").click();
    await page.locator("body[data-phase=finished]").waitFor({ timeout: LONGEST_MS });
    const tasks = await page.evaluate(() => /** @type {{long: number[]}} */ (/** @type {unknown} */ (window)).long);
    return { tasks, longest: Math.max(0, ...tasks) };
  });
}

/** A run of Deep ConvRFM, and the longest that its progress stood still; null where the images are not there. @param {Browser} browser */
async function levels(browser) {
  return fresh(browser, async (page) => {
    await page.goto(`${base}?data=cifar-10&train=500&validation=200&test=300&patch=3&depth=3&rounds=3&agop=20&ridge=0.001&seed=1&engine=cpu&levels=2&width=16`);
    await page.locator("body[data-phase=ready]").waitFor({ timeout: LONGEST_MS });
    if (!page.url().includes("data=cifar-10")) return null;
    await page.evaluate(() => {
      const bar = /** @type {HTMLProgressElement} */ (document.querySelector("#progress"));
      let [last, longest] = [performance.now(), 0];
      new MutationObserver(() => {
        longest = Math.max(longest, performance.now() - last);
        last = performance.now();
        Object.assign(window, { longest });
      }).observe(bar, { attributes: true, childList: true });
    });
    const start = performance.now();
    await page.locator("#run").click();
    await page.locator("body[data-phase=finished]").waitFor({ timeout: LONGEST_MS });
    const seconds = (performance.now() - start) / 1000;
    return { seconds, stoodStill: await page.evaluate(() => /** @type {any} */ (window).longest / 1000) };
  });
}

/** @param {string} device */
async function lighthouse(device) {
  const preset = device === "desktop" ? ["--preset=desktop"] : [];
  const args = ["exec", "--yes", "--", LIGHTHOUSE, `${base}`, `--port=${port}`, "--output=json", "--quiet", "--only-categories=performance,accessibility", ...preset];
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
 * A visit by somebody new.
 * @template T
 * @param {Browser} browser
 * @param {(page: Page) => Promise<T>} visit
 */
async function fresh(browser, visit) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    return await visit(await context.newPage());
  } finally {
    await context.close();
  }
}

/** A port that nobody listens on. @returns {Promise<number>} */
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
function say(row) {
  console.log(JSON.stringify(row));
}
