/** Noise against accuracy: every point is the run that the page itself would make. */
import { accuracies, expect, open, run, test, untilPhase } from "./page.js";

const SIGNAL = "?data=local-signal&train=30&validation=20&test=60&seed=7&sigma=2&patch=3&depth=2&ridge=0.001&rounds=2&agop=10";

/** @param {import("@playwright/test").Page} page */
async function toNoise(page) {
  await page.locator("[data-chapter=noise]").scrollIntoViewIfNeeded();
  await expect(page.locator("[data-chapter=noise] .about").first()).toBeVisible();
}

test("the curve's points are the page's own runs", async ({ page }) => {
  await open(page, SIGNAL);
  await run(page);
  const rounds = await accuracies(page);
  const keptRow = await page.locator("[part=accuracy-table] tr.kept").getAttribute("data-round");
  await toNoise(page);
  await page.locator("[part=noise-seeds]").selectOption("1");
  await expect(page.locator("[part=noise-said]")).toContainText("7 runs");
  await page.getByRole("button", { name: "Fill the curve" }).click();
  await expect(page.locator("[part=noise-said]")).toContainText("All 7 runs are done");
  const row = page.locator("[part=noise-table] tbody tr", { has: page.locator("th", { hasText: /^2$/ }) });
  await expect(page.locator("[part=noise-table] tbody tr")).toHaveCount(7);
  const cells = (await row.locator("td").allTextContents()).map(parseFloat);
  expect(cells).toEqual([rounds[0]?.test, rounds[Number(keptRow)]?.test, 1]);
  await expect(page.locator("[data-chapter=noise] svg[role=img]")).toBeVisible();
  // The slider goes from level to level, by keyboard too, and shows what the images look like there.
  await page.locator("[part=noise-level]").focus();
  await page.keyboard.press("Home");
  await expect(page.locator("[part=noise-reading]")).toContainText("At σ = 0.25");
  await expect(page.getByRole("img", { name: /^Test image at σ = 0.25/ })).toHaveCount(2);
  // More seeds go on from what is there.
  await page.locator("[part=noise-seeds]").selectOption("3");
  await expect(page.locator("[part=noise-said]")).toContainText("14 runs");
  await page.getByRole("button", { name: "Use σ = 0.25 above" }).click();
  await expect(page).toHaveURL(/sigma=0.25/);
  await expect(page.locator("[part=noise-table] tbody tr"), "the curve stays: only the place on it is another").toHaveCount(7);
  // A level that has not been run is missing, however many others have been.
  await page.locator("[part=noise-seeds]").selectOption("1");
  await page.getByLabel("Noise σ", { exact: true }).fill("5");
  await page.keyboard.press("Enter");
  await expect(page.locator("[part=noise-said]")).toContainText("1 run,");
});

test("the curve waits while the page's own run goes on, and other settings begin another curve", async ({ page }) => {
  await open(page, SIGNAL.replace("rounds=2", "rounds=10").replace("train=30", "train=200"));
  await toNoise(page);
  await page.getByRole("button", { name: "Fill the curve" }).click();
  await expect(page.locator("[part=noise-said]")).toContainText(/of 21 runs, .*left/);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await untilPhase(page, "running");
  await expect(page.locator("[part=noise-said]")).toContainText("waits");
  const waiting = await page.locator("[part=noise-said]").textContent();
  await untilPhase(page, "finished");
  await expect(page.locator("[part=noise-said]")).not.toContainText("waits");
  expect(parseInt((await page.locator("[part=noise-said]").textContent()) ?? "")).toBeGreaterThanOrEqual(parseInt(waiting ?? ""));
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(page.getByRole("button", { name: "Go on" })).toBeEnabled();
  await page.getByLabel("Depth").fill("1");
  await page.keyboard.press("Enter");
  await expect(page.locator("[part=noise-table] tbody tr")).toHaveCount(0);
});

test("sets without a noise level offer those with one", async ({ page }) => {
  await open(page, "?data=star");
  await toNoise(page);
  await expect(page.locator("[part=noise-fill]")).toBeHidden();
  await page.getByRole("button", { name: "Open “Local signal”" }).click();
  await expect(page.locator("[part=noise-fill]")).toBeVisible();
  await expect(page).toHaveURL(/data=local-signal/);
});
