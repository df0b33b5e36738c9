/** Deep ConvRFM on the page: every level's numbers and pictures, stepping and cancelling from level to level. */
import AxeBuilder from "@axe-core/playwright";
import { power } from "../../www/strings/en.js";
import { expect, open, pixels, run, step, test, untilPhase } from "./page.js";

/** @import { Page } from "@playwright/test" */

/** Three levels in three seconds. */
const DEEP = "?engine=cpu&data=fashion-mnist&train=40&validation=30&test=40&seed=2&patch=3&depth=3&ridge=0.001&rounds=2&agop=10&levels=3&width=4";

/** @param {Page} page @param {string} [query] */
async function openDeep(page, query = DEEP) {
  await open(page, query);
  await page.locator("[data-chapter=deep]").scrollIntoViewIfNeeded();
  await expect(page.locator("[data-chapter=deep] .about").first()).toBeVisible();
}

/** Right answers by level and round, validation and test. @param {Page} page */
const reached = (page) =>
  page.locator(".level").evaluateAll((levels) => levels.map((level) => [...level.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("td")].slice(0, 2).map((cell) => parseFloat(cell.textContent ?? "")))));

const level = (/** @type {Page} */ page, /** @type {number} */ index) => page.locator(`.level[data-level="${index}"]`);

test("every level has its rounds, its filters over the pixels and its random filters", async ({ page }) => {
  await openDeep(page);
  await expect(page.locator(".level")).toHaveCount(3);
  await expect(level(page, 2)).toContainText("Kernel of 1 layer on 4 channels; patches of 3 × 3 see 7 × 7 pixels.");
  await expect(page.locator("[part=deep-said]")).toBeVisible();
  await run(page);
  await expect(page.locator("[data-chapter=deep] .chart svg")).toHaveCount(1);
  for (const index of [0, 1, 2]) {
    const found = level(page, index);
    await expect(found.locator(".level-found")).toBeVisible();
    const fields = await found.locator(".level-field canvas").all();
    expect(fields).toHaveLength(4);
    for (const field of fields) {
      expect(await field.evaluate((/** @type {HTMLCanvasElement} */ { width, height }) => [width, height])).toEqual([3 + 2 * index, 3 + 2 * index]);
      expect((await pixels(field)).colours).toBeGreaterThan(3);
    }
    const maps = await Promise.all((await found.locator(".level-maps canvas").all()).map(pixels));
    expect(maps).toHaveLength(12);
    expect(new Set(maps.map(({ text }) => text)).size, "maps that differ").toBe(12);
  }
  // The first level is the run that the rest of the page shows, and the file has the same numbers for all of them.
  const shown = await reached(page);
  // No level follows the last one, whichever round it keeps: what is said of the next one's filters was said there too.
  await expect(level(page, 2)).toContainText(/Round [01] is kept/);
  await expect(level(page, 2)).not.toContainText("next level");
  await expect(page.locator("[part=accuracy-table] tbody tr")).toHaveCount(2);
  const first = await page.locator("[part=accuracy-table] tbody tr").evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("td")].slice(0, 2).map((cell) => parseFloat(cell.textContent ?? ""))));
  expect(shown[0]).toEqual(first);
  await page.locator("[data-chapter=take]").scrollIntoViewIfNeeded();
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("[part=take-results-json]").click()]);
  const json = JSON.parse(Buffer.concat(await (await download.createReadStream()).toArray()).toString());
  const rounded = (/** @type {number[][]} */ table) => table.map((row) => row.map((value) => Number(value.toFixed(1))));
  expect(rounded(json.accuracy)).toEqual(shown.map((rounds) => rounds.map(([, test]) => test)));
  expect(rounded(json.validation_accuracy)).toEqual(shown.map((rounds) => rounds.map(([validation]) => validation)));
  for (const index of [0, 1, 2]) await expect(level(page, index).locator("tbody td:nth-of-type(3)")).toHaveText(json.ridge_used[index].map(power));
});

test("another image goes through the same filters", async ({ page }) => {
  await openDeep(page);
  await run(page);
  const map = level(page, 1).locator(".level-maps canvas").first();
  await expect(map).toBeVisible();
  const before = (await pixels(map)).text;
  const field = level(page, 1).locator(".level-field canvas").first();
  const filter = (await pixels(field)).text;
  await page.locator("[part=seen] .thumb").nth(3).click();
  await expect.poll(async () => (await pixels(map)).text).not.toBe(before);
  expect((await pixels(field)).text).toBe(filter);
});

test("a step ends a round or leads to the next level; a cancelled level starts its round anew and finds the same", async ({ page }) => {
  // Long enough to be cancelled in.
  await openDeep(page, DEEP.replace("train=40&validation=30&test=40", "train=120&validation=100&test=150"));
  await run(page);
  const expected = await reached(page);
  await page.getByRole("button", { name: "Reset" }).click();
  await untilPhase(page, "ready");
  const said = page.locator("[part=progress-text]");
  await step(page);
  await expect(said).toContainText("Level 0, round 0 is done.");
  await step(page);
  await expect(said).toContainText("drawing filters and convolving the images, done.");
  expect((await reached(page)).map((rounds) => rounds.length)).toEqual([2, 0, 0]);
  await page.locator("[part=run]").click();
  await expect(said).toContainText(/Level [12], round/);
  await page.locator("[part=cancel]").click();
  await untilPhase(page, "cancelled");
  await page.locator("[part=run]").click();
  await untilPhase(page, "finished");
  expect(await reached(page)).toEqual(expected);
});

test("one level can be stacked to more, and an example is at hand", async ({ page }) => {
  await openDeep(page, DEEP.replace("levels=3", "levels=1"));
  await expect(page.locator(".level")).toHaveCount(0);
  await page.getByRole("button", { name: "Stack 3 levels" }).click();
  await untilPhase(page, "ready");
  await expect(page).toHaveURL(/levels=3/);
  await expect(page.locator(".level")).toHaveCount(3);
  await open(page, "?engine=cpu&data=star");
  await page.locator("[data-chapter=deep]").scrollIntoViewIfNeeded();
  await expect(page.locator("[part=deep-stack]")).toBeHidden();
  await page.locator("[part=deep-example]").click();
  await expect(page).toHaveURL(/data=fashion-mnist.*levels=3.*width=16/);
});

for (const scheme of /** @type {const} */ (["light", "dark"])) {
  test(`the levels fit every window, ${scheme}`, async ({ page }, info) => {
    await page.emulateMedia({ colorScheme: scheme });
    await openDeep(page);
    await run(page);
    await expect(level(page, 2).locator(".level-found")).toBeVisible();
    for (const [width, height] of /** @type {const} */ ([[1440, 900], [820, 1180], [390, 844], [360, 740]])) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(300); // the chart follows the window
      await page.locator("[data-chapter=deep]").screenshot({ path: info.outputPath(`deep-${width}-${scheme}.png`) });
      expect.soft(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), `${width}: pixels to scroll sideways`).toBe(0);
    }
    const { violations } = await new AxeBuilder({ page }).include("[data-chapter=deep]").analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
  });
}
