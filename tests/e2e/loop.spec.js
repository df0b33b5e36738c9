/** The loop drawn with the run's own numbers: what it shows at each stage, by pointer and by keyboard, and that it agrees with itself. */
import { loop as words } from "../../www/text/en/loop.ts";
import { BLOCKED, expect, expectAccessibleInBothSchemes, expectFitsWindows, open, pixels, QUICK, run, test, untilPhase } from "./page.js";

/** @import { Page } from "@playwright/test" */

const STATIONS = /** @type {const} */ (["image", "patch", "kernel", "ridge", "gradient", "matrix", "seen"]);

/** Opens the page and waits for the chapter, which is loaded when it comes near. @param {Page} page @param {string} [query] */
async function openLoop(page, query = QUICK) {
  await open(page, query);
  await page.locator("[data-chapter=how]").scrollIntoViewIfNeeded();
  await expect(page.locator("[part=loop]")).toBeVisible();
}

/** The tile of a station. @param {Page} page @param {string} name */
const tile = (page, name) => page.locator(`.stop[data-stop="${name}"]`);

/** The station that is open. @param {Page} page */
const opened = (page) => page.locator("[part=open-station]");

/** Opens a station. @param {Page} page @param {string} name */
async function show(page, name) {
  await tile(page, name).getByRole("button").click();
  await expect(opened(page)).toHaveAttribute("data-open", name);
}

/** @param {Page} page */
const states = (page) =>
  page
    .locator(".stop")
    .evaluateAll((stops) =>
      Object.fromEntries(stops.map((stop) => [stop.getAttribute("data-stop"), stop.getAttribute("data-state")])),
    );

const ALL_DONE = Object.fromEntries(STATIONS.map((name) => [name, "done"]));

/** A number as the page writes it. @param {string | null} text */
export function numberIn(text) {
  const [, mantissa = "", exponent = ""] = /(−?[\d.]+)(?: × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?\s*$/.exec(text?.trim() ?? "") ?? [];
  const power = [...exponent].map((c) => (c === "⁻" ? "-" : "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c))).join("");
  return Number(mantissa.replace("−", "-")) * 10 ** Number(power || 0);
}

/** The last column of a table's body, as numbers. @param {import("@playwright/test").Locator} table */
async function lastColumn(table) {
  return (await table.locator("tbody tr td:last-child").allTextContents()).map(numberIn);
}

/** Letters of the formulas in one place that no list beside them names. @param {Page} page @param {string} formulas @param {string} lists */
function unnamed(page, formulas, lists) {
  return page.evaluate(([formulas, lists]) => {
    const letters = (/** @type {string} */ within) =>
      [...document.querySelectorAll(within)].map((letter) => letter.textContent ?? "");
    const named = new Set(letters(lists));
    // The set of real numbers, the sign of the transpose and that of the derivative are no letters.
    const signs = ["ℝ", "⊤", "∂", "/"];
    return letters(formulas).filter((letter) => !named.has(letter) && !signs.includes(letter));
  }, /** @type {const} */ ([formulas, lists]));
}

test.describe("after a run", () => {
  test.describe.configure({ mode: "serial" });

  /** @type {Page} */
  let page;
  /** @type {string[]} */
  const said = [];

  test.beforeAll(async ({ browser }) => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    page = await context.newPage();
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    await openLoop(page);
    await run(page);
    await expect.poll(() => states(page)).toMatchObject(ALL_DONE);
  });

  test.afterAll(async () => {
    await page.context().close();
    expect(said.filter((text) => !BLOCKED.test(text)), "messages on the console").toEqual([]);
  });

  test("the patch shown first is the one of largest gradient", async () => {
    await show(page, "gradient");
    // One pixel of the picture for each place: the brightest is in the middle of the patch.
    const brightest = await opened(page)
      .locator("[part=loop-gradient] canvas")
      .evaluate((/** @type {HTMLCanvasElement} */ canvas) => {
        const data =
          canvas.getContext("2d", { willReadFrequently: true })?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        const light = Array.from(
          { length: data.length / 4 },
          (_, i) => (data[4 * i] ?? 0) + (data[4 * i + 1] ?? 0) + (data[4 * i + 2] ?? 0),
        );
        const place = light.indexOf(Math.max(...light));
        return { row: Math.floor(place / canvas.width), column: place % canvas.width };
      });
    const margin = 2;
    const place = `Patch at row ${brightest.row - margin + 1}, column ${brightest.column - margin + 1}`;
    await expect(page.locator("[part=loop-gradient]")).toHaveAttribute("aria-valuetext", place);
  });

  test("one station is open at a time, on one screen, and every letter of its formula is named", async () => {
    for (const name of STATIONS) {
      await show(page, name);
      await expect(page.locator(".stop [aria-expanded=true]")).toHaveCount(1);
      await expect(tile(page, name).getByRole("button")).toHaveAttribute("aria-expanded", "true");
      await expect(opened(page)).toHaveCount(1);
      const { height = Infinity } = (await page.locator("[part=loop]").boundingBox()) ?? {};
      expect.soft(height, name).toBeLessThanOrEqual(700);
      const [over, under] = await opened(page).evaluate((open) => {
        const hidden = [...open.querySelectorAll(".text, .figure")].map((part) => part.scrollHeight - part.clientHeight);
        return [
          Math.max(...hidden),
          open.getBoundingClientRect().bottom -
            (open.querySelector(".figure")?.lastElementChild?.getBoundingClientRect().bottom ?? 0),
        ];
      });
      expect.soft(over, `${name}: pixels to scroll`).toBeLessThanOrEqual(0);
      expect.soft(under, `${name}: pixels under the picture`).toBeGreaterThanOrEqual(0);
      expect.soft(await unnamed(page, "[part=open-station] .formula-line mi", "[part=letters] dt mi"), name).toEqual([]);
    }
  });

  test("a patch that is chosen travels through all stations", async () => {
    await show(page, "image");
    const image = page.locator("[part=loop-image]");
    await image.focus();
    await page.keyboard.press("Home");
    for (let i = 0; i < 6; i++) await page.keyboard.press("PageUp");
    await expect(image).toHaveAttribute("aria-valuetext", "Patch at row 1, column 1");
    const patch = await pixels(tile(page, "patch").locator("canvas"));
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect(image).toHaveAttribute("aria-valuetext", "Patch at row 2, column 3");
    await expect.poll(async () => (await pixels(tile(page, "patch").locator("canvas"))).text === patch.text).toBe(false);
    // The frame stands at the same place of every picture of the image, and a copy of the patch goes round the ring.
    const frames = await page
      .locator(".stop .outline")
      .evaluateAll((frames) =>
        frames.map((frame) => `${/** @type {HTMLElement} */ (frame).style.left} ${/** @type {HTMLElement} */ (frame).style.top}`),
      );
    expect(frames).toHaveLength(4);
    expect([...new Set(frames)]).toEqual(["6.25% 3.125%"]);
    await expect(page.locator(".traveller canvas")).toHaveCount(1);
    expect((await pixels(page.locator(".traveller canvas"))).text).toBe((await pixels(tile(page, "patch").locator("canvas"))).text);
    // By pointer as well.
    await image.hover({ position: { x: 200, y: 200 } });
    await expect(image).not.toHaveAttribute("aria-valuetext", "Patch at row 2, column 3");
    await image.focus();
    const place = (await image.getAttribute("aria-valuetext")) ?? "";
    await page.mouse.move(0, 0);
    for (const [name, part] of /** @type {const} */ ([
      ["gradient", "loop-gradient"],
      ["seen", "loop-seen"],
    ])) {
      await show(page, name);
      await expect(page.locator(`[part=${part}]`)).toHaveAttribute("aria-valuetext", place);
    }
    await show(page, "gradient");
    await expect(opened(page).locator(".reading")).toContainText(place.replace("Patch at row", "Row"));
  });

  test("pointing at bars and pictures gives numbers that agree with each other", async () => {
    await show(page, "kernel");
    const pointed = page.locator("[part=pointed]");
    // The nearest image is the one pointed at, and its number stands twice.
    const nearest = opened(page).locator(".near .num");
    const numbers = (await nearest.allTextContents()).map(numberIn);
    expect(numbers).toHaveLength(5);
    expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
    await expect(pointed).toContainText((await nearest.first().textContent()) ?? "");
    const bars = page.getByRole("slider", { name: "Similarity to each training image" });
    await bars.hover({ position: { x: 3, y: 20 } });
    await expect(bars).toHaveAttribute("aria-valuenow", "1");
    const box = await bars.boundingBox();
    await bars.hover({ position: { x: (box?.width ?? 0) - 2, y: 20 } });
    await expect(bars).toHaveAttribute("aria-valuenow", "20");
    const valuetext = (await bars.getAttribute("aria-valuetext")) ?? "";
    await expect(pointed).toContainText(valuetext.split("= ")[1] ?? "");
    await bars.focus();
    await page.keyboard.press("Home");
    await expect(bars).toHaveAttribute("aria-valuenow", "1");
    await page.keyboard.press("ArrowRight");
    await expect(bars).toHaveAttribute("aria-valuenow", "2");
    // The answer in bold is the largest, and the one that the tile names.
    await show(page, "ridge");
    const answers = await opened(page).locator(".answer .num").allTextContents();
    const wins = opened(page).locator(".answer.wins");
    expect(numberIn(await wins.locator(".num").textContent())).toBe(Math.max(...answers.map(numberIn)));
    const [predicted = ""] = /hidden star|noise only/.exec((await wins.textContent()) ?? "") ?? [];
    await expect(tile(page, "ridge")).toContainText(`predicts: ${predicted}`);
    // Another class has other gradients.
    const gradient = await pixels(tile(page, "gradient").locator("canvas"));
    await opened(page).locator('.answer-class[aria-pressed="false"]').first().click();
    await expect.poll(async () => (await pixels(tile(page, "gradient").locator("canvas"))).text !== gradient.text).toBe(true);
  });

  test("a number stands under the name of its own class and round", async () => {
    await show(page, "gradient");
    // All that the line says from here on, however short.
    await page.locator("[part=loop]").evaluate((loop) => {
      /** @type {string[]} */
      const said = [];
      Object.assign(window, { saidLines: said });
      const note = () => {
        for (const line of loop.querySelectorAll("[part=gradient-reading]"))
          said.push(`${line.querySelector("span")?.textContent}|${line.querySelector(".num")?.textContent}`);
      };
      note();
      new MutationObserver(note).observe(loop, { subtree: true, childList: true, characterData: true });
    });
    for (const [label, name] of /** @type {const} */ ([
      [0, "noise only"],
      [1, "hidden star"],
      [0, "noise only"],
    ])) {
      await show(page, "ridge");
      const choice = opened(page).locator(".answer-class").nth(label);
      await choice.click();
      await expect(choice).toHaveAttribute("aria-pressed", "true");
      await show(page, "gradient");
      await expect(page.locator("[part=gradient-reading]")).toContainText(name);
    }
    const lines = /** @type {string[]} */ (await page.evaluate(() => /** @type {any} */ (window).saidLines));
    /** @type {Map<string, Set<string>>} */
    const byName = new Map();
    for (const [name = "", number = ""] of lines.map((text) => text.split("|")))
      byName.set(name, (byName.get(name) ?? new Set()).add(number));
    expect(byName.size).toBe(2);
    for (const [name, numbers] of byName) expect([...numbers], name).toHaveLength(1);
  });

  test("a number gives its arithmetic, the terms add up to it, and every letter is named", async () => {
    const panel = page.locator("[part=arithmetic]");
    const heading = panel.getByRole("heading");
    const table = panel.locator("table");
    const allNamed = async () =>
      expect.soft(await unnamed(page, "[part=arithmetic] .formula-row mi", "[part=arithmetic] :is(dt, th) mi")).toEqual([]);
    await expect(panel).toBeHidden();

    await show(page, "ridge");
    const answer = opened(page).locator(".answer.wins .num");
    const value = numberIn(await answer.textContent());
    await answer.click();
    await expect(heading).toHaveText("How the prediction is computed");
    await expect(heading).toBeFocused();
    await expect(table).toBeVisible();
    const terms = await lastColumn(table);
    const total = terms.pop() ?? NaN;
    expect(Math.abs(total - value)).toBeLessThan(1e-3 * Math.abs(value));
    expect(Math.abs(terms.reduce((a, b) => a + b, 0) - total)).toBeLessThan(1e-3 * terms.reduce((a, b) => a + Math.abs(b), 0));
    for (const row of await table.locator("tbody tr:has(canvas)").all()) {
      const [kernel = 0, alpha = 0, product = 0] = (await row.locator("td").allTextContents()).map(numberIn);
      expect(Math.abs(kernel * alpha - product)).toBeLessThan(2e-3 * Math.abs(product) + 1e-9);
    }
    await allNamed();
    // Back to where the reader came from, by Escape.
    await page.keyboard.press("Escape");
    await expect(panel).toBeHidden();
    await expect(answer).toBeFocused();
    // And to a number of a class that was not the chosen one.
    const other = opened(page).locator('.answer:has([aria-pressed="false"]) .num').first();
    const text = (await other.textContent()) ?? "";
    await other.click();
    await expect(table.locator("tbody tr").last()).toContainText(text);
    await panel.getByRole("button", { name: "Close the arithmetic" }).click();
    await expect(opened(page).locator('.answer:has([aria-pressed="true"]) .num')).toBeFocused();

    // By keyboard: the gradient of a patch.
    await show(page, "gradient");
    await page.locator("[part=loop-gradient]").focus();
    await page.keyboard.press("Enter");
    await expect(heading).toHaveText("How strongly the prediction depends on this patch");
    await expect(table.locator("thead")).toContainText("g²");
    const squares = await lastColumn(table);
    const length = numberIn(await opened(page).locator(".reading .num").textContent());
    const squared = squares.pop() ?? NaN;
    expect(Math.abs(squared - length ** 2)).toBeLessThan(5e-3 * squared);
    expect(Math.abs(squares.reduce((a, b) => a + b, 0) - squared)).toBeLessThan(2e-3 * squared);
    // An exponent belongs to a bracket where its base is signed or compound: what stands before it is one thing.
    const bases = await panel
      .locator(".formula-row msup")
      .evaluateAll((powers) => powers.map((power) => power.firstElementChild?.textContent ?? ""));
    for (const base of bases) expect(base).toMatch(/^(10|[\d.]+|\|.*\||\(.*\))$/);
    await allNamed();

    // A kernel entry: its layers, and the value of the bar.
    await show(page, "kernel");
    const likeness = page.locator("[part=pointed] .num");
    const bar = numberIn(await likeness.textContent());
    await likeness.click();
    await expect(heading).toHaveText("How similar the two images are");
    await expect(table.locator("tbody tr")).toHaveCount(10);
    const last = await panel
      .locator(".formula-row math")
      .last()
      .evaluate((math) => [...math.querySelectorAll("mn")].map((mn) => mn.textContent));
    expect(last.some((text) => Math.abs(Number(text) - bar) < 2e-3 * bar)).toBe(true);
    await allNamed();

    // An entry of M, and a patch seen through it.
    await show(page, "matrix");
    await page.locator("[part=loop-matrix]").click();
    await expect(heading).toHaveText("One entry of M");
    await expect(table.locator("thead")).toContainText("sample image");
    const products = await lastColumn(table);
    const entry = products.pop() ?? NaN;
    expect(Math.abs(products.reduce((a, b) => a + b, 0) - entry)).toBeLessThan(
      2e-3 * products.reduce((a, b) => a + Math.abs(b), 0),
    );
    await allNamed();
    await show(page, "seen");
    await expect(panel).toBeHidden();
    await opened(page).getByRole("button", { name: "Its length, squared" }).click();
    await expect(table.locator("thead")).toContainText("v · u");
    const along = await lastColumn(table);
    const sum = along.pop() ?? NaN;
    expect(Math.abs(along.reduce((a, b) => a + b, 0) - sum)).toBeLessThan(2e-3 * sum);
    await allNamed();
  });

  test("the ring fits every window and is accessible", async () => {
    await show(page, "gradient");
    await opened(page).locator(".reading .num").click();
    await expect(page.locator("[part=arithmetic] table")).toBeVisible();
    for (const width of [1440, 1100, 820, 390, 360]) {
      await expectFitsWindows(page, [width]);
      // From station to station, and by what drives the loop back to the first; on a phone the stations follow each other.
      await expect(page.locator(".wire:visible")).toHaveCount(width < 700 ? 7 : 8);
      if ([1440, 360].includes(width)) await expectAccessibleInBothSchemes(page, "[data-chapter=how]");
    }
  });
});

test("in slow motion the stations fill one after the other, the loop closes, and the arithmetic is that of what is shown", async ({
  page,
}) => {
  await openLoop(page);
  await expect.poll(() => states(page)).toMatchObject({
    image: "done",
    patch: "done",
    kernel: "pending",
    ridge: "pending",
    gradient: "pending",
    matrix: "pending",
    seen: "pending",
  });
  await show(page, "kernel");
  await expect(opened(page).locator(".waiting")).toHaveText(words.stops.kernel.pending);
  const one = page.locator("[part=one-stage]");
  const expected = [
    { kernel: "done", ridge: "pending" },
    { ridge: "done", gradient: "pending", matrix: "pending" },
    // M is on show while the predictions, for which nobody waits, are still to come.
    { ridge: "done", gradient: "done", matrix: "done", seen: "done" },
  ];
  for (const state of expected) {
    await one.click();
    await untilPhase(page, "between");
    await expect.poll(() => states(page)).toMatchObject(state);
    await expect(one).toBeFocused();
  }
  await show(page, "ridge");
  const panel = page.locator("[part=arithmetic]");
  const table = panel.locator("table");
  const answer = opened(page).locator(".answer.wins .num");
  await answer.click();
  await expect(table).toBeVisible();
  // The predictions end the round: the loop stands at the next one, which has M and nothing else yet: neither the answer of the
  // round before nor endless waiting.
  await one.click();
  await untilPhase(page, "between");
  await expect(page.locator("[part=loop-round]")).toHaveText("Round 1 of 2");
  await expect.poll(() => states(page)).toMatchObject({ kernel: "pending", matrix: "pending" });
  await expect(panel).toBeVisible();
  await expect(table).toHaveCount(0);
  await expect(panel.locator(".failure")).toHaveText(/\w{3,}.*\.$/);
  // Round 0 can be gone round again, all of it.
  await page.getByRole("button", { name: "Round 0", exact: true }).click();
  await expect.poll(() => states(page)).toMatchObject(ALL_DONE);
  await expect(table).toBeVisible();
  const total = (await lastColumn(table)).pop() ?? NaN;
  const value = numberIn(await answer.textContent());
  expect(Math.abs(total - value)).toBeLessThan(1e-3 * Math.abs(value));
  for (const name of ["gradient", "matrix", "seen"])
    expect((await pixels(tile(page, name).locator("canvas"))).colours).toBeGreaterThan(20);
  // Of another run nothing of it is left.
  await page.locator("[part=loop-run]").click();
  await untilPhase(page, "finished");
  await page.locator("[part=loop-run]").click();
  await expect(panel).toBeHidden();
});

test("the loop can be used while the run goes on, follows it, and is not redrawn by its progress", async ({ page }) => {
  await openLoop(page, "?engine=cpu&data=mnist&train=500&validation=50&test=50&patch=3&depth=2&ridge=0.001&rounds=3&agop=100");
  await page.evaluate(() => {
    /** @type {string[]} */
    const log = [];
    Object.assign(window, { changes: log });
    const watch = (/** @type {string} */ what, /** @type {string} */ name) => {
      const element = document.querySelector(what);
      if (!element) throw new Error(what);
      new MutationObserver(() => log.push(name)).observe(element, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
      });
    };
    watch("[part=loop]", "ring");
    watch("[part=progress-text]", "tick");
  });
  await page.locator("[part=loop-run]").click();
  await untilPhase(page, "running|finished");
  await expect.poll(() => states(page)).toMatchObject({ kernel: "done" });
  const changes = /** @type {string[]} */ (await page.evaluate(() => /** @type {any} */ (window).changes));
  // As long as one stage goes on, its progress goes on alone.
  const alone = changes
    .join(" ")
    .split("ring")
    .map((run) => run.split("tick").length - 1);
  expect(Math.max(...alone)).toBeGreaterThan(3);
  const image = page.locator("[part=loop-image]");
  await image.focus();
  // Other patches and other images all the while: only what is wanted last is shown in the end.
  for (let i = 0; (await page.locator("[part=app]").getAttribute("data-phase")) === "running" && i < 400; i++) {
    await page.keyboard.press(i % 7 ? "ArrowRight" : "ArrowDown");
    if (i % 5 === 0)
      await page
        .locator(".thumbs .thumb")
        .nth(i % 10)
        .evaluate((thumb) => /** @type {HTMLElement} */ (thumb).click());
  }
  await untilPhase(page, "finished");
  await page.locator(".thumbs .thumb").nth(2).click();
  await expect(page.locator("[part=loop-round]")).toHaveText("Round 2 of 2");
  await expect.poll(() => states(page)).toMatchObject(ALL_DONE);
  const place = /row (\d+), column (\d+)/.exec((await image.getAttribute("aria-valuetext")) ?? "");
  await show(page, "gradient");
  await expect(opened(page).locator(".reading")).toContainText(`Row ${place?.[1]}, column ${place?.[2]}`);
  // The patch is 3 x 3 pixels of this image.
  await expect.poll(async () => (await pixels(tile(page, "patch").locator("canvas"))).text.split(",").length).toBe(3 * 3 * 4);
});

test("who is in a picture stays there while another run replaces it", async ({ page }) => {
  await openLoop(page);
  await run(page);
  await expect.poll(() => states(page)).toMatchObject({ gradient: "done" });
  for (const [name, place] of /** @type {const} */ ([
    ["gradient", "[part=loop-gradient]"],
    ["ridge", ".answer-class >> nth=1"],
  ])) {
    await show(page, name);
    const here = page.locator(place);
    await here.focus();
    // As from another window: the focus stays where it is.
    await page.locator("[part=run]").evaluate((/** @type {HTMLElement} */ button) => button.click());
    await untilPhase(page, "running");
    await untilPhase(page, "finished");
    await expect.poll(() => states(page)).toMatchObject({ gradient: "done", seen: "done" });
    await expect(here).toBeFocused();
    await expect(page.locator('.figure[aria-busy="true"]')).toHaveCount(0);
  }
});

test("one round promises no M", async ({ page }) => {
  await openLoop(page, QUICK.replace("rounds=3", "rounds=1"));
  await run(page);
  await expect.poll(() => states(page)).toMatchObject({ ridge: "done", gradient: "done", matrix: "never", seen: "never" });
  for (const name of ["matrix", "seen"]) {
    await show(page, name);
    await expect(opened(page).locator(".waiting")).toHaveText(words.oneRound);
  }
});
