/** Noise against accuracy: every point is the run that the page itself would make, and no curve is lost. */
import { accuracies, allowOnConsole, expect, expectAccessibleInBothSchemes, expectFitsWindows, open, run, test, untilPhase } from "./page.js";

/** @import { Page } from "@playwright/test" */

const SIGNAL =
  "?engine=cpu&data=local-signal&train=30&validation=20&test=60&seed=7&sigma=2&patch=3&depth=2&ridge=0.001&rounds=2&agop=10";
/** Runs long enough to be stopped in. */
const LONGER = SIGNAL.replace("rounds=2", "rounds=10").replace("train=30", "train=200");

/** @param {Page} page */
const said = (page) => page.locator("[part=noise-said]");

/** @param {Page} page */
const rows = (page) => page.locator("[part=noise-table] tbody tr");

/** @param {Page} page */
async function toNoise(page) {
  await page.locator("[data-chapter=noise]").scrollIntoViewIfNeeded();
  await expect(page.locator("[data-chapter=noise] [part=told]")).toBeVisible();
}

/** Another address without loading the page anew. @param {Page} page @param {string} query */
async function visit(page, query) {
  await page.evaluate((query) => {
    history.pushState(null, "", query);
    dispatchEvent(new PopStateEvent("popstate"));
  }, query);
  await untilPhase(page, "ready|finished");
}

/** @param {Page} page */
async function fillOneSeed(page) {
  await page.locator("[part=noise-seeds]").selectOption("1");
  await page.locator("[part=noise-fill]").click();
  await expect(said(page)).toContainText(/All \d+ runs are done/);
}

test("the points are the page's own runs, read by pointer and keyboard, and stay with other settings", async ({ page }) => {
  await open(page, SIGNAL);
  await run(page);
  const rounds = await accuracies(page);
  // The first of the best.
  const best = rounds.reduce((best, { validation }, round) => (validation > (rounds[best]?.validation ?? 0) ? round : best), 0);
  await toNoise(page);
  await page.locator("[part=noise-seeds]").selectOption("1");
  await expect(said(page)).toContainText("7 runs");
  await fillOneSeed(page);
  await expect(rows(page)).toHaveCount(7);
  const row = rows(page).filter({ has: page.locator("th", { hasText: /^2$/ }) });
  const cells = (await row.locator("td").allTextContents()).map(parseFloat);
  expect(cells).toEqual([rounds[0]?.test, rounds[best]?.test, 1]);
  const chart = page.getByRole("img", { name: "Test accuracy against noise level, fixed kernel and ConvRFM" });
  await expect(page.locator("[data-chapter=noise] figcaption")).toContainText("One seed per point");

  // From level to level, by keyboard and by pointer.
  await page.locator("[part=noise-level]").focus();
  await page.keyboard.press("Home");
  const reading = page.locator("[part=noise-reading]");
  await expect(reading).toContainText("At σ = 0.25");
  await expect(page.getByRole("img", { name: /^Test image at σ = 0.25, class / })).toHaveCount(2);
  const box = await chart.boundingBox();
  await chart.hover({ position: { x: (box?.width ?? 0) - 20, y: 100 } });
  await expect(reading).toContainText("At σ = 4");
  await expect(page.locator("[part=noise-level]")).toHaveAttribute("aria-valuetext", "σ = 4");

  await expectFitsWindows(page);
  await expectAccessibleInBothSchemes(page, "[data-chapter=noise]");

  // More seeds go on from what is there, and another noise level is another place on the same curve.
  await page.locator("[part=noise-seeds]").selectOption("3");
  await expect(said(page)).toContainText("14 runs");
  await page.locator("[part=noise-level]").press("Home");
  await page.getByRole("button", { name: "Use σ = 0.25 above" }).click();
  await expect(page).toHaveURL(/sigma=0.25/);
  await expect(rows(page)).toHaveCount(7);
  await visit(page, SIGNAL.replace("sigma=2", "sigma=5"));
  await page.locator("[part=noise-seeds]").selectOption("1");
  await expect(said(page), "a level that has not been run is missing").toContainText("1 run,");

  // Other settings have another curve; the first one stays, and says what it belongs to.
  await visit(page, SIGNAL.replace("depth=2", "depth=1"));
  const belongs = page.locator("[part=noise-belongs]");
  await expect(rows(page)).toHaveCount(7);
  await expect(belongs).toContainText("This curve belongs to other settings");
  await expect(belongs).toContainText(
    "Local signal: 30 training, 20 validation and 60 test images; patch size 3, depth 2, ridge 10⁻³",
  );
  await expect(belongs).toContainText("seed 7.");
  await fillOneSeed(page);
  await expect(belongs).not.toContainText("other settings");
  await expect(belongs).toContainText("depth 1");
  const curves = page.locator("[part=noise-curves]");
  await curves.getByRole("button", { name: "Local signal: Depth 2" }).click();
  await expect(belongs).toContainText("depth 2");
  await page.locator("[part=noise-level]").press("Home");
  await page.getByRole("button", { name: "Use these settings at σ = 0.25" }).click();
  await expect(page).toHaveURL(/sigma=0.25.*/);
  await expect(page).not.toHaveURL(/depth=/); // the default of this data set, which links leave out
  await expect(belongs).not.toContainText("other settings");
  // A new seed adds to the curve.
  await page.getByRole("button", { name: "New seed" }).click();
  await untilPhase(page, "ready");
  await expect(rows(page)).toHaveCount(7);
  await expect(said(page)).toContainText("All 7 runs are done");
  // A set without noise keeps the curves on show, and offers the sets that have it.
  await visit(page, "?engine=cpu&data=star");
  await expect(page.locator("[part=noise-fill]")).toBeHidden();
  await expect(rows(page)).toHaveCount(7);
  await page.getByRole("button", { name: "Open “Local signal”" }).click();
  await expect(page.locator("[part=noise-fill]")).toBeVisible();
  await expect(page).toHaveURL(/data=local-signal/);
});

test("the curve waits while the page's own run goes on and while the page is hidden, and can be stopped", async ({ page }) => {
  await open(page, LONGER);
  await toNoise(page);
  await page.locator("[part=noise-fill]").click();
  await expect(said(page)).toContainText(/of 21 runs, .*left/);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await untilPhase(page, "running");
  await expect(said(page)).toContainText("waits");
  const waiting = parseInt((await said(page).textContent()) ?? "");
  await untilPhase(page, "finished");
  await expect(said(page)).not.toContainText("waits");
  expect(parseInt((await said(page).textContent()) ?? "")).toBeGreaterThanOrEqual(waiting);
  const hide = (/** @type {boolean} */ hidden) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await hide(true);
  await expect(said(page)).toContainText("waits");
  await hide(false);
  await expect(said(page)).toContainText("left");
  // A change of settings does not stop it.
  await visit(page, LONGER.replace("depth=2", "depth=1"));
  const done = parseInt((await said(page).textContent()) ?? "");
  await expect.poll(async () => parseInt((await said(page).textContent()) ?? "")).toBeGreaterThan(done);
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(said(page)).toContainText("21 runs");
  await visit(page, LONGER);
  await expect(page.getByRole("button", { name: "Continue", exact: true })).toBeEnabled();
  await expect(said(page)).not.toContainText("21 runs");
  expect(await rows(page).count()).toBeGreaterThan(0);
});

test("what stops a curve is said in words, and the curve can be filled after all", async ({ page }) => {
  await open(page, "?engine=cpu&data=noisy-mnist&train=10&validation=10&test=10&patch=3&depth=1&rounds=1&agop=10");
  await toNoise(page);
  await page.locator("[part=noise-seeds]").selectOption("1");
  allowOnConsole(/404/);
  await page.route(/mnist.*\.npz/, (route) => route.fulfill({ status: 404 }));
  await page.locator("[part=noise-fill]").click();
  const failure = page.locator("[part=noise-failure]");
  await expect(failure).toContainText(/mnist.*\.npz: 404/);
  await page.unroute(/mnist.*\.npz/);
  await page.getByRole("button", { name: "Fill the curve" }).click();
  await expect(said(page)).toContainText("All 7 runs are done");
  await expect(failure).toHaveCount(0);
});
