/** The chapter on the feature matrix: its entries are read by pointer and keyboard, and its numbers are those of the engine. */
import { expect, expectAccessibleInBothSchemes, open, pixels, QUICK, run, test } from "./page.js";

test("entries are read by pointer and keyboard, and the bars are the spectrum", async ({ page }) => {
  await open(page, QUICK);
  const chapter = page.locator("[data-chapter=matrix]");
  await chapter.scrollIntoViewIfNeeded();
  const field = page.locator("[part=heat-field]");
  const read = page.locator("[part=heat-read]");
  // Before a run there is nothing to point at, and words stand in its place.
  await expect(field).toHaveRole("img");
  await expect(chapter).toContainText("For the fixed kernel it is the identity");
  await expect(chapter).toContainText(
    "M[i,j] averages, over patches and classes, the sensitivity to pixel i times the sensitivity to pixel j",
  );
  await expect(chapter).not.toContainText(/\blooks?\b|where the signal/i);
  await run(page);
  await chapter.scrollIntoViewIfNeeded();

  // The picture has a pixel per entry, in more than the colours of a diagonal.
  const heat = page.locator("[part=heat]");
  await expect
    .poll(() => heat.evaluate((/** @type {HTMLCanvasElement} */ { width, height }) => [width, height]))
    .toEqual([75, 75]);
  expect((await pixels(heat)).colours).toBeGreaterThan(50);
  await expect(page.locator("[part=app]")).toHaveAttribute("data-phase", "finished");
  await expect(chapter.getByRole("heading", { level: 3 }).first()).toHaveText(/^M used in round [12]$/);

  await field.focus();
  await page.keyboard.press("ArrowDown");
  await expect(field).toHaveAttribute(
    "aria-valuetext",
    /^red, row 1, column 2 with red, row 1, column 1: −?[01]\.\d{3} of the largest entry$/,
  );
  await expect(read).toHaveText((await field.getAttribute("aria-valuetext")) ?? "");
  await page.keyboard.press("End");
  await expect(read).toContainText("with blue, row 5, column 5");
  // M is symmetric: the mirrored entry has the same value.
  const box = await field.boundingBox();
  const at = (/** @type {number} */ row, /** @type {number} */ column) => ({
    x: ((column + 0.5) / 75) * (box?.width ?? 0),
    y: ((row + 0.5) / 75) * (box?.height ?? 0),
  });
  await field.hover({ position: at(40, 7) });
  await expect(read).toContainText("green, row 4, column 1 with red, row 2, column 3");
  const value = (await read.textContent())?.split(": ")[1];
  await field.hover({ position: at(7, 40) });
  await expect(read).toContainText("red, row 2, column 3 with green, row 4, column 1");
  expect((await read.textContent())?.split(": ")[1]).toBe(value);

  // Shares fall, and their first three add up to the sentence.
  await chapter.locator("summary").click();
  const shares = (await page.locator("[part=spectrum-table] td").allTextContents()).map(parseFloat);
  expect(shares).toHaveLength(20);
  expect(shares).toEqual([...shares].sort((a, b) => b - a));
  expect(shares[0]).toBeGreaterThan(100 / 75);
  const [sum] = /\d+(?= %)/.exec((await page.locator("[part=spectrum-said]").textContent()) ?? "") ?? [];
  expect(Number(sum)).toBeCloseTo((shares[0] ?? 0) + (shares[1] ?? 0) + (shares[2] ?? 0), 0);
  await expect(page.locator("[part=spectrum] rect")).toHaveCount(20);

  for (const width of [1100, 650, 360]) {
    await page.setViewportSize({ width, height: 800 });
    await expect.poll(() => overlaps(page.locator("[part=spectrum] text")), `${width}: overlapping labels`).toEqual([]);
  }
  await expectAccessibleInBothSchemes(page, "[data-chapter=matrix]");
});

/** Pairs of labels whose boxes overlap. @param {import("@playwright/test").Locator} labels */
function overlaps(labels) {
  return labels.evaluateAll((texts) => {
    const boxes = texts.map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
    return boxes.flatMap((a, i) =>
      boxes
        .slice(i + 1)
        .filter(
          (b) =>
            a.box.left < b.box.right && b.box.left < a.box.right && a.box.top + 3 < b.box.bottom && b.box.top + 3 < a.box.bottom,
        )
        .map((b) => `${a.text} / ${b.text}`),
    );
  });
}
