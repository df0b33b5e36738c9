/** The fixed kernel beside ConvRFM: what the chapter says agrees with the results above it and with itself. */
import AxeBuilder from "@axe-core/playwright";
import { accuracies, expect, open, pixels, QUICK, run, test, untilPhase } from "./page.js";

/** @import { Locator, Page } from "@playwright/test" */

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** @param {Page} page @param {string} [query] */
async function openCompare(page, query = QUICK) {
  await open(page, query);
  await page.locator("[data-chapter=compare]").scrollIntoViewIfNeeded();
  await expect(page.locator("[part=compare-run]")).toBeVisible();
}

/** The counts of a confusion matrix, row by row. @param {Locator} table */
const counts = (table) => table.locator("tbody tr").evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("td")].map((cell) => Number(cell.dataset.n))));

/** @param {number[][]} matrix */
const right = (matrix) => matrix.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);

test("numbers, confusions and changed images agree with each other", async ({ page }) => {
  await openCompare(page);
  await expect(page.locator("[data-chapter=compare] .chart").first()).toBeHidden();
  await run(page);
  const known = await accuracies(page);
  const kept = Number(await page.locator("[part=compare-round]").inputValue());
  const cells = await page.locator("[part=compare-numbers] tbody tr").evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("td")].map((cell) => parseFloat(cell.textContent ?? ""))));
  expect(cells.map((row) => row.slice(0, 2))).toEqual([known[0], known[kept]].map((round) => [round?.validation, round?.test]));
  for (const row of cells) for (const error of row.slice(2)) expect(error).toBeGreaterThan(0);
  await expect(page.locator("[data-chapter=compare] .chart svg")).toHaveCount(2);

  const fixed = page.locator("[part=confusion-fixed]");
  const learned = page.locator("[part=confusion-learned]");
  await expect(fixed.locator("tbody td[data-n]")).toHaveCount(4);
  // Rows add up to the images of their class; the diagonal to the accuracy.
  const perClass = await page.locator("[part=class-counts] tbody tr").evaluateAll((rows) => rows.map((row) => Number(row.querySelector("td:last-child")?.textContent)));
  for (const [table, round] of /** @type {const} */ ([[fixed, 0], [learned, kept]])) {
    const matrix = await counts(table);
    expect(matrix.map((row) => row.reduce((a, b) => a + b, 0))).toEqual(perClass);
    expect((100 * right(matrix)) / 40).toBeCloseTo(known[round]?.test ?? NaN, 1);
  }
  // What was gained, less what was lost, is the difference.
  const [gained = 0, lost = 0] = (await page.locator("[part=changed-gained], [part=changed-lost]").allTextContents()).map((text) => Number(/(\d+)$/.exec(text)?.[1]));
  expect(gained - lost).toBe(right(await counts(learned)) - right(await counts(fixed)));
  const thumbs = page.locator(".changed-image");
  await expect(thumbs).toHaveCount(gained + lost);
  await thumbs.last().click();
  await expect(thumbs.last()).toHaveAttribute("aria-pressed", "true");
  const maps = page.locator(".three-plates canvas");
  for (const map of [maps.nth(1), maps.nth(2)]) await expect.poll(async () => (await pixels(map)).colours).toBeGreaterThan(20);
  expect((await pixels(maps.nth(1))).text).not.toBe((await pixels(maps.nth(2))).text);

  // Other images, another round.
  await page.locator("[data-chapter=compare]").getByLabel("Validation", { exact: true }).check();
  await expect(page.locator("[part=confusion-fixed] caption")).toContainText("validation");
  await expect.poll(async () => (await counts(fixed)).flat().reduce((a, b) => a + b, 0)).toBe(20);
  await page.locator("[part=compare-round]").selectOption("2");
  await expect(page.locator("[part=compare-numbers] tbody tr").last()).toContainText("round 2");
});

test("every count stands under the name of its own round and images", async ({ page }) => {
  // A draw on whose parts and rounds 90, 82.5, 100 and 85 % are right.
  await openCompare(page, QUICK.replace("seed=4", "seed=1"));
  await run(page);
  const known = await accuracies(page);
  const learned = page.locator("[part=confusion-learned]");
  const choose = page.locator("[part=compare-round]");
  await expect(learned.locator("tbody td[data-n]")).toHaveCount(4);
  // All that the table shows from here on, however short: its caption and its counts.
  await learned.evaluate((table) => {
    /** @type {string[]} */
    const seen = (/** @type {any} */ (window).seenCounts = []);
    new MutationObserver(() => {
      const cells = [...table.querySelectorAll("tbody td")].map((cell) => cell.getAttribute("data-n") ?? "–");
      seen.push(`${table.querySelector("caption")?.textContent}|${cells.join(" ")}`);
    }).observe(table, { subtree: true, childList: true, characterData: true });
  });
  const validation = page.locator("[data-chapter=compare]").getByLabel("Validation", { exact: true });
  const tests = page.locator("[data-chapter=compare]").getByLabel("Test", { exact: true });
  for (const round of [1, 2, 1]) {
    await choose.selectOption(String(round));
    await expect(learned.locator("caption")).toContainText(`round ${round}`);
    await expect.poll(async () => (100 * right(await counts(learned))) / 40).toBeCloseTo(known[round]?.test ?? NaN, 1);
    await validation.check();
    await expect(learned.locator("caption")).toContainText("validation");
    await expect.poll(async () => (100 * right(await counts(learned))) / 20).toBeCloseTo(known[round]?.validation ?? NaN, 1);
    await tests.check();
    await expect(learned.locator("caption")).toContainText("test");
    await expect.poll(async () => (100 * right(await counts(learned))) / 40).toBeCloseTo(known[round]?.test ?? NaN, 1);
  }
  const seen = /** @type {string[]} */ (await page.evaluate(() => /** @type {any} */ (window).seenCounts));
  /** @type {Map<string, Set<string>>} */
  const byCaption = new Map();
  for (const [caption = "", cells = ""] of seen.map((text) => text.split("|"))) {
    if (!cells.includes("–")) byCaption.set(caption, (byCaption.get(caption) ?? new Set()).add(cells));
  }
  expect([...byCaption.keys()]).toHaveLength(4);
  for (const [caption, different] of byCaption) expect([...different], caption).toHaveLength(1);
  expect(new Set([...byCaption.values()].flatMap((different) => [...different])).size, "rounds and parts told apart").toBe(4);
});

test("cells are walked through by keyboard and say what they mean", async ({ page }) => {
  await openCompare(page);
  await page.locator("[part=compare-run]").click();
  await untilPhase(page, "finished"); // until then every round draws the cells anew
  const cells = page.locator("[part=confusion-fixed] tbody td[data-n]");
  await expect(cells).toHaveCount(4);
  await cells.first().focus();
  await expect(page.locator("[part=confusion-said]")).toHaveText(/noise only taken for noise only, rightly: \d+ images?/);
  await page.keyboard.press("ArrowRight");
  await expect(cells.nth(1)).toBeFocused();
  await expect(page.locator("[part=confusion-said]")).toHaveText(/noise only taken for hidden star: \d+ images?/);
  await page.keyboard.press("ArrowDown");
  await expect(cells.nth(3)).toBeFocused();
  await cells.nth(2).hover();
  await expect(page.locator("[part=confusion-said]")).toHaveText(/hidden star taken for noise only: \d+ images?/);
});

for (const scheme of /** @type {const} */ (["light", "dark"])) {
  test(`the comparison fits every window, ${scheme}`, async ({ page }, info) => {
    await page.emulateMedia({ colorScheme: scheme });
    await openCompare(page);
    await run(page);
    await expect(page.locator("[part=confusion-fixed] tbody td[data-n]")).toHaveCount(4);
    for (const [width, height] of /** @type {const} */ ([[1440, 900], [820, 1180], [360, 740]])) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(300); // the charts follow the window
      await page.locator("[data-chapter=compare]").screenshot({ path: info.outputPath(`compare-${width}-${scheme}.png`) });
      expect.soft(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), `${width}: pixels to scroll sideways`).toBe(0);
      const { violations } = await new AxeBuilder({ page }).include("[data-chapter=compare]").withTags(RULES).analyze();
      expect.soft(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`), `${width}: axe-core`).toEqual([]);
    }
  });
}
