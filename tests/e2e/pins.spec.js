/** Runs that are kept and compared: what is kept of them, and for how long. */
import { accuracies, change, expect, expectAccessible, expectFitsWindows, open, QUICK, run, test, untilPhase } from "./page.js";

/** @import { Page } from "@playwright/test" */

/** @param {Page} page @param {Record<string, string | number>} settings */
async function set(page, settings) {
  await change(page, settings);
  await untilPhase(page, "ready");
}

/** Texts of a row of the comparison. @param {Page} page @param {string | RegExp} label */
const row = (page, label) => page.locator("[part=pins-table] tr", { has: page.locator("th", { hasText: label }) }).locator("td").allTextContents();

/** As the comparison writes them. @param {{validation: number, test: number}[]} found */
const figures = (found) => found.map(({ validation, test }) => `${validation.toFixed(1)} / ${test.toFixed(1)}`);

test("two runs stand side by side, differences first, and outlive changes of settings", async ({ page }) => {
  const pin = page.getByRole("button", { name: "Pin this run" });
  await open(page, QUICK);
  await expect(pin).toBeDisabled();
  await run(page);
  const first = figures(await accuracies(page));
  await pin.click();
  await expect(page.locator("[part=pins-said]")).toHaveText("Run 1 is pinned below.");
  await expect(page.getByRole("button", { name: "Pinned" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("[part=pins-table] thead th")).toHaveCount(1);

  await set(page, { patch: 7 });
  await expect(page.locator("[part=pins-table]")).toBeVisible();
  await run(page);
  const second = figures(await accuracies(page));
  expect(second).not.toEqual(first);
  await pin.click();
  await expect(page.locator("[part=pins-table] thead th")).toHaveCount(2);
  for (const round of [0, 1, 2]) {
    const cells = await row(page, `round ${round}`);
    expect(cells.map((text) => text.replace(" (best)", ""))).toEqual([first[round], second[round]]);
  }
  await expect(page.locator(".pins-rounds strong")).toHaveCount(2);
  expect((await row(page, "Seconds")).map(Number).every((seconds) => seconds > 0)).toBe(true);
  await expect(page.locator(".pins-differ tr:not(.group)")).toHaveCount(1);
  expect(await row(page, "Patch size")).toEqual(["5", "7"]);
  await page.getByText("The same in all").click();
  await expect(page.locator(".pins-same tr", { hasText: "Ridge" })).toHaveText("Ridge10⁻³");

  await expectAccessible(page, "[part=pins]", "[part=accuracy]");
  await expectFitsWindows(page);

  await set(page, { seed: 9 });
  await run(page);
  await pin.click();
  await expect(page.locator("[part=pins-table] thead th")).toHaveText(["Run 1", "Run 2", "Run 3"]);
  await expect(page.locator(".pins-differ tr:not(.group)")).toHaveCount(2);

  // Its link opens its settings without a new page, so that the others stay.
  await page.getByRole("link", { name: "Run 2" }).click();
  await untilPhase(page, "ready");
  await expect(page).toHaveURL(/patch=7/);
  await run(page);
  expect(figures(await accuracies(page))).toEqual(second);
  // The same run is not pinned twice.
  await expect(page.getByRole("button", { name: "Pinned" })).toBeVisible();
  await page.getByRole("button", { name: "Remove run 3" }).click();
  await page.getByRole("button", { name: "Remove run 1" }).click();
  await expect(page.locator("[part=pins-table] thead th")).toHaveText(["Run 2"]);
  const href = await page.getByRole("link", { name: "Run 2" }).getAttribute("href");

  await page.reload();
  await untilPhase(page, "ready");
  await expect(page.locator("[part=pins-table]")).toHaveCount(0);
  await page.goto(`./${href}`);
  await untilPhase(page, "ready");
  await expect(page).toHaveURL(/patch=7/);
});

test("of several levels the pin names the level and the round that are kept", async ({ page }) => {
  await open(page, "?data=star&train=20&validation=20&test=40&seed=4&patch=5&depth=2&levels=2&width=4&rounds=2&agop=5");
  await run(page);
  const best = page.locator("[part=accuracy-table] tr.best");
  await expect(best).toHaveCount(1);
  const name = `Level ${await best.getAttribute("data-level")}, round ${await best.getAttribute("data-round")}`;
  await expect(page.locator("[part=accuracy-learned]")).toContainText(name.replace("Level", "best: level"));
  await expect(page.locator("[part=accuracy-kept]")).toContainText(`${name} did best of all levels`);
  await expect(page.locator("[part=accuracy-levels] li")).toHaveCount(2);
  await page.getByRole("button", { name: "Pin this run" }).click();
  const kept = page.locator(".pins-rounds tr", { has: page.locator("strong") });
  await expect(kept).toHaveCount(1);
  await expect(kept.getByRole("rowheader")).toHaveText(name);
});
