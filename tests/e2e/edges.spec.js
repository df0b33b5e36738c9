/** Why edges: three rows of filters, of which one comes from shuffled labels, and what they match. */
import { change, clickNow, expect, expectAccessibleInBothSchemes, expectFitsWindows, open, run, test, untilPhase } from "./page.js";

/** @import { Page } from "@playwright/test" */

const LEAVES = "?engine=cpu&data=dead-leaves&train=160&validation=20&test=200&seed=3&patch=5&depth=1&ridge=0.1&rounds=2&agop=20";
/** Long enough to be cancelled. */
const LONGER = LEAVES.replace("train=160", "train=1000").replace("agop=20", "agop=500");

/** @param {Page} page @param {string} name */
const row = (page, name) => page.locator(`[part=edges-${name}]`);
/** @param {Page} page */
const answer = (page) => page.locator("[part=edges-answer]");

/** @param {Page} page */
async function toEdges(page) {
  await page.locator("[data-chapter=edges]").scrollIntoViewIfNeeded();
  await expect(row(page, "images").locator("[part=edges-match]").first()).toContainText("%", { timeout: 30_000 });
}

/** Percent of the test images in the head of a row. @param {Page} page @param {string} name */
async function accuracyOf(page, name) {
  const text = (await row(page, name).locator("[part=edges-accuracy]").textContent()) ?? "";
  return Number(/accuracy ([\d.]+) %/.exec(text)?.[1] ?? NaN);
}

test("three rows of filters are compared with templates, and shuffled labels leave nothing to learn", async ({ page }) => {
  await open(page, LEAVES);
  await toEdges(page);
  await expect(row(page, "true")).toContainText("Press Run to compute this row.");
  await expect(row(page, "shuffled")).toContainText("Press “Shuffle the labels”");
  await expect(answer(page)).toContainText(/random filters: \d without labels\.$/);
  // The mean grey value is most of the variance of patches, and slopes come next: this is known of natural images.
  const first = row(page, "images").locator("[part=edges-match]");
  await expect(first).toHaveCount(8);
  await expect(first.nth(0)).toContainText("constant");
  await expect(first.nth(1)).toContainText(/edge 0\.9\d\s*chance <\s0\.1\s%/);

  await run(page);
  await toEdges(page);
  await expect(answer(page)).toContainText("with true labels");
  await page.locator("[part=edges-shuffle]").click();
  await expect(page.locator("[part=edges-said]")).toContainText("Done", { timeout: 60_000 });
  await expect(answer(page)).toContainText(/: \d without labels, \d with shuffled labels, \d with true labels\.$/);
  for (const name of ["images", "shuffled", "true"]) await expect(row(page, name).locator("[part=edges-filter]")).toHaveCount(8);
  // A guess is right on 25 %, with a standard error of 3 of 200 images.
  const [shuffled, learned] = [await accuracyOf(page, "shuffled"), await accuracyOf(page, "true")];
  expect(shuffled).toBeGreaterThan(12);
  expect(shuffled).toBeLessThan(38);
  expect(learned).toBeGreaterThan(shuffled);
  // The true row has the accuracy of round 1 of the run above.
  const table = page.locator("[part=accuracy-table] tr[data-round='1']");
  await expect(table).toContainText(String(learned));

  // What the rows say is what the counts are made of.
  const counted = await row(page, "true").locator("[part=edges-match].counts").count();
  await expect(answer(page)).toContainText(`${counted} with true labels`);
  await expectFitsWindows(page);
  await expectAccessibleInBothSchemes(page, "[data-chapter=edges]");

  // Other images have no shuffled row until they are run themselves; the first ones have theirs again.
  await change(page, { seed: 4 });
  await untilPhase(page, "ready");
  await run(page);
  await toEdges(page);
  await expect(row(page, "shuffled")).toContainText("Press “Shuffle the labels”");
  await expect(answer(page)).not.toContainText("shuffled");
  await expect(page.locator("[part=edges-shuffle]")).toHaveAttribute("aria-disabled", "false");
});

test("the run with shuffled labels can be cancelled, and small patches are not compared", async ({ page }) => {
  await open(page, LONGER);
  await toEdges(page);
  await page.locator("[part=edges-shuffle]").click();
  await expect(page.locator("[part=edges-said]")).toContainText("in the background");
  await clickNow(page, "[part=edges-shuffle]");
  await expect(page.locator("[part=edges-shuffle]")).toHaveText("Shuffle the labels");
  await expect(row(page, "shuffled")).toContainText("Press “Shuffle the labels”");

  await open(page, LEAVES.replace("patch=5", "patch=3"));
  await toEdges(page);
  await expect(answer(page)).toContainText("too small");
  await expect(row(page, "images").locator("[part=edges-match]").first()).not.toContainText("chance");

  await open(page, `${LEAVES}&hide=edges`);
  await expect(page.locator("[data-chapter=edges]")).toHaveCount(0);
});
