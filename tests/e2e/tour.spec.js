/** The tour, from its first step to its last: by keyboard alone, by an address, on a phone. */
import AxeBuilder from "@axe-core/playwright";
import { LESSON_STEPS } from "../../www/state.js";
import { tour } from "../../www/strings/en.js";
import { expect, open, QUICK, run, settledBox, test, untilPhase } from "./page.js";

/** @import { Page } from "@playwright/test" */

/** A step that goes on by itself does so within this time. */
const GO_ON_MS = 1600;

const dialog = (/** @type {Page} */ page) => page.getByRole("dialog", { name: /./ }).and(page.locator("[part=tour]"));

/** @param {Page} page @param {number} step */
async function expectStep(page, step) {
  await expect(page.locator("[part=tour-heading]")).toHaveText(tour.steps[step - 1]?.title ?? "", { timeout: 15_000 });
  await expect(page.locator("[part=tour] .tour-number")).toHaveText(tour.number(step, LESSON_STEPS));
  await expect(page).toHaveURL(new RegExp(`[?&]lesson=(${step}|${step === 1 ? "on" : step})(&|$)`));
  await expect(page.locator("[part=tour-heading]")).toBeFocused();
}

/** What is pointed at is in the window and clear of the dialog and of the bar at the top. @param {Page} page */
async function expectClear(page) {
  await expect(page.locator("[data-toured]")).toHaveCount(1);
  const measure = () =>
    page.evaluate(() => {
      const [card, target, bar] = ["[part=tour]", "[data-toured]", "[part=transport]"].map((place) => document.querySelector(place));
      if (!card || !target || !bar) return ["nothing there"];
      const [c, t, b] = [card, target, bar].map((element) => element.getBoundingClientRect());
      if (!c || !t || !b) return [];
      const apart = c.left >= t.right || c.right <= t.left || c.top >= t.bottom || c.bottom <= t.top;
      return [
        ...(apart ? [] : [`covered: ${JSON.stringify([c, t])}`]),
        ...(t.top >= 0 && t.top < innerHeight ? [] : [`out of the window: ${JSON.stringify(t)}`]),
        ...(bar.contains(target) || t.top >= b.bottom - 1 ? [] : [`under the bar: ${JSON.stringify([t, b])}`]),
        ...(c.left >= 0 && c.right <= innerWidth && c.top >= 0 && c.bottom <= innerHeight + 1 ? [] : [`dialog out of the window: ${JSON.stringify(c)}`]),
      ];
    });
  await expect.poll(measure, { timeout: 20_000 }).toEqual([]);
}

test("there are as many words as places", () => {
  expect(tour.steps).toHaveLength(LESSON_STEPS);
});

test("from the first step to the last by keyboard alone", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page, QUICK);
  /** Tab until it is reached. @param {string} place */
  const tabTo = async (place) => {
    for (let i = 0; i < 30 && !(await page.locator(place).evaluate((element) => element === document.activeElement)); i++) await page.keyboard.press("Tab");
    await expect(page.locator(place)).toBeFocused();
  };
  await tabTo("[part=tour-start]");
  await page.keyboard.press("Enter");
  await expectStep(page, 1);
  await expectClear(page);
  await page.keyboard.press("ArrowRight");
  await expectStep(page, 2);
  await expect(page.locator("[part=tour] .tour-task")).toHaveText(tour.steps[1]?.task ?? "");
  // Back and forth.
  await page.keyboard.press("ArrowLeft");
  await expectStep(page, 1);
  await tabTo("[part=tour-next]");
  await page.keyboard.press("Enter");
  await expectStep(page, 2);
  await expectClear(page);
  await tabTo("[part=tour-there]");
  await page.keyboard.press("Enter");
  await expect(page.locator("[part=run]")).toBeFocused();
  await page.keyboard.press("Enter");
  await untilPhase(page, "finished");
  // By itself, once it is done.
  for (const step of [3, 4, 5, 6]) {
    await expectStep(page, step);
    await expectClear(page);
    if (step < 6) await page.keyboard.press("ArrowRight");
  }
  await expect(page.locator("[part=tour-there]")).toBeVisible();
  await tabTo("[part=tour-there]");
  await page.keyboard.press("Enter");
  await expect(page.locator("[part=loop-image]")).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(page.locator("[part=tour] .tour-task")).toHaveText(tour.moved);
  // Not by itself: the reader may want to look further.
  await page.waitForTimeout(GO_ON_MS + 900);
  await expect(page.locator("[part=loop-image]")).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect(page.locator("[part=tour-next]")).toBeFocused();
  await page.keyboard.press("Enter");
  await expectStep(page, 7);
  await expectClear(page);
  await page.keyboard.press("ArrowRight");
  await expectStep(page, 8);
  await expectClear(page);
  await page.keyboard.press("ArrowRight");
  await expectStep(page, 9);
  await expectClear(page);
  await tabTo("[part=tour-there]");
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  await expect(page.locator("[part=tour] .tour-task")).toHaveText(tour.moved);
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await expectStep(page, 10);
  await expectClear(page);
  await tabTo("[part=tour-next]");
  await expect(page.locator("[part=tour-next]")).toHaveText(tour.finish);
  await page.keyboard.press("Enter");
  await expect(page.locator("[part=tour]")).toBeHidden();
  await expect(page.locator("[part=tour-start]")).toBeFocused();
  await expect(page).not.toHaveURL(/lesson/);
  await expect(page.locator("[data-toured]")).toHaveCount(0);
});

test("an address opens a step; it outlives a new seed; Escape ends it", async ({ page }) => {
  await open(page, `${QUICK}&lesson=4`);
  await expectStep(page, 4);
  await page.getByRole("button", { name: "New seed" }).click();
  await untilPhase(page, "ready");
  await expect(page).toHaveURL(/lesson=4/);
  await page.keyboard.press("Escape");
  await expect(page.locator("[part=tour]")).toBeHidden();
  await expect(page).not.toHaveURL(/lesson/);
});

test("what has run already is not waited for, and is not passed over", async ({ page }) => {
  await open(page, `${QUICK}&lesson=on`);
  await expectStep(page, 1);
  await run(page);
  await page.locator("[part=tour-next]").click();
  await expectStep(page, 2);
  await expect(page.locator("[part=tour] .tour-task")).toHaveText(tour.hasRun);
  await page.waitForTimeout(2500);
  await expectStep(page, 2);
});

test("a drawing of two strokes is not interrupted", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page, "?engine=cpu&data=mnist&train=40&validation=20&test=20&patch=3&depth=1&rounds=2&agop=10&lesson=9");
  await expectStep(page, 9);
  await expectClear(page);
  for (const x of [0.35, 0.65]) {
    const { x: left, y: upper, width, height } = await settledBox(page.locator("[part=pen]"));
    await page.mouse.move(left + x * width, upper + 0.2 * height);
    if (x < 0.5) await expect(page.locator("[part=tour] .tour-task")).toHaveText(tour.steps[8]?.task ?? "");
    await page.mouse.down();
    await page.mouse.move(left + x * width, upper + 0.8 * height, { steps: 10 });
    await page.mouse.up();
    await expect(page.locator("[part=tour] .tour-task")).toHaveText(tour.moved);
    await page.waitForTimeout(GO_ON_MS + 900);
    await expect(page.locator("[part=tour-heading]")).toHaveText(tour.steps[8]?.title ?? "");
    await expect(page.locator("[part=pen]")).toBeInViewport();
  }
  await page.locator("[part=tour-next]").click();
  await expectStep(page, 10);
});

test("where nothing can be drawn the tour points at what can, and leaves the page to the reader", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page, "?engine=cpu&data=local-signal&train=20&validation=20&test=20&lesson=9");
  await expectStep(page, 9);
  await expectClear(page);
  await expect(page.locator("[data-chapter=try] .ways")).toHaveAttribute("data-toured");
  await expect(page.locator("[part=tour] .tour-task")).toHaveText(tour.instead);
  await page.locator("[data-chapter=try]").getByRole("button", { name: "Move a star" }).press("Enter");
  await expect(page.locator("[data-chapter=try] .pen-side:has([part=star])")).toHaveAttribute("data-toured");
  await expect(page.locator("[data-toured]")).toHaveCount(1);
  await expect(page.locator("[part=tour] .tour-task")).toHaveText(tour.steps[8]?.task ?? "");
});

for (const [width, height, scheme] of /** @type {const} */ ([[1440, 900, "light"], [820, 1180, "dark"], [390, 844, "light"], [360, 740, "dark"]])) {
  test(`the card never covers what it points at: ${width} x ${height}, ${scheme}`, async ({ page }, info) => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme });
    await open(page, QUICK);
    await run(page);
    await page.locator("[part=tour-start]").click();
    for (let step = 1; step <= LESSON_STEPS; step++) {
      await expectStep(page, step);
      await expectClear(page);
      await page.screenshot({ path: info.outputPath(`step-${step}.png`) });
      if ([1, 6].includes(step)) {
        const { violations } = await new AxeBuilder({ page }).include("[part=tour]").analyze();
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
      }
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow, `step ${step}`).toBe(0);
      if (step < LESSON_STEPS) await page.locator("[part=tour-next]").click();
    }
    await page.locator("[part=tour-end]").click();
    await expect(dialog(page)).toHaveCount(0);
  });
}
