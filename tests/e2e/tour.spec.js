/** The tour, from its first step to its last: by keyboard alone, by an address, on a phone. */
import { PLACES } from "../../www/page/tour/steps.ts";
import { LESSON_STEPS } from "../../www/run/settings/view.ts";
import { tour } from "../../www/text/en/tour.ts";
import { expect, expectAccessible, open, QUICK, run, settledBox, sideways, test, untilPhase } from "./page.js";

/** @import { Page } from "@playwright/test" */

const card = (/** @type {Page} */ page) => page.getByRole("dialog", { name: /./ }).and(page.locator("[part=tour]"));
const task = (/** @type {Page} */ page) => page.locator("[part=tour-task]");

/** @param {Page} page @param {number} step */
async function expectStep(page, step) {
  await expect(page.locator("[part=tour-heading]")).toHaveText(tour.steps[step - 1]?.title ?? "", { timeout: 15_000 });
  await expect(page.locator("[part=tour-number]")).toHaveText(tour.number(step, LESSON_STEPS));
  await expect(page).toHaveURL(new RegExp(`[?&]lesson=${step}(&|$)`));
  await expect(page.locator("[part=tour-heading]")).toBeFocused();
}

/** What the ring is round is in the window, clear of the card and of the bar at the top. @param {Page} page */
async function expectClear(page) {
  await expect(page.locator("[part=tour-ring]")).toHaveCount(1);
  const measure = () =>
    page.evaluate(() => {
      const [card, ring, bar] = ["tour", "tour-ring", "transport"].map((part) =>
        document.querySelector(`[part=${part}]`)?.getBoundingClientRect(),
      );
      if (!card || !ring || !bar) return ["nothing there"];
      const apart = card.left >= ring.right || card.right <= ring.left || card.top >= ring.bottom || card.bottom <= ring.top;
      const inBar = ring.top < bar.bottom && ring.bottom <= bar.bottom + 20;
      return [
        ...(apart ? [] : [`covered: ${JSON.stringify([card, ring])}`]),
        ...(ring.bottom > 0 && ring.top < innerHeight ? [] : [`out of the window: ${JSON.stringify(ring)}`]),
        ...(inBar || ring.top >= bar.bottom - 10 ? [] : [`under the bar: ${JSON.stringify([ring, bar])}`]),
        ...(card.left >= 0 && card.right <= innerWidth && card.top >= 0 && card.bottom <= innerHeight + 1
          ? []
          : [`card out of the window: ${JSON.stringify(card)}`]),
      ];
    });
  await expect.poll(measure, { timeout: 20_000 }).toEqual([]);
}

/** The card covers nothing of the station that is open, and all of that is below the bar. @param {Page} page @param {boolean} upper  whether the tile is in the upper row, so that the window has room for the heading */
async function expectBeside(page, upper) {
  const measure = () =>
    page.evaluate((upper) => {
      const [card, station, bar] = ["tour", "open-station", "transport"].map((part) =>
        document.querySelector(`[part=${part}]`)?.getBoundingClientRect(),
      );
      const heading = document.querySelector("[data-chapter=how] h2")?.getBoundingClientRect();
      if (!card || !station || !bar || !heading) return "nothing there";
      if (card.left < station.right) return `covered: ${JSON.stringify([card, station])}`;
      if (upper && heading.top < bar.bottom) return `under the bar: ${JSON.stringify([heading, bar])}`;
      return station.bottom <= innerHeight ? "" : `out of the window: ${JSON.stringify(station)}`;
    }, upper);
  await expect.poll(measure).toBe("");
}

/** The loop shows the station that the step is about. @param {Page} page @param {number} step */
async function expectStation(page, step) {
  const station = PLACES[step - 1]?.station;
  if (station) await expect(page.locator("[part=open-station]")).toHaveAttribute("data-open", station);
}

/** Tab until it is reached. @param {Page} page @param {string} part */
async function tabTo(page, part) {
  const place = page.locator(`[part=${part}]`);
  for (let i = 0; i < 40 && !(await place.evaluate((element) => element === document.activeElement)); i++)
    await page.keyboard.press("Tab");
  await expect(place).toBeFocused();
}

test("there are as many words as places", () => {
  expect(tour.steps).toHaveLength(LESSON_STEPS);
  expect(PLACES).toHaveLength(LESSON_STEPS);
});

test("from the first step to the last by keyboard alone", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page, QUICK);
  await tabTo(page, "tour-start");
  await page.keyboard.press("Enter");
  await expectStep(page, 1);
  await expectClear(page);
  await page.keyboard.press("ArrowRight");
  await expectStep(page, 2);
  await expect(task(page)).toHaveText(tour.steps[1]?.task ?? "");
  // Back and forth.
  await page.keyboard.press("ArrowLeft");
  await expectStep(page, 1);
  await tabTo(page, "tour-next");
  await page.keyboard.press("Enter");
  await expectStep(page, 2);
  await expectClear(page);
  await tabTo(page, "tour-there");
  await page.keyboard.press("Enter");
  await expect(page.locator("[part=run]")).toBeFocused();
  await page.keyboard.press("Enter");
  await untilPhase(page, "finished");
  // By itself, once it is done.
  for (let step = 3; step <= 11; step++) {
    await expectStep(page, step);
    await expectStation(page, step);
    await expectClear(page);
    await page.keyboard.press("ArrowRight");
  }
  await expectStep(page, 12);
  await expectClear(page);
  await tabTo(page, "tour-there");
  await page.keyboard.press("Enter");
  await expect(page.locator("[part=star]")).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(task(page)).toHaveText(tour.moved);
  // The reader may want to go on there: Shift and Tab lead back.
  await page.keyboard.press("Shift+Tab");
  await expect(page.locator("[part=tour-next]")).toBeFocused();
  await page.keyboard.press("Enter");
  await expectStep(page, LESSON_STEPS);
  await expectClear(page);
  await expect(page.locator("[part=tour-next]")).toHaveText(tour.finish);
  await tabTo(page, "tour-next");
  await page.keyboard.press("Enter");
  await expect(page.locator("[part=tour]")).toHaveCount(0);
  await expect(page.locator("[part=tour-start]")).toBeFocused();
  await expect(page).not.toHaveURL(/lesson/);
  await expect(page.locator("[part=tour-ring]")).toHaveCount(0);
});

test("an address opens a step; it outlives a new seed; Escape ends it", async ({ page }) => {
  await open(page, `${QUICK}&lesson=4`);
  await expectStep(page, 4);
  await page.getByRole("button", { name: "New seed" }).click();
  await expect(page).not.toHaveURL(/seed=12(&|$)/);
  await expect(page).toHaveURL(/lesson=4/);
  await expect(page.locator("[part=tour]")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.locator("[part=tour]")).toHaveCount(0);
  await expect(page).not.toHaveURL(/lesson/);
});

test("a link to a step that needs results starts a run, shows it, and then shows the step", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("./?engine=cpu&data=star&train=50&validation=20&test=40&patch=5&depth=1&rounds=3&agop=20&lesson=9");
  await expectStep(page, 9);
  await expect(task(page)).toHaveText(tour.running);
  await expect(page.locator("[part=tour-body]")).toHaveCount(0);
  await expectClear(page);
  await untilPhase(page, "finished");
  await expect(page.locator("[part=tour-body]")).toHaveText(tour.steps[8]?.body ?? "");
  await expect(task(page)).toBeEmpty();
  await expectStation(page, 9);
  await expectClear(page);
  // The reader starts the run again: the step stays.
  await page.locator("[part=run]").click();
  await expect(page.locator("[part=tour-body]")).toBeVisible();
  await untilPhase(page, "finished");
});

test("the shipped run is enough for the step before the loop, and a paused run waits for the reader", async ({ page }) => {
  await open(page, "?lesson=3");
  await expectStep(page, 3);
  await expect(page.locator("[part=tour-body]")).toBeVisible();
  await untilPhase(page, "ready");
  await page.locator("[part=run]").click();
  await untilPhase(page, "running");
  await page.locator("[part=run]").click();
  await untilPhase(page, "paused");
  for (let step = 4; step <= 6; step++) await page.locator("[part=tour-next]").click();
  await expectStep(page, 6);
  await expect(task(page)).toHaveText(tour.needsRun);
});

test("the last step sets three experiments", async ({ page }) => {
  await open(page, `${QUICK}&lesson=${LESSON_STEPS}`);
  await expectStep(page, LESSON_STEPS);
  await page.locator("[part=tour-try-patches]").click();
  await expect(page).toHaveURL(/patch=3/);
  await expect(task(page)).toHaveText(tour.tries.patches.task);
  await page.locator("[part=tour-try-noise]").click();
  await expect(page).toHaveURL(/data=noisy-mnist/);
  await expect(task(page)).toHaveText(tour.tries.noise.task);
  await page.locator("[part=tour-try-star]").click();
  await expect(page).toHaveURL(/data=star/);
  await expect(page).not.toHaveURL(/patch=/);
  await expect(page).toHaveURL(/lesson=13/);
});

test("a finished run is not waited for, and the tour does not lose it", async ({ page }) => {
  await page.clock.install();
  await open(page, QUICK);
  await run(page);
  await page.locator("[part=tour-start]").click();
  await expectStep(page, 1);
  await page.locator("[part=tour-next]").click();
  await expectStep(page, 2);
  await expect(task(page)).toHaveText(tour.hasRun);
  await page.clock.runFor(5000);
  await expectStep(page, 2);
  await untilPhase(page, "finished");
  // The primary button would start the same run again, not another one.
  await expect(page.locator("[part=run]")).toHaveText("Run again");
});

test("a drawing of two strokes is not interrupted", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("./?engine=cpu&data=mnist&train=40&validation=20&test=20&patch=3&depth=1&rounds=2&agop=10&lesson=12");
  await expectStep(page, 12);
  await expectClear(page);
  for (const x of [0.35, 0.65]) {
    const { x: left, y: upper, width, height } = await settledBox(page.locator("[part=pen]"));
    await page.mouse.move(left + x * width, upper + 0.2 * height);
    if (x < 0.5) await expect(task(page)).toHaveText(tour.steps[11]?.task ?? "");
    await page.mouse.down();
    await page.mouse.move(left + x * width, upper + 0.8 * height, { steps: 10 });
    await page.mouse.up();
    await expect(task(page)).toHaveText(tour.moved);
    await expect(page.locator("[part=tour-heading]")).toHaveText(tour.steps[11]?.title ?? "");
    await expect(page.locator("[part=pen]")).toBeInViewport();
  }
  await page.locator("[part=tour-next]").click();
  await expectStep(page, LESSON_STEPS);
});

test("where nothing can be drawn the tour says so", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("./?engine=cpu&data=local-signal&train=20&validation=20&test=20&agop=10&lesson=12");
  await expectStep(page, 12);
  await expectClear(page);
  await expect(task(page)).toHaveText(tour.instead);
});

for (const [width, height, scheme] of /** @type {const} */ ([
  [1440, 900, "light"],
  [360, 740, "dark"],
])) {
  test(`the card never covers what it points at: ${width} x ${height}, ${scheme}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await open(page, QUICK);
    await run(page);
    await page.locator("[part=tour-start]").click();
    for (let step = 1; step <= LESSON_STEPS; step++) {
      await expectStep(page, step);
      await expectClear(page);
      await expectStation(page, step);
      // A narrow window has no room for a whole station above the card.
      if (PLACES[step - 1]?.station && width > 1200) await expectBeside(page, step <= 7);
      if (step === 6) await expectAccessible(page, "[part=tour]");
      expect(await sideways(page), `step ${step}`).toBe(0);
      if (step < LESSON_STEPS) await page.locator("[part=tour-next]").click();
    }
    await page.locator("[part=tour-end]").click();
    await expect(card(page)).toHaveCount(0);
    await untilPhase(page, "finished");
  });
}
