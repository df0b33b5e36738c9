/** Deep ConvRFM on the page: every level's numbers and pictures, stepping and cancelling from level to level. */
import { accuracies, clickNow, expect, expectAccessibleInBothSchemes, expectFitsWindows, open, pixels, run, step, test, untilPhase } from "./page.js";

/** @import { Page } from "@playwright/test" */

/** Three levels in three seconds. */
const DEEP =
  "?engine=cpu&data=fashion-mnist&train=40&validation=30&test=40&seed=2&patch=3&depth=3&ridge=0.001&rounds=2&agop=10&levels=3&width=4&relu=off&pooling=1";

/** @param {Page} page @param {string} [query] */
async function openDeep(page, query = DEEP) {
  await open(page, query);
  await page.locator("[data-chapter=deep]").scrollIntoViewIfNeeded();
  await expect(page.locator("[data-chapter=deep] [part=told]")).toBeVisible();
}

/** Validation and test accuracy by level and round. @param {Page} page @returns {Promise<{validation: number, test: number}[][]>} */
const reached = (page) =>
  page.locator("[data-chapter=deep] .level").evaluateAll((levels) =>
    levels.map((level) =>
      [...level.querySelectorAll("tbody tr:not(.pending)")].map((row) => {
        const [validation, test] = [...row.querySelectorAll("td")].map((cell) => parseFloat(cell.textContent ?? ""));
        return { validation: validation ?? NaN, test: test ?? NaN };
      }),
    ),
  );

const level = (/** @type {Page} */ page, /** @type {number} */ index) => page.locator(`[data-chapter=deep] .level[data-level="${index}"]`);

test("every level has its rounds, filters, strongest patches and random filters, in every window", async ({ page }) => {
  await openDeep(page);
  await expect(page.locator("[data-chapter=deep] .level")).toHaveCount(3);
  await expect(level(page, 2)).toContainText("Kernel of 1 layer on 4 channels; patches of 3 × 3 cover 7 × 7 pixels of the image.");
  await expect(page.locator("[part=deep-said]")).toContainText("Press Run");
  const height = () => page.locator("[data-chapter=deep] .levels").evaluate((element) => element.getBoundingClientRect().height);
  const before = await height();
  await run(page);
  for (const index of [0, 1, 2]) {
    const found = level(page, index);
    const fields = found.locator("[part=deep-field]");
    await expect(fields).toHaveCount(4);
    const side = 3 + 2 * index;
    for (const field of await fields.all()) {
      await expect
        .poll(() => field.evaluate((/** @type {HTMLCanvasElement} */ { width, height }) => [width, height]))
        .toEqual([side, side]);
      expect((await pixels(field)).colours).toBeGreaterThan(3);
    }
    await expect(found.getByRole("img", { name: /^Training patch \d by response to filter \d$/ })).toHaveCount(16);
    const maps = await Promise.all((await found.locator("[part=deep-map]").all()).map(pixels));
    expect(maps).toHaveLength(12);
    expect(new Set(maps.map(({ text }) => text)).size, "maps that differ").toBe(12);
  }
  expect(await height(), "nothing moves during a run").toBe(before);
  // The table of accuracies has the rounds of all levels.
  const shown = await reached(page);
  expect(shown.map((rounds) => rounds.length)).toEqual([2, 2, 2]);
  expect(shown.flat()).toEqual(await accuracies(page));
  // No level follows the last one, so nothing is said of filters drawn for it.
  await expect(level(page, 2)).toContainText(/Best on validation: round [01]\./);
  await expect(level(page, 2)).not.toContainText("next level");
  // The first of the best by validation, of all levels, is marked: in its column, in its row and in words.
  const all = shown.flatMap((rounds, level) => rounds.map((accuracy, round) => ({ level, round, ...accuracy })));
  const best = all.reduce((best, each) => (each.validation > best.validation ? each : best));
  await expect(page.locator("[part=deep-mark]")).toHaveCount(1);
  await expect(level(page, best.level).locator("[part=deep-mark]")).toBeVisible();
  await expect(level(page, best.level).locator("tr.of-all")).toHaveAttribute("data-round", String(best.round));
  const name = best.level + best.round > 0 ? `Level ${best.level}, round ${best.round}` : "The fixed kernel";
  await expect(page.locator("[part=deep-best]")).toContainText(
    `${name} did best on the validation images: ${best.test.toFixed(1)} %`,
  );

  // Another image goes through the same filters.
  const map = level(page, 1).locator("[part=deep-map]").first();
  const field = level(page, 1).locator("[part=deep-field]").first();
  const [oldMap, oldField] = [(await pixels(map)).text, (await pixels(field)).text];
  await page.locator("[part=seen] .thumb").nth(3).click();
  await expect.poll(async () => (await pixels(map)).text).not.toBe(oldMap);
  expect((await pixels(field)).text).toBe(oldField);

  await expectFitsWindows(page);
  await expectAccessibleInBothSchemes(page, "[data-chapter=deep]");
});

test("a step ends a round or leads to the next level; a cancelled level starts its round anew and finds the same", async ({
  page,
}) => {
  // Long enough to be cancelled in.
  const query = DEEP.replace("train=40&validation=30&test=40", "train=120&validation=100&test=150");
  await openDeep(page, query);
  await run(page);
  const expected = await reached(page);
  await openDeep(page, query);
  const counts = async () => (await reached(page)).map((rounds) => rounds.length);
  await step(page);
  await expect.poll(counts).toEqual([1, 0, 0]);
  await step(page);
  await expect.poll(counts).toEqual([2, 0, 0]);
  await page.locator("[part=run]").click();
  await expect.poll(async () => (await counts())[1], { intervals: [20] }).toBeGreaterThan(0);
  await clickNow(page, "[part=cancel]");
  await untilPhase(page, "cancelled");
  await page.locator("[part=run]").click();
  await untilPhase(page, "finished");
  expect(await reached(page)).toEqual(expected);
});

test("one level can be stacked to more, and an example is at hand; the run on show stays until Run", async ({ page }) => {
  await openDeep(page, DEEP.replace("levels=3", "levels=1"));
  await expect(page.locator("[data-chapter=deep] .level")).toHaveCount(0);
  await page.getByRole("button", { name: "Use 2 levels" }).click();
  await expect(page).toHaveURL(/levels=2/);
  await untilPhase(page, "ready");
  await expect(page.locator("[data-chapter=deep] .level")).toHaveCount(2);
  await run(page);
  const found = await reached(page);
  await page.evaluate(() => {
    history.pushState(null, "", "?engine=cpu&data=star");
    dispatchEvent(new PopStateEvent("popstate"));
  });
  await untilPhase(page, "ready");
  expect(await reached(page)).toEqual(found);
  await expect(page.locator("[part=deep-stack]")).toBeHidden();
  await page.locator("[part=deep-example]").click();
  await expect(page).toHaveURL(/data=noisy-mnist.*levels=2.*pooling=4/);
});
