/** A run is never lost without being asked: what keeps its results on show, and what brings them back. */
import { accuracies, allowOnConsole, change, clickNow, expect, inWorker, open, QUICK, run, test, untilPhase } from "./page.js";

/** @import { Page } from "@playwright/test" */

const belongs = (/** @type {Page} */ page) => page.locator("[part=belongs-text]");

/** Everything in the table, seconds included: a run that was made again would differ. @param {Page} page */
const table = (page) => page.locator("[part=accuracy-table] tr[data-round]").allTextContents();

const LONG = "?data=mnist&train=300&validation=100&test=200&depth=3&rounds=2&agop=150";

test("settings, data set, seed, language, the part after # and Back keep the results on show", async ({ page }) => {
  await open(page, QUICK);
  await run(page);
  const before = await table(page);
  expect(before).toHaveLength(3);
  await expect(belongs(page)).toHaveText("Results: Hidden star, 20 images, seed 12.");
  const kept = async () => {
    await untilPhase(page, "ready");
    await expect(belongs(page)).toContainText("These results belong to: Hidden star, 20 images, seed 12.");
    expect(await table(page)).toEqual(before);
  };

  await change(page, { patch: 7, rounds: 2 });
  await kept();
  await expect(belongs(page)).toContainText("The settings have changed: Patch size 5 → 7; Rounds 3 → 2. Press Run to use them.");
  await page.locator("[part=undo]").click();
  await untilPhase(page, "finished");
  await expect(page).toHaveURL(/patch=5/);
  await expect(belongs(page)).toBeFocused();
  await expect(page.locator("[part=undo]")).toHaveCount(0);

  await change(page, { data: "local-signal" });
  await kept();
  await expect(belongs(page)).toContainText("Data set Hidden star → Local signal");
  await page.goBack();
  await untilPhase(page, "finished");

  await page.getByRole("button", { name: "New seed" }).click();
  await kept();
  await expect(belongs(page)).toContainText(/Seed 12 → \d+\./);
  await page.getByRole("button", { name: "Español" }).press("Enter");
  await expect(belongs(page)).toContainText("Estos resultados son de: Estrella, 20 imágenes, semilla 12.");
  await page.getByRole("button", { name: "English" }).press("Enter");
  await kept();
  // One click brings the seed back.
  await page.getByRole("button", { name: "Use seed 12" }).click();
  await untilPhase(page, "finished");

  await page.evaluate(() => (location.hash = "#noise"));
  await expect(page).toHaveURL(/#noise$/);
  await untilPhase(page, "finished");
  expect(await table(page)).toEqual(before);

  // Only the next Run replaces them.
  await change(page, { patch: 7 });
  await untilPhase(page, "ready");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await untilPhase(page, "finished");
  await expect(belongs(page)).toHaveText("Results: Hidden star, 20 images, seed 12.");
  expect(await table(page)).not.toEqual(before);
});

test("every setting is an entry of the history, a held key is one", async ({ page }) => {
  await open(page, QUICK);
  await run(page);
  const seed = page.getByRole("button", { name: "New seed" });
  // Both clicks in one call: only changes within a second are one entry.
  await seed.evaluate(async (/** @type {HTMLButtonElement} */ button) => {
    button.click();
    await new Promise((resolve) => setTimeout(resolve));
    button.click();
  });
  await page.getByRole("button", { name: "Español" }).press("Enter");
  await expect(page).toHaveURL(/lang=es/);
  await page.goBack();
  await expect(page).not.toHaveURL(/lang=es/);
  await expect(page).not.toHaveURL(/seed=12/);
  await page.goBack();
  await expect(page).toHaveURL(/seed=12/);
  await untilPhase(page, "finished");
  expect(await accuracies(page)).toHaveLength(3);
  await page.goForward();
  await untilPhase(page, "ready");
});

test("a change during a run leaves the run alone and applies to the next one", async ({ page }) => {
  await open(page, LONG);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await untilPhase(page, "running");
  await change(page, { patch: 5 });
  await expect(belongs(page)).toHaveText("The run goes on with: Digits, 300 images, seed 4. For the next run: Patch size 3 → 5.");
  await untilPhase(page, "ready", 120_000);
  expect(await accuracies(page)).toHaveLength(2);
  await expect(belongs(page)).toContainText("These results belong to: Digits, 300 images, seed 4.");
  // A cancelled run stays in reach as well.
  await page.locator("[part=undo]").click();
  await untilPhase(page, "finished");
});

test("Step after the last round, and more rounds in the settings, continue the run", async ({ page }) => {
  await open(page, QUICK.replace("rounds=3", "rounds=2"));
  await run(page);
  const two = await table(page);
  await page.getByRole("button", { name: "Step" }).click();
  await expect(page.locator("[part=accuracy-table] tr[data-round]")).toHaveCount(3);
  await untilPhase(page, "finished");
  await expect(page).toHaveURL(/rounds=3/);
  // Without "(best)": the new round may be better.
  const bare = (/** @type {string[]} */ rows) => rows.map((row) => row.replace(" (best)", "").replace(/[\d.]+$/, ""));
  const three = await table(page);
  expect(bare(three).slice(0, 2)).toEqual(bare(two));
  expect(three[0]).toBe(two[0]);

  await change(page, { rounds: 4 });
  await untilPhase(page, "ready");
  await expect(belongs(page)).toContainText("Rounds 3 → 4. Run continues with round 3.");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await untilPhase(page, "finished");
  const four = await table(page);
  expect(four).toHaveLength(4);
  expect(four[0]).toBe(two[0]);

  // The same numbers as a run of four rounds from the start.
  const found = await accuracies(page);
  await open(page, QUICK.replace("rounds=3", "rounds=4"));
  await run(page);
  expect(await accuracies(page)).toEqual(found);
});

test("Run again keeps the finished run until the new one has finished", async ({ page }) => {
  await open(page, LONG);
  await run(page);
  const before = await table(page);
  await page.getByRole("button", { name: "Run again" }).click();
  await untilPhase(page, "running");
  await clickNow(page, "[part=cancel]");
  await untilPhase(page, "cancelled");
  await page.getByRole("button", { name: "Show it again" }).click();
  await untilPhase(page, "finished");
  expect(await table(page)).toEqual(before);
  await expect(belongs(page)).toBeFocused();
  // The worker holds it, too: it can go on.
  await page.getByRole("button", { name: "Step" }).click();
  await expect(page.locator("[part=accuracy-table] tr[data-round]")).toHaveCount(3);
  await untilPhase(page, "finished");
  await page.getByRole("button", { name: "Run again" }).click();
  await untilPhase(page, "running");
  await untilPhase(page, "finished", 120_000);
  await expect(page.locator("[part=restore]")).toHaveCount(0);
  expect(await accuracies(page)).toHaveLength(3);
});

test("settings that the engine refuses are refused before Run, in its words, and the results stay", async ({ page }) => {
  // Seed 5 asks for a billion images.
  const reached = await inWorker(
    page,
    `addEventListener("message", ({ data }) => {
       const [spec] = data.path?.[0] === "prepare" ? data.argumentList : [];
       if (spec?.value.seed === 5) spec.value.train = 1e9;
     })`,
  );
  await open(page, QUICK);
  reached();
  await run(page);
  const before = await table(page);
  await change(page, { seed: 5 });
  await untilPhase(page, "failed");
  await expect(page.locator("[part=impossible]")).toContainText(/These settings cannot be run.*bytes.*at most \d+ images fit/s);
  await expect(page.locator("[part=run]")).toBeDisabled();
  await expect(page.locator("[part=step]")).toBeDisabled();
  expect(await table(page)).toEqual(before);
  await page.locator("[part=impossible]").getByRole("button", { name: "Undo" }).click();
  await untilPhase(page, "finished");
  await expect(page.locator("[part=impossible]")).toHaveCount(0);
  expect(await table(page)).toEqual(before);
});

test("a worker whose script does not load is tried twice more, then said", async ({ page }) => {
  allowOnConsole(/Failed to load resource|ERR_FAILED/);
  allowOnConsole(/Failed to load resource|ERR_FAILED/);
  let failures = 1;
  await page.route(/worker-[^/]*\.js/, (route) => (failures-- > 0 ? route.abort() : route.continue()));
  await open(page, QUICK);
  await expect(page.getByRole("alert")).toHaveCount(0);
  failures = 3;
  await page.reload();
  await untilPhase(page, "failed");
  await expect(page.locator("[part=failure]")).toContainText("The engine could not be loaded; it was tried three times.");
  await page.getByRole("button", { name: "Try again" }).click();
  await untilPhase(page, "ready");
  await run(page);
});
