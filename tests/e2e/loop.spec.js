/** The loop drawn with the run's own numbers: what it shows at each stage, by pointer and by keyboard, and that it agrees with itself. */
import AxeBuilder from "@axe-core/playwright";
import { loop as words } from "../../www/strings/en.js";
import { expect, open, pixels, QUICK, run, test, untilPhase } from "./page.js";

/** @import { Page } from "@playwright/test" */

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Opens the page and waits for the chapter, which is loaded when it comes near. @param {Page} page @param {string} [query] */
async function openLoop(page, query = QUICK) {
  await open(page, query);
  await page.locator("[data-chapter=how]").scrollIntoViewIfNeeded();
  await expect(page.locator("[part=loop]")).toBeVisible();
}

/** @param {Page} page @param {string} name */
const stop = (page, name) => page.locator(`.stop[data-stop="${name}"]`);

/** The states of the stations from the kernel on. @param {Page} page */
const states = (page) =>
  page.locator(".stop").evaluateAll((stops) => Object.fromEntries(stops.map((stop) => [stop.getAttribute("data-stop"), stop.getAttribute("data-state")])));

/** A number as the page writes it. @param {string | null} text */
export function numberIn(text) {
  const [, mantissa = "", exponent = ""] = /(−?[\d.]+)(?: × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?\s*$/.exec(text?.trim() ?? "") ?? [];
  const power = [...exponent].map((c) => (c === "⁻" ? "-" : "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c))).join("");
  return Number(mantissa.replace("−", "-")) * 10 ** Number(power || 0);
}

test("in slow motion the stations fill one after the other, and the loop closes", async ({ page }) => {
  await openLoop(page);
  expect(await states(page)).toMatchObject({ image: "done", patch: "done", kernel: "pending", ridge: "pending", gradient: "pending", matrix: "pending", seen: "pending" });
  const one = page.getByRole("button", { name: "One stage" });
  const expected = [
    { kernel: "done", ridge: "pending" },
    { ridge: "done", gradient: "pending", matrix: "pending" },
    { ridge: "done", gradient: "pending", matrix: "pending" },
  ];
  for (const state of expected) {
    await one.click();
    await untilPhase(page, "between");
    await expect.poll(() => states(page)).toMatchObject(state);
    await expect(one).toBeFocused();
  }
  // The average of the gradients ends the round: the loop stands at the next one, which has M and nothing else yet.
  await one.click();
  await untilPhase(page, "between");
  await expect(page.locator("[part=loop-round]")).toHaveText("Round 1 of 2");
  await expect.poll(() => states(page)).toMatchObject({ kernel: "pending", matrix: "pending" });
  // Round 0 can be gone round again, all of it.
  await page.getByRole("button", { name: "Round 0", exact: true }).click();
  await expect.poll(() => states(page)).toMatchObject({ kernel: "done", ridge: "done", gradient: "done", matrix: "done", seen: "done" });
  for (const id of ["[part=loop-gradient]", "[part=loop-matrix]", "[part=loop-seen]"]) expect((await pixels(page.locator(`${id} canvas`))).colours).toBeGreaterThan(20);
});

test("every picture can be pointed at by keyboard, and says where it stands", async ({ page }) => {
  await openLoop(page);
  await run(page);
  await expect.poll(() => states(page)).toMatchObject({ gradient: "done", seen: "done" });
  const image = page.locator("[part=loop-image]");
  await image.focus();
  await page.keyboard.press("Home");
  for (let i = 0; i < 6; i++) await page.keyboard.press("PageUp");
  await expect(image).toHaveAttribute("aria-valuetext", "Patch at row 1, column 1");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(image).toHaveAttribute("aria-valuetext", "Patch at row 2, column 3");
  // The other pictures of the same image follow.
  await expect(page.locator("[part=loop-gradient]")).toHaveAttribute("aria-valuetext", "Patch at row 2, column 3");
  await expect(stop(page, "gradient").locator(".reading")).toContainText("Row 2, column 3");
  const bars = page.getByRole("slider", { name: "Likeness to each training image" });
  await bars.focus();
  await page.keyboard.press("Home");
  const first = await bars.getAttribute("aria-valuetext");
  await page.keyboard.press("ArrowRight");
  await expect(bars).not.toHaveAttribute("aria-valuetext", first ?? "");
});

test("pointing at bars and pictures gives numbers that agree with each other", async ({ page }) => {
  await openLoop(page);
  await run(page);
  const kernel = stop(page, "kernel");
  await expect.poll(() => states(page)).toMatchObject({ kernel: "done", gradient: "done" });
  // The nearest image is the one pointed at, and its number stands twice.
  const nearest = kernel.locator(".near .num").first();
  await expect(kernel.locator(".pointed .num")).toHaveText((await nearest.textContent()) ?? "");
  const likeness = await kernel.locator(".near .num").allTextContents();
  const numbers = likeness.map(numberIn);
  expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
  const bars = kernel.locator(".bars-box");
  await bars.scrollIntoViewIfNeeded();
  await bars.hover({ position: { x: 3, y: 20 } });
  await expect(bars).toHaveAttribute("aria-valuenow", "1");
  const box = await bars.boundingBox();
  await bars.hover({ position: { x: (box?.width ?? 0) - 2, y: 20 } });
  await expect(bars).toHaveAttribute("aria-valuenow", "20");
  const said = await bars.getAttribute("aria-valuetext");
  await expect(kernel.locator(".pointed .num")).toHaveText(said?.split("= ")[1] ?? "");
  // The answer in bold is the largest.
  const answers = await stop(page, "ridge").locator(".answer .num").allTextContents();
  const wins = await stop(page, "ridge").locator(".answer.wins .num").textContent();
  expect(numberIn(wins)).toBe(Math.max(...answers.map(numberIn)));
  // Another class has other weights and other gradients.
  const gradient = await pixels(page.locator("[part=loop-gradient] canvas"));
  await stop(page, "ridge").locator(".answer-class").first().click();
  await expect.poll(async () => (await pixels(page.locator("[part=loop-gradient] canvas"))).text !== gradient.text).toBe(true);
});

test("the picture can be used while the run goes on, and follows it", async ({ page }) => {
  await openLoop(page, "?engine=cpu&data=mnist&train=200&validation=50&test=50&patch=3&depth=2&ridge=0.001&rounds=3&agop=100");
  await page.locator("[part=loop-run]").click();
  await untilPhase(page, "running");
  const image = page.locator("[part=loop-image]");
  await image.focus();
  // Other patches and other images all the while: only what is wanted last is shown in the end.
  for (let i = 0; (await page.locator("body").getAttribute("data-phase")) === "running" && i < 400; i++) {
    await page.keyboard.press(i % 7 ? "ArrowRight" : "ArrowDown");
    if (i % 5 === 0) await page.locator(".thumbs .thumb").nth(i % 10).evaluate((thumb) => /** @type {HTMLElement} */ (thumb).click());
  }
  await untilPhase(page, "finished");
  await page.locator(".thumbs .thumb").nth(2).click();
  await expect(page.locator("[part=loop-round]")).toHaveText("Round 2 of 2");
  await expect.poll(() => states(page)).toMatchObject({ kernel: "done", ridge: "done", gradient: "done", matrix: "done", seen: "done" });
  const place = /row (\d+), column (\d+)/.exec((await image.getAttribute("aria-valuetext")) ?? "");
  await expect(stop(page, "gradient").locator(".reading")).toContainText(`Row ${place?.[1]}, column ${place?.[2]}`);
  // The patch is the one of this image: enlarged, it has the colours of that piece.
  await expect.poll(async () => (await pixels(stop(page, "patch").locator("canvas"))).text.split(",").length).toBe(3 * 3 * 4);
});

/** The last column of a table's body, as numbers. @param {import("@playwright/test").Locator} table */
async function lastColumn(table) {
  return (await table.locator("tbody tr td:last-child").allTextContents()).map(numberIn);
}

test("a number gives its arithmetic, and the terms add up to it", async ({ page }) => {
  await openLoop(page);
  await run(page);
  await expect.poll(() => states(page)).toMatchObject({ gradient: "done", seen: "done" });
  const panel = page.locator("[part=arithmetic]");
  const table = panel.locator("table");
  await expect(panel).toBeHidden();

  const answer = stop(page, "ridge").locator(".answer.wins .num");
  const value = numberIn(await answer.textContent());
  await answer.click();
  await expect(panel.getByRole("heading")).toHaveText("Where the answer comes from");
  await expect(panel.getByRole("heading")).toBeFocused();
  await expect(table).toBeVisible();
  const terms = await lastColumn(table);
  const total = terms.pop() ?? NaN;
  expect(Math.abs(total - value)).toBeLessThan(1e-3 * Math.abs(value));
  expect(Math.abs(terms.reduce((a, b) => a + b, 0) - total)).toBeLessThan(1e-3 * terms.reduce((a, b) => a + Math.abs(b), 0));
  for (const row of await table.locator("tbody tr:has(canvas)").all()) {
    const [kernel = 0, alpha = 0, product = 0] = (await row.locator("td").allTextContents()).map(numberIn);
    expect(Math.abs(kernel * alpha - product)).toBeLessThan(2e-3 * Math.abs(product) + 1e-9);
  }
  await expect(panel.locator("math").first()).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await expect(answer).toBeFocused();

  // By keyboard: the gradient of a patch.
  await page.locator("[part=loop-gradient]").focus();
  await page.keyboard.press("Enter");
  await expect(panel.getByRole("heading")).toHaveText("How strongly the answer depends on this patch");
  await expect(table.locator("thead")).toContainText("g²");
  const squares = await lastColumn(table);
  const length = numberIn(await stop(page, "gradient").locator(".reading .num").textContent());
  const squared = squares.pop() ?? NaN;
  expect(Math.abs(squared - length ** 2)).toBeLessThan(5e-3 * squared);
  expect(Math.abs(squares.reduce((a, b) => a + b, 0) - squared)).toBeLessThan(2e-3 * squared);

  // A kernel entry: its layers, and the value of the bar.
  const likeness = stop(page, "kernel").locator(".pointed .num");
  const bar = numberIn(await likeness.textContent());
  await likeness.click();
  await expect(panel.getByRole("heading")).toHaveText("How alike the two images are");
  await expect(table.locator("thead")).toContainText("κ₀");
  const last = await panel.locator("math").last().evaluate((math) => [...math.querySelectorAll("mn")].map((mn) => mn.textContent));
  expect(last.some((text) => Math.abs(Number(text) - bar) < 2e-3 * bar)).toBe(true);

  // An entry of M, and a patch seen through it.
  await page.locator("[part=loop-matrix]").click();
  await expect(panel.getByRole("heading")).toHaveText("One entry of M");
  await expect(table.locator("thead")).toContainText("sample image");
  const products = await lastColumn(table);
  const entry = products.pop() ?? NaN;
  expect(Math.abs(products.reduce((a, b) => a + b, 0) - entry)).toBeLessThan(2e-3 * products.reduce((a, b) => a + Math.abs(b), 0));
  await stop(page, "seen").getByRole("button", { name: "Its length, squared" }).click();
  await expect(table.locator("thead")).toContainText("v · u");
  const along = await lastColumn(table);
  const sum = along.pop() ?? NaN;
  expect(Math.abs(along.reduce((a, b) => a + b, 0) - sum)).toBeLessThan(2e-3 * sum);
});

test("the panel leads back to a number that was drawn anew, and Escape ends nothing else", async ({ page }) => {
  await open(page, `${QUICK}&lesson=7`);
  await expect(page.locator("[part=loop]")).toBeVisible();
  await run(page);
  await expect.poll(() => states(page)).toMatchObject({ ridge: "done" });
  // Asking about a class that is not the chosen one draws the list of answers anew.
  const row = stop(page, "ridge").locator('.answer:has([aria-pressed="false"])').first();
  const name = await row.locator(".num").getAttribute("data-focus");
  await row.locator(".num").evaluate((/** @type {HTMLElement} */ button) => {
    button.focus();
    button.click();
  });
  const panel = page.locator("[part=arithmetic]");
  await expect(panel.getByRole("heading")).toBeFocused();
  await expect(panel.locator("table")).toBeVisible();
  await expect(page.locator(`.answer:has([aria-pressed="true"]) [data-focus="${name}"]`)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await expect(page.locator(`[data-focus="${name}"]`)).toBeFocused();
  await expect(page.locator("[part=tour]")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.locator("[part=tour]")).toBeHidden();
});

test("who is in a picture stays there while another run replaces it", async ({ page }) => {
  await openLoop(page);
  await run(page);
  await expect.poll(() => states(page)).toMatchObject({ gradient: "done" });
  for (const place of ["[part=loop-gradient]", ".stop[data-stop=ridge] .answer-class >> nth=1"]) {
    const here = page.locator(place);
    await here.focus();
    // As from another window: the focus stays where it is.
    await page.locator("[part=run]").evaluate((/** @type {HTMLElement} */ button) => button.click());
    await untilPhase(page, "running");
    await untilPhase(page, "finished");
    await expect.poll(() => states(page)).toMatchObject({ gradient: "done", seen: "done" });
    await expect(here).toBeFocused();
    await expect(page.locator('.stop-body[aria-busy="true"]')).toHaveCount(0);
  }
});

test("one round promises no M", async ({ page }) => {
  await openLoop(page, QUICK.replace("rounds=3", "rounds=1"));
  await run(page);
  await expect.poll(() => states(page)).toMatchObject({ ridge: "done", gradient: "done", matrix: "never", seen: "never" });
  for (const name of ["matrix", "seen"]) await expect(stop(page, name).locator(".waiting")).toHaveText(words.oneRound);
});

test("the arithmetic is that of what stands above it, or says why there is none", async ({ page }) => {
  await openLoop(page);
  const one = page.getByRole("button", { name: "One stage" });
  for (const reached of [{ kernel: "done" }, { ridge: "done" }, { ridge: "done" }]) {
    await one.click();
    await untilPhase(page, "between");
    await expect.poll(() => states(page)).toMatchObject(reached);
  }
  const panel = page.locator("[part=arithmetic]");
  const table = panel.locator("table");
  const answer = stop(page, "ridge").locator(".answer.wins .num");
  await answer.click();
  await expect(table).toBeVisible();
  // The next round has no answer yet: neither that of the round before nor endless waiting.
  await one.click();
  await expect(page.locator("[part=loop-round]")).toHaveText("Round 1 of 2");
  await expect(panel).toBeVisible();
  await expect(table).toHaveCount(0);
  await expect(panel.locator(".lines")).toHaveText(/\w{3,}.*\.$/);
  await expect(panel.locator(".lines")).not.toContainText("Computing…");
  // Its round chosen again, it is there again.
  await page.getByRole("button", { name: "Round 0", exact: true }).click();
  await expect(table).toBeVisible();
  const total = (await lastColumn(table)).pop() ?? NaN;
  const value = numberIn(await answer.textContent());
  expect(Math.abs(total - value)).toBeLessThan(1e-3 * Math.abs(value));
  // Under other settings nothing of it is left.
  await page.locator("[part=set-patch]").fill("3");
  await page.locator("[part=set-patch]").press("Enter");
  await expect(panel).toBeHidden();
  await untilPhase(page, "ready");
  await run(page);
  await stop(page, "matrix").locator(".reading .num").click();
  await expect(table).toBeVisible();
  await expect(panel.getByRole("heading")).toHaveText("One entry of M");
});

test("a number stands under the name of its own class and round", async ({ page }) => {
  await openLoop(page);
  await run(page);
  await expect.poll(() => states(page)).toMatchObject({ gradient: "done", seen: "done" });
  // All that the lines say from here on, however short.
  await page.locator("[part=loop]").evaluate((loop) => {
    /** @type {string[]} */
    const said = (/** @type {any} */ (window).saidLines = []);
    const lines = [...loop.querySelectorAll(".stop[data-stop=ridge] .reading, .stop[data-stop=gradient] .reading")];
    const note = () => said.push(...lines.map((line) => `${line.querySelector("span")?.textContent}|${line.querySelector(".num")?.textContent}`));
    note();
    new MutationObserver(note).observe(loop, { subtree: true, childList: true, characterData: true });
  });
  const classes = stop(page, "ridge").locator(".answer-class");
  const line = stop(page, "gradient").locator(".reading");
  for (const [label, name] of /** @type {const} */ ([[0, "noise only"], [1, "hidden star"], [0, "noise only"]])) {
    await classes.nth(label).click();
    await expect(classes.nth(label)).toHaveAttribute("aria-pressed", "true");
    await expect(line).toContainText(name);
  }
  const said = /** @type {string[]} */ (await page.evaluate(() => /** @type {any} */ (window).saidLines));
  /** @type {Map<string, Set<string>>} */
  const byName = new Map();
  for (const [name = "", number = ""] of said.map((text) => text.split("|"))) byName.set(name, (byName.get(name) ?? new Set()).add(number));
  // Two lines, each about two classes.
  expect(byName.size).toBe(4);
  for (const [name, numbers] of byName) expect([...numbers], name).toHaveLength(1);
});

for (const scheme of /** @type {const} */ (["light", "dark"])) {
  test(`the loop is one picture on every window, ${scheme}`, async ({ page }, info) => {
    await page.emulateMedia({ colorScheme: scheme });
    await openLoop(page);
    await run(page);
    await expect.poll(() => states(page)).toMatchObject({ gradient: "done", seen: "done" });
    await stop(page, "gradient").locator(".reading .num").click();
    for (const [width, height] of /** @type {const} */ ([[1440, 900], [820, 1180], [390, 844], [360, 740]])) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(200); // the arrows follow the window
      await page.locator("[data-chapter=how]").screenshot({ path: info.outputPath(`loop-${width}-${scheme}.png`) });
      expect.soft(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), `${width}: pixels to scroll sideways`).toBe(0);
      // Seven arrows, none of them of no length.
      const lengths = await page.locator(".wires .shaft").evaluateAll((paths) => paths.map((path) => /** @type {SVGPathElement} */ (path).getTotalLength()));
      expect.soft(lengths).toHaveLength(7);
      for (const length of lengths) expect.soft(length).toBeGreaterThan(10);
      // At its end the panel lies under the picture, not over it: what is covered would count as too small to touch.
      await page.locator("[data-chapter=how]").evaluate((chapter) => chapter.scrollIntoView({ block: "end" }));
      const { violations } = await new AxeBuilder({ page }).include("[data-chapter=how]").withTags(RULES).analyze();
      expect.soft(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`), `${width}: axe-core`).toEqual([]);
    }
  });
}
