/** Several seeds in one go, in the background: mean and deviation, and what they belong to. */
import { accuracies, change, expect, expectAccessible, open, QUICK, run, test, untilPhase, workersNamed } from "./page.js";

test("five seeds bring mean and deviation, outlive other settings, and each seed is one click away", async ({ page }) => {
  await open(page, QUICK.replace("rounds=3", "rounds=2"));
  await run(page);
  const shown = await accuracies(page);
  const button = page.locator("[part=seeds-run]");
  await expect(button).toHaveText("Run 5 seeds");
  await button.click();
  await expect(button).toHaveText("Stop");
  // A run of the page's own goes first.
  await page.getByRole("button", { name: "Step" }).click();
  await expect(page.locator("[part=accuracy-table] tr[data-round]")).toHaveCount(3);
  await untilPhase(page, "finished");
  // The step has made other settings of them: rounds.
  await change(page, { rounds: 2 });
  await expect(button).toHaveText("Run 5 seeds");
  const plot = page.locator("[part=seeds-plot]");
  await expect(plot).toContainText("Mean ± standard deviation of 5 seeds");
  await expect(plot.getByRole("img")).toHaveAccessibleName(/Fixed kernel: [\d.]+ ± [\d.]+ %\. Best round: [\d.]+ ± [\d.]+ %\./);
  await expect(plot.locator("circle")).toHaveCount(10);
  await expect(page.locator("[part=seeds-of]")).toContainText("These seeds belong to other settings: Hidden star, 20 images, seed 12.");
  // The worker of the seeds has ended.
  await expect.poll(() => workersNamed(page, "")).toBe(1);
  await expectAccessible(page, "[part=accuracy]");

  // Another seed of the same settings shows the mean beside its numbers, and is what it is alone.
  await change(page, { seed: 5 });
  await untilPhase(page, "ready");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await untilPhase(page, "finished");
  await expect(page.locator("[part=accuracy-fixed-mean]")).toHaveText(/^mean [\d.]+ ± [\d.]+ %$/);
  await page.getByRole("button", { name: "Use seed 12" }).click();
  await untilPhase(page, "ready");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await untilPhase(page, "finished");
  expect(await accuracies(page)).toEqual(shown);
});

test("Stop ends the seeds and keeps those that are done", async ({ page }) => {
  await open(page, QUICK);
  await run(page);
  const button = page.locator("[part=seeds-run]");
  await button.click();
  // The seed on show is known already.
  await expect(page.locator("[part=seeds-status]")).toContainText("of 5 seeds");
  await button.click();
  await expect(button).toHaveText("Run 5 seeds");
  await expect(button).toBeFocused();
  await expect(page.locator("[part=seeds-plot] circle").first()).toBeVisible();
  await expect.poll(() => workersNamed(page, "")).toBe(1);
});
