/** Drawing: with the mouse, by keyboard, and the star; answers come from a real run. */
import AxeBuilder from "@axe-core/playwright";
import { expect, open, pixels, QUICK, run, settledBox, test } from "./page.js";

/** @import { Page } from "@playwright/test" */

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Enough digits to know a one from a nought. */
const DIGITS = "?engine=cpu&data=mnist&train=300&validation=50&test=50&patch=3&depth=2&ridge=0.00001&rounds=2&agop=20";

/** @param {Page} page @param {string} query */
async function openTry(page, query) {
  await open(page, query);
  await page.locator("[data-chapter=try]").scrollIntoViewIfNeeded();
  await expect(page.locator("[data-chapter=try] .bench")).toBeVisible();
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
const NOUGHT = Array.from({ length: 33 }, (_, i) => [0.5 + 0.22 * Math.sin((i / 32) * 2 * Math.PI), 0.5 - 0.32 * Math.cos((i / 32) * 2 * Math.PI)]);

/** What the rounds answer. @param {Page} page */
const answers = (page) => page.locator(".answer-columns:visible .answer-table").evaluateAll((tables) => tables.map((table) => /** @type {HTMLElement} */ (table).dataset.answer));

test("a drawn one and a drawn nought are answered by every round", async ({ page }) => {
  await openTry(page, DIGITS);
  await expect(page.locator("[part=try-run]")).toBeVisible();
  // The picture that the machine gets is there before any run, the answers are not.
  await draw(page, ONE);
  await expect.poll(async () => (await pixels(page.locator("[part=probe-pixels]"))).colours).toBeGreaterThan(3);
  expect(await answers(page)).toEqual([]);
  await page.locator("[part=try-run]").click();
  await expect(page.getByRole("heading", { name: "What each round answers" })).toBeFocused();
  await expect(page.locator("body")).toHaveAttribute("data-phase", "finished");
  await expect(page.locator("[part=try-run]")).toBeHidden();
  await expect.poll(() => answers(page)).toEqual(["1", "1"]);
  await page.getByRole("button", { name: "Clear" }).click();
  await expect(page.getByRole("button", { name: "Clear" })).toBeFocused();
  await expect(page.getByRole("button", { name: "Clear" })).toBeDisabled();
  expect(await answers(page)).toEqual([]);
  await draw(page, NOUGHT);
  await expect.poll(() => answers(page)).toEqual(["0", "0"]);
  await expect(page.locator("[part=probe-said]")).toHaveText(/Answered in \d+ ms\./);
  // It is image of the loop, too.
  await page.locator("[part=loop-drawing]").click();
  await expect(page.locator('.stop[data-stop="image"] .reading')).toHaveText("Your drawing");
  await expect(page.locator('.stop[data-stop="ridge"] .answer.wins .answer-name')).toContainText("0");
});

test("a digit is drawn by keyboard alone, and undone", async ({ page }) => {
  await openTry(page, DIGITS.replace("train=300", "train=60"));
  await run(page);
  const area = page.locator("[part=pen]");
  await area.focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press("Shift+ArrowUp");
  await page.keyboard.press("Space");
  for (let i = 0; i < 6; i++) await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Space");
  await expect.poll(async () => (await answers(page)).length).toBe(2);
  // The rounds answer while the stroke is drawn: what counts is the picture of all of it.
  let one = "";
  await expect
    .poll(async () => {
      const [before, now] = [one, (await pixels(page.locator("[part=probe-pixels]"))).text];
      one = now;
      return now === before;
    }, { intervals: [500] })
    .toBe(true);
  // A second stroke, elsewhere, changes the picture; undone, it is the same again.
  await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Space");
  for (let i = 0; i < 3; i++) await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Space");
  await expect.poll(async () => (await pixels(page.locator("[part=probe-pixels]"))).text !== one).toBe(true);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(async () => (await pixels(page.locator("[part=probe-pixels]"))).text === one).toBe(true);
});

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
  await expect(page.locator("[part=probe-spoken]")).toHaveText(/^(Fixed kernel|Round \d) says (hidden star|noise only)$/);
  await expect.poll(async () => (await pixels(star.locator("canvas"))).text !== before).toBe(true);
  await star.hover({ position: { x: 200, y: 200 } });
  await expect(star).not.toHaveAttribute("aria-valuetext", "Star at row 7, column 8");
  await expect.poll(() => answers(page)).toContain("hidden star");
  expect((await pixels(page.locator("[part=probe-looks]"))).colours).toBeGreaterThan(20);
});

test("sets that cannot be drawn lead to those that can", async ({ page }) => {
  await open(page, "?engine=cpu&data=local-signal&train=20&validation=20&test=20");
  await page.locator("[data-chapter=try]").scrollIntoViewIfNeeded();
  await page.locator("[data-chapter=try]").getByRole("button", { name: "Move a star" }).click();
  await expect(page).toHaveURL(/data=star/);
  await expect(page.locator("[part=star]")).toBeVisible();
});

for (const scheme of /** @type {const} */ (["light", "dark"])) {
  test(`drawing fits every window, ${scheme}`, async ({ page }, info) => {
    await page.emulateMedia({ colorScheme: scheme });
    await openTry(page, DIGITS.replace("train=300", "train=40"));
    await run(page);
    await draw(page, NOUGHT);
    await expect.poll(async () => (await answers(page)).length).toBe(2);
    for (const [width, height] of /** @type {const} */ ([[1440, 900], [820, 1180], [360, 740]])) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(100);
      await page.locator("[data-chapter=try]").screenshot({ path: info.outputPath(`try-${width}-${scheme}.png`) });
      expect.soft(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), `${width}: pixels to scroll sideways`).toBe(0);
      const { violations } = await new AxeBuilder({ page }).include("[data-chapter=try]").withTags(RULES).analyze();
      expect.soft(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`), `${width}: axe-core`).toEqual([]);
    }
  });
}
