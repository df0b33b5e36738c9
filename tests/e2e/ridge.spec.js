/** The ridge that validation chooses: its control, what each round chose, and that every place of the page says the same. */
import { readFile } from "node:fs/promises";
import { power } from "../../www/text/en/shared";
import { expect, expectAccessible, expectFitsWindows, loadChapters, open, openSettings, run, test, untilPhase } from "./page.js";

/** @import { Page } from "@playwright/test" */

/** Rounds that choose different ridges. */
const CHOOSING = "?engine=cpu&data=star&train=30&validation=30&test=40&seed=2&patch=7&depth=1&rounds=3&agop=10";

/** @param {Page} page */
async function results(page) {
  await page.locator("[data-chapter=take]").scrollIntoViewIfNeeded();
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("[part=take-results-json]").click()]);
  return JSON.parse((await readFile(await download.path())).toString());
}

test("by keyboard the ridge is left to validation, and every place says what each round chose", async ({ page }) => {
  await open(page, `${CHOOSING}&ridge=0.001`);
  await openSettings(page);
  const control = page.locator("[part=set-ridge]");
  await expect(control).toHaveValue("0.001");
  await expect(control).toHaveAccessibleDescription(/10⁻⁶.*10⁰.*validation images choose.*test images never do/);
  await control.focus();
  await page.keyboard.press("Home");
  await expect(control).toHaveValue("grid");
  await expect(page).toHaveURL(/ridge=grid/);
  await expect(control).toBeFocused();
  await untilPhase(page, "ready");
  await expect(page.locator("[part=corrections]")).toBeHidden();

  await loadChapters(page);
  await run(page);
  const json = await results(page);
  const used = json.ridge_used.map(power);
  expect(used).toHaveLength(3);
  // Otherwise one column could stand for another round's.
  expect(new Set(used).size).toBeGreaterThan(1);
  await expect(page.locator("[part=accuracy-table] tr[data-round] td:nth-of-type(3)")).toHaveText(used);
  await expect(page.locator("[part=compare-rounds] tbody tr td:last-child")).toHaveText(used);
  const compared = Number(await page.locator("[part=compare-round]").inputValue());
  await expect(page.locator("[part=compare-numbers] tbody tr td:last-child")).toHaveText([used[0], used[compared]]);
  await page.locator('.stop[data-stop="ridge"] button').first().click();
  for (const round of [0, 1, 2]) {
    await page.locator(".rounds").getByRole("button", { name: `Round ${round}`, exact: true }).click();
    await expect(page.locator("[part=loop-lambda]")).toHaveText(`Here λ = ${used[round]}, chosen on the validation images.`);
  }
  await expect(page.locator("[part=take-command]")).toContainText("--ridge grid ");

  // Alone, the ridge that was chosen for round 0 makes the same round 0; beside it, the pinned run keeps its own.
  await page.getByRole("button", { name: "Pin this run" }).click();
  await control.selectOption(String(json.ridge_used[0]));
  await untilPhase(page, "ready");
  await run(page);
  const alone = await results(page);
  expect(alone.predictions[0]).toEqual(json.predictions[0]);
  expect(alone.ridge_used).toEqual(json.ridge_used.map(() => json.ridge_used[0]));
  await expect(page.locator("[part=loop-lambda]")).toHaveText(`Here λ = ${used[0]}.`);
  await page.getByRole("button", { name: "Pin this run" }).click();
  const row = (/** @type {string} */ label) => page.locator("[part=pins-table] tr", { has: page.getByRole("rowheader", { name: label, exact: true }) }).locator("td");
  await expect(row("Ridge")).toHaveText(["chosen on validation", used[0]]);
  await expect(row("Ridges used")).toHaveText([used.join(", "), used.map(() => used[0]).join(", ")]);

  await expectAccessible(page, "[part=settings]", "[part=accuracy]");
  await expectFitsWindows(page);
});

test("a ridge that an address gets wrong is corrected, and said", async ({ page }) => {
  await open(page, `${CHOOSING}&ridge=best&lang=en`);
  await expect(page.locator("[part=corrections]")).toContainText("Ridge “best” is not");
  await openSettings(page);
  await expect(page.locator("[part=set-ridge]")).toHaveValue("0.001");
});
