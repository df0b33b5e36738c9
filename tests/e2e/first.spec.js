/** The first screen: a finished run to look at, filters that form round by round, one image seen through them. */
import { readFileSync } from "node:fs";
import { EXAMPLE, computeExample } from "./example.js";
import { expect, open, pixels, QUICK, run, test, untilPhase } from "./page.js";

const picture = "[part=filter-picture]";

test("the shipped run is what the engine computes, to the last bit", async () => {
  expect(JSON.parse(await computeExample())).toEqual(JSON.parse(readFileSync(EXAMPLE, "utf8")));
});

test("before Run a finished run is there to look at; Run takes its place", async ({ page }) => {
  await open(page, "?engine=cpu");
  const example = JSON.parse(readFileSync(EXAMPLE, "utf8"));
  await expect(page.locator("[part=belongs-text]")).toContainText("comes with the page");
  await expect(page.locator("[part=filters]")).toHaveAttribute("data-round", String(example.best));
  await expect(page.locator("[part=accuracy]")).toContainText(example.rounds[example.best].test.toFixed(1));
  const shipped = await pixels(page.locator(picture).first());
  expect(shipped.colours).toBeGreaterThan(5);
  // Other settings have another run: nothing of this one may stand under them.
  await page.locator("[part=new-seed]").click();
  await expect(page.locator("[part=belongs-text]")).not.toContainText("comes with the page");
  await expect.poll(async () => (await pixels(page.locator(picture).first())).colours).toBe(0);
});

test("filters are the largest thing on a wide screen, and above the fold on a phone", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page, "?engine=cpu");
  await expect(page.locator(picture)).toHaveCount(8);
  for (const filter of await page.locator(picture).all()) {
    const box = await filter.boundingBox();
    expect(box?.width).toBeGreaterThanOrEqual(110);
    expect(box?.width).toBeLessThanOrEqual(130);
    expect((box?.y ?? 900) + (box?.height ?? 0)).toBeLessThan(900);
  }
  for (const part of ["seen-image", "seen-plain", "seen-learned", "accuracy-fixed", "accuracy-learned", "round"]) {
    const box = await page.locator(`[part=${part}]`).boundingBox();
    expect((box?.y ?? 900) + (box?.height ?? 0), part).toBeLessThan(900);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await page.evaluate(() => scrollTo(0, 0));
  const box = await page.locator(picture).first().boundingBox();
  expect((box?.y ?? 900) + (box?.height ?? 0)).toBeLessThan(844);
});

test("the slider chooses the round that all pictures show; alone it follows the run", async ({ page }) => {
  await open(page, QUICK);
  await expect(page.locator("[part=round]")).toBeDisabled();
  await run(page);
  const shown = async () => ({
    filter: (await pixels(page.locator(picture).first())).text,
    learned: (await pixels(page.locator("[part=seen-learned]"))).text,
  });
  const best = Number(await page.locator("[part=round]").inputValue());
  await page.locator("[part=round]").focus();
  await page.keyboard.press("Home");
  await expect(page.locator("[part=filters]")).toHaveAttribute("data-round", "0");
  await expect(page.locator("[part=round-name]")).toHaveText("Round 0, fixed kernel");
  expect((await pixels(page.locator(picture).first())).colours).toBe(0);
  await page.keyboard.press("ArrowRight");
  await expect(page.locator("[part=filters]")).toHaveAttribute("data-round", "1");
  const first = await shown();
  await page.keyboard.press("ArrowRight");
  await expect(page.locator("[part=filters]")).toHaveAttribute("data-round", "2");
  const second = await shown();
  expect(second.filter).not.toBe(first.filter);
  expect(second.learned).not.toBe(first.learned);
  expect(best).toBeGreaterThanOrEqual(0);
});

test("both maps share one scale", async ({ page }) => {
  await open(page, QUICK);
  await run(page);
  await page.locator("[part=round]").focus();
  await page.keyboard.press("End");
  /** The brightest pixel of a map, as the sum of its channels. @param {string} part */
  const brightest = (part) =>
    page.locator(`[part=${part}]`).evaluate((/** @type {HTMLCanvasElement} */ canvas) => {
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
      copy?.drawImage(canvas, 0, 0);
      const data = copy?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let top = 0;
      for (let i = 0; i < data.length; i += 4) if (data[i + 3]) top = Math.max(top, Number(data[i]) + Number(data[i + 1]) + Number(data[i + 2]));
      return top;
    });
  // With a scale of its own each map would reach the end of the colours in every image. With a common scale only the image with the
  // largest value does, and only on one side.
  const tops = [];
  for (const thumb of await page.locator("[part=seen] .thumb").all()) {
    await thumb.click();
    tops.push(await brightest("seen-plain"), await brightest("seen-learned"));
  }
  const end = Math.max(...tops);
  expect(tops.filter((top) => top === end).length).toBeLessThan(tops.length / 2);
});

test("a filter shows the training patches with the strongest response to it", async ({ page }) => {
  // Patches exist for the best round, which in this run is not the fixed kernel.
  await open(page, "?data=star&rounds=2");
  await run(page);
  const filter = page.locator("[part=filter]").first();
  await filter.focus();
  await page.keyboard.press("Enter");
  await expect(filter).toHaveAttribute("aria-expanded", "true");
  const strongest = page.locator("[part=filters] [part=strongest]");
  await expect.poll(async () => (await pixels(strongest.locator("canvas").first())).colours).toBeGreaterThan(5);
  await page.keyboard.press("Enter");
  await expect(strongest).toBeHidden();
});

test("a presentation has large type and turns with the arrow keys", async ({ page }) => {
  await open(page, `${QUICK}&present=on`);
  const size = () => page.locator("[part=app]").evaluate((app) => parseFloat(getComputedStyle(app).fontSize));
  expect(await size()).toBeGreaterThan(20);
  // The chapters are built after the first screen.
  await expect(page.locator("[data-screen]").nth(1)).toBeAttached();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(200);
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => page.locator("[part=first]").evaluate((first) => Math.abs(first.getBoundingClientRect().top))).toBeLessThan(200);
  await page.evaluate(() => scrollTo(0, 0));
  await page.locator("[part=present]").click();
  expect(await size()).toBe(16);
  await expect(page).not.toHaveURL(/present/);
  await untilPhase(page, "ready");
});
