/** Nobody looks, nothing is computed: pages behind others, and frames scrolled out of sight. */
import { createServer } from "node:http";
import { accuracies, clickNow, expect, open, test, untilPhase } from "./page.js";
import { withRealTabs } from "./tabs.js";

/** @import { FrameLocator, Page } from "@playwright/test" */

/** Long enough to be still at work when it is left. */
const LONG = "?engine=cpu&data=mnist&train=240&validation=60&test=120&seed=1&patch=3&depth=3&ridge=0.00001&rounds=2&agop=80";

/** Counts, on the page, what its worker tells of progress. */
const COUNTING = () => {
  let told = 0;
  const listen = MessagePort.prototype.addEventListener;
  MessagePort.prototype.addEventListener = function (/** @type {any[]} */ ...given) {
    const count = (/** @type {MessageEvent} */ { data }) => (told += Number(data?.path?.[0] === "progress"));
    if (given[0] === "message") listen.call(this, "message", /** @type {any} */ (count));
    return Reflect.apply(listen, this, given);
  };
  Object.defineProperty(window, "told", { get: () => told });
};

/** @param {import("@playwright/test").Locator} body */
const told = (body) => body.evaluate(() => /** @type {any} */ (window).told);

/**
 * Nothing is told for a while, on a page that has told something before.
 * @param {Page} page
 * @param {import("@playwright/test").Locator} body
 */
async function expectStill(page, body) {
  const before = await told(body);
  expect(before).toBeGreaterThan(0);
  await page.waitForTimeout(2500);
  expect(await told(body)).toBe(before);
}

/** @param {FrameLocator | Page} place @param {string | RegExp} phase */
const expectPhase = (place, phase) => expect(place.locator("[part=app]")).toHaveAttribute("data-phase", phase, { timeout: 120_000 });

/** @param {FrameLocator | Page} place */
const expectUnderWay = (place) =>
  expect.poll(() => place.locator("[part=progress]").evaluate((/** @type {HTMLProgressElement} */ { value }) => value), { timeout: 60_000 }).toBeGreaterThan(0);

test("a run rests while its page is hidden, says so, and finds what it finds undisturbed", async ({ page, playwright, launchOptions, baseURL }) => {
  test.setTimeout(6 * 60_000);
  await open(page, LONG);
  await page.locator("[part=run]").click();
  await untilPhase(page, "finished", 170_000);
  const expected = await accuracies(page);
  await withRealTabs(playwright, launchOptions, async (context) => {
    const tab = await context.newPage();
    await tab.addInitScript(COUNTING);
    await tab.goto(new URL(`./${LONG}`, baseURL).href);
    await expectPhase(tab, "ready");
    // The other tab is there before the run, which would be over before a slow machine had opened one.
    const other = await context.newPage();
    await tab.bringToFront();
    await expect.poll(() => tab.evaluate(() => document.visibilityState)).toBe("visible");
    await tab.locator("[part=run]").click();
    await expectUnderWay(tab);
    await other.bringToFront();
    await expect.poll(() => tab.evaluate(() => document.visibilityState)).toBe("hidden");
    await expectPhase(tab, "paused");
    await expect(tab.locator("[part=progress-text]")).toContainText("hidden");
    await expectStill(page, tab.locator("body"));
    await tab.bringToFront();
    await expectPhase(tab, /running|finished/);
    await expectPhase(tab, "finished");
    expect(await accuracies(tab)).toEqual(expected);

    // What the reader paused stays paused.
    await tab.locator("[part=run]").click();
    await untilPhase(tab, "running");
    await expectUnderWay(tab);
    await clickNow(tab, "[part=run]");
    await expectPhase(tab, "paused");
    await other.bringToFront();
    await expect.poll(() => tab.evaluate(() => document.visibilityState)).toBe("hidden");
    await tab.bringToFront();
    await expect.poll(() => tab.evaluate(() => document.visibilityState)).toBe("visible");
    await tab.waitForTimeout(1500);
    await expectPhase(tab, "paused");
    await expect(tab.locator("[part=progress-text]")).toContainText("Paused");
  });
});

test("in a frame of a long page, a run rests while it is scrolled out of sight", async ({ page, baseURL }) => {
  test.setTimeout(4 * 60_000);
  const blog = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    const line = "<p>Another paragraph about kernel machines.</p>";
    response.end(`<!doctype html><title>Blog</title>${line.repeat(3)}<iframe src="${new URL(`./${LONG}`, baseURL).href}" width="900" height="500"></iframe>${line.repeat(200)}`);
  });
  await new Promise((/** @type {(value: void) => void} */ resolve) => blog.listen(0, "127.0.0.1", resolve));
  const address = blog.address();
  try {
    await page.addInitScript(COUNTING);
    await page.goto(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/`);
    const frame = page.frameLocator("iframe");
    await expectPhase(frame, "ready");
    await frame.locator("[part=run]").click();
    await expectUnderWay(frame);
    await page.evaluate(() => scrollTo(0, 4000));
    await expectPhase(frame, "paused");
    await expect(frame.locator("[part=progress-text]")).toContainText("out of sight");
    await expectStill(page, frame.locator("body"));
    await page.evaluate(() => scrollTo(0, 0));
    await expectPhase(frame, "finished");
    await expect(frame.locator("[part=accuracy-table] tr[data-round]")).toHaveCount(2);
  } finally {
    blog.close();
    blog.closeAllConnections();
  }
});
