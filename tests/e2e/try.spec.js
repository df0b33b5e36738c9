/** Drawing: with the mouse, by keyboard, and the star; answers come from a real run. */
import { expect, expectAccessibleInBothSchemes, expectFitsWindows, open, pixels, QUICK, run, settledBox, test, untilPhase } from "./page.js";

/** @import { Page } from "@playwright/test" */

/** Enough digits to know a one from a nought. */
const DIGITS = "?engine=cpu&data=mnist&train=300&validation=50&test=50&patch=3&depth=2&ridge=0.00001&rounds=2&agop=20";

/** @param {Page} page @param {string} query */
async function openTry(page, query) {
  await open(page, query);
  await page.locator("[data-chapter=try]").scrollIntoViewIfNeeded();
  await expect(page.locator("[part=bench]")).toBeVisible();
}

/** Draws a line through points given as shares of the drawing area. @param {Page} page @param {[number, number][]} points */
async function draw(page, points) {
  const box = await settledBox(page.locator("[part=pen]"));
  for (const [i, [x, y]] of points.entries()) {
    await page.mouse.move(box.x + x * box.width, box.y + y * box.height);
    if (i === 0) await page.mouse.down();
  }
  await page.mouse.up();
}

/** @type {[number, number][]} */
const ONE = Array.from({ length: 12 }, (_, i) => [0.5 + 0.003 * i, 0.15 + 0.06 * i]);
/** @type {[number, number][]} */
const NOUGHT = Array.from({ length: 33 }, (_, i) => [
  0.5 + 0.22 * Math.sin((i / 32) * 2 * Math.PI),
  0.5 - 0.32 * Math.cos((i / 32) * 2 * Math.PI),
]);

/** What the rounds answer. @param {Page} page */
const answers = (page) =>
  page
    .locator("[part=bench] table[data-answer]")
    .evaluateAll((tables) => tables.map((table) => /** @type {HTMLElement} */ (table).dataset.answer));

test("drawn digits are predicted by every round, by mouse and by keyboard, and fit every window", async ({ page }) => {
  await openTry(page, DIGITS);
  await expect(page.locator("[part=try-run]")).toBeVisible();
  const input = page.locator("[part=probe-pixels]");
  // The input image is there before any run, the predictions are not.
  await draw(page, ONE);
  await expect.poll(async () => (await pixels(input)).colours).toBeGreaterThan(3);
  expect(await answers(page)).toEqual([]);
  await page.locator("[part=try-run]").click();
  await expect(page.getByRole("heading", { name: "Prediction of each round" })).toBeFocused();
  await untilPhase(page, "finished");
  await expect(page.locator("[part=try-run]")).toBeHidden();
  await expect.poll(() => answers(page)).toEqual(["1", "1"]);
  const clear = page.getByRole("button", { name: "Clear" });
  await clear.click();
  await expect(clear).toBeFocused();
  await expect(clear).toBeDisabled();
  expect(await answers(page)).toEqual([]);
  await draw(page, NOUGHT);
  await expect.poll(() => answers(page)).toEqual(["0", "0"]);
  await expect(page.locator("[part=probe-said]")).toHaveText(/Computed in \d+ ms\./);
  await expect.poll(async () => (await pixels(page.locator("[part=probe-looks]"))).colours).toBeGreaterThan(20);

  // By keyboard alone: a one.
  await clear.click();
  await page.locator("[part=pen]").focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press("Shift+ArrowUp");
  await page.keyboard.press("Space");
  for (let i = 0; i < 6; i++) await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Space");
  await expect.poll(() => answers(page)).toEqual(["1", "1"]);
  const one = await settled(page);
  // A second stroke, elsewhere, changes the picture; undone, it is the same again.
  await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Space");
  for (let i = 0; i < 3; i++) await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Space");
  await expect.poll(async () => (await pixels(input)).text !== one).toBe(true);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(async () => (await pixels(input)).text === one).toBe(true);

  // Another seed is prepared: the rounds on show still answer, and after its run its own do.
  await page.locator("[part=new-seed]").click();
  await untilPhase(page, "ready");
  await clear.click();
  await draw(page, NOUGHT);
  await expect.poll(() => answers(page)).toEqual(["0", "0"]);

  await expectFitsWindows(page);
  await expectAccessibleInBothSchemes(page, "[data-chapter=try]");
});

/** The input image once it has stopped changing: the rounds answer while a stroke is drawn. @param {Page} page */
async function settled(page) {
  let text = "";
  await expect
    .poll(
      async () => {
        const before = text;
        text = (await pixels(page.locator("[part=probe-pixels]"))).text;
        return text === before;
      },
      { intervals: [500] },
    )
    .toBe(true);
  return text;
}

test("a star is moved by keyboard and pointer, and found", async ({ page }) => {
  await openTry(page, QUICK.replace("train=20", "train=50").replace("agop=5", "agop=20"));
  await run(page);
  const star = page.locator("[part=star]");
  await star.scrollIntoViewIfNeeded();
  await expect.poll(async () => (await answers(page)).length).toBe(3);
  await star.focus();
  const before = (await pixels(star.locator("canvas"))).text;
  await page.keyboard.press("ArrowRight");
  await expect(star).toHaveAttribute("aria-valuetext", "Star at row 7, column 8");
  await expect(page.locator("[part=probe-spoken]")).toHaveText(/^(Fixed kernel|Round \d) predicts (hidden star|noise only)$/);
  await expect.poll(async () => (await pixels(star.locator("canvas"))).text !== before).toBe(true);
  await star.hover({ position: { x: 200, y: 200 } });
  await expect(star).not.toHaveAttribute("aria-valuetext", "Star at row 7, column 8");
  await expect.poll(() => answers(page)).toContain("hidden star");
  await expect.poll(async () => (await pixels(page.locator("[part=probe-looks]"))).colours).toBeGreaterThan(20);
});

test("sets that cannot be drawn lead to those that can, and no result is lost on the way", async ({ page }) => {
  await open(page, "?engine=cpu&data=local-signal&train=20&validation=20&test=20&rounds=2&agop=10");
  const chapter = page.locator("[data-chapter=try]");
  await chapter.scrollIntoViewIfNeeded();
  // Nothing was run: a click opens the set.
  await expect(page.locator("[part=try-keeps]")).toHaveText(/nothing is lost/);
  await chapter.getByRole("button", { name: "Draw digits" }).click();
  await expect(page.locator("[part=pen]")).toBeVisible();
  await page.goBack();
  await chapter.getByRole("button", { name: "Move a star" }).waitFor();

  // With results, they stay until Run.
  await run(page);
  await expect(page.locator("[part=try-keeps]")).toHaveText(/results on Local signal stay until you press Run/);
  await chapter.getByRole("button", { name: "Move a star" }).click();
  await expect(page).toHaveURL(/data=star/);
  const prepared = page.locator("[part=try-prepared]");
  await expect(prepared).toContainText(
    "Hidden star is prepared. Run it to draw. The results on Hidden star will then replace those on Local signal.",
  );
  await expect(prepared.locator("strong")).toBeFocused();
  await page.locator("[data-chapter=compare]").scrollIntoViewIfNeeded();
  await expect(page.locator("[part=confusion-fixed] tbody td[data-n]")).toHaveCount(4);
  // The way back, and forward again.
  await chapter.getByRole("button", { name: "Keep these results" }).click();
  await untilPhase(page, "finished");
  await chapter.getByRole("button", { name: "Move a star" }).click();
  await untilPhase(page, "ready");
  await prepared.getByRole("button", { name: "Run Hidden star" }).click();
  await expect(page.locator("[part=star]")).toBeVisible();
  await expect.poll(async () => (await answers(page)).length).toBeGreaterThan(0);
});
