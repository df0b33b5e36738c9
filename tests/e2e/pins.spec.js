/** Runs that are kept and compared: what is kept of them, and for how long. */
import AxeBuilder from "@axe-core/playwright";
import { accuracies, expect, expectFitsWindows, open, QUICK, run, test, untilPhase } from "./page.js";

/** @import { Page } from "@playwright/test" */

/** @param {Page} page @param {string} name @param {string} value */
async function set(page, name, value) {
  const field = page.getByLabel(name, { exact: true });
  await field.fill(value);
  await field.press("Enter");
  await expect(page).toHaveURL(new RegExp(`=${value}(&|$)`));
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
  await expect(page.locator("[part=pins-said]")).toHaveText("Run 1 is pinned.");
  await expect(page.getByRole("button", { name: "Pinned" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("[part=pins-table] thead th")).toHaveCount(1);

  await set(page, "Patch size", "7");
  await expect(page.locator("[part=pins-table]")).toBeVisible();
  await run(page);
  const second = figures(await accuracies(page));
  expect(second).not.toEqual(first);
  await pin.click();
  await expect(page.locator("[part=pins-table] thead th")).toHaveCount(2);
  for (const round of [0, 1, 2]) {
    const cells = await row(page, `round ${round}`);
    expect(cells.map((text) => text.replace(" (kept)", ""))).toEqual([first[round], second[round]]);
  }
  await expect(page.locator(".pins-rounds strong")).toHaveCount(2);
  expect((await row(page, "Seconds")).map(Number).every((seconds) => seconds > 0)).toBe(true);
  await expect(page.locator(".pins-differ tr:not(.group)")).toHaveCount(1);
  expect(await row(page, "Patch size")).toEqual(["11", "7"]);
  await page.getByText("The same in both").click();
  await expect(page.locator(".pins-same tr", { hasText: "Ridge" })).toHaveText("Ridge10⁻³");

  const { violations } = await new AxeBuilder({ page }).include("[part=accuracy]").analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
  await expectFitsWindows(page);

  // The third takes the place of the first.
  await set(page, "Seed", "9");
  await run(page);
  await pin.click();
  await expect(page.locator("[part=pins-said]")).toHaveText("Run 3 is pinned in place of run 1.");
  await expect(page.locator("[part=pins-table] thead th")).toHaveText(["Run 2", "Run 3"]);

  // Its link opens its settings without a new page, so that the others stay.
  await page.getByRole("link", { name: "Run 2" }).click();
  await untilPhase(page, "ready");
  await expect(page.getByLabel("Seed", { exact: true })).toHaveValue("4");
  await expect(page.getByLabel("Patch size")).toHaveValue("7");
  await run(page);
  expect(figures(await accuracies(page))).toEqual(second);
  await page.getByRole("button", { name: "Remove run 3" }).click();
  await expect(page.locator("[part=pins-table] thead th")).toHaveText(["Run 2"]);
  const href = await page.getByRole("link", { name: "Run 2" }).getAttribute("href");

  await page.reload();
  await untilPhase(page, "ready");
  await expect(page.locator("[part=pins-table]")).toHaveCount(0);
  await page.goto(`./${href}`);
  await untilPhase(page, "ready");
  await expect(page.getByLabel("Patch size")).toHaveValue("7");
});
