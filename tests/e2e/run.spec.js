/** The run: star and digits to their end, the pictures, and every button. */
import { accuracies, cancelOnce, clickNow, expect, filterPictures, open, pixels, QUICK, run, test, untilPhase } from "./page.js";

test("the star is learned in one update", async ({ page }) => {
  await open(page, "?data=star");
  await run(page);
  const rounds = await accuracies(page);
  expect(rounds).toHaveLength(2);
  const [fixed, ...learned] = rounds.map(({ test }) => test);
  expect(fixed).toBeGreaterThan(70);
  expect(fixed).toBeLessThan(90);
  expect(Math.max(...learned)).toBeGreaterThan(92);
  await expect(page.locator("[part=accuracy-fixed] .value")).toHaveText(`${fixed?.toFixed(1)} %`);
  await expect(page.locator("[part=accuracy-learned] .value")).not.toHaveText("–");
  await expect(page.locator("[part=accuracy] svg[role=img]")).toBeVisible();
  await expect(page.locator("tr.best")).toHaveCount(1);
});

test("the kept round is the best on validation, whatever the test images say", async ({ page }) => {
  await open(page, "?data=star&train=30&validation=40&test=60&rounds=4&seed=3");
  await run(page);
  const rounds = await accuracies(page);
  const kept = Number(await page.locator("tr.best").getAttribute("data-round"));
  const best = Math.max(...rounds.map(({ validation }) => validation));
  expect(kept).toBe(rounds.findIndex(({ validation }) => validation === best));
});

test("filters are pictures, and they change from round to round", async ({ page }) => {
  await open(page, QUICK);
  expect((await pixels(page.locator("[part=filter-picture]").first())).colours).toBe(0);
  await run(page);
  const first = await Promise.all((await filterPictures(page, 1)).map(pixels));
  const second = await Promise.all((await filterPictures(page, 2)).map(pixels));
  expect(first).toHaveLength(8);
  for (const { colours } of [...first, ...second]) expect(colours).toBeGreaterThan(10);
  expect(new Set(first.map(({ text }) => text)).size).toBe(8);
  expect(first.map(({ text }) => text)).not.toEqual(second.map(({ text }) => text));
});

test("digits run to the end", async ({ page }) => {
  await open(page, "?data=mnist&train=150&validation=100&test=200");
  await run(page);
  const rounds = await accuracies(page);
  expect(rounds).toHaveLength(4);
  for (const { test } of rounds) expect(test).toBeGreaterThan(60);
  const pictures = await Promise.all((await filterPictures(page, 3)).map(pixels));
  expect(pictures).toHaveLength(8);
  for (const { colours } of pictures) expect(colours).toBeGreaterThan(4);
});

for (const data of ["noisy-mnist", "local-signal", "dead-leaves", "fashion-mnist"]) {
  test(`${data} runs to the end`, async ({ page }) => {
    await open(page, `?data=${data}&train=60&validation=40&test=60&rounds=2&agop=20`);
    await run(page);
    expect(await accuracies(page)).toHaveLength(2);
    for (const { colours } of await Promise.all((await filterPictures(page, 1)).map(pixels))) expect(colours).toBeGreaterThan(3);
  });
}

test("the same seed gives the same numbers, another seed other images", async ({ page }) => {
  await open(page, QUICK);
  await run(page);
  const once = await accuracies(page);
  await open(page, QUICK);
  expect(await accuracies(page)).toEqual([]);
  await page.locator("[data-chapter=data]").scrollIntoViewIfNeeded();
  const image = page.locator("[data-chapter=data] img").first();
  await expect(image).toHaveAttribute("src", /^data:image/);
  const shown = (await image.getAttribute("src")) ?? "";
  await run(page);
  expect(await accuracies(page)).toEqual(once);
  await page.getByRole("button", { name: "New seed" }).click();
  await expect(page).not.toHaveURL(/seed=12(&|$)/);
  await untilPhase(page, "ready");
  await expect(image).not.toHaveAttribute("src", shown);
});

test("Step runs one round at a time", async ({ page }) => {
  await open(page, QUICK);
  const step = page.getByRole("button", { name: "Step" });
  await step.click();
  await untilPhase(page, "between");
  expect(await accuracies(page)).toHaveLength(1);
  // The pictures follow the run, and no later round can be chosen yet.
  await expect(page.locator("[part=filters]")).toHaveAttribute("data-round", "1");
  expect((await pixels(page.locator("[part=filter-picture]").first())).colours).toBeGreaterThan(10);
  await page.locator("[part=round]").focus();
  await page.keyboard.press("End");
  await expect(page.locator("[part=filters]")).toHaveAttribute("data-round", "1");
  await step.click();
  await expect.poll(async () => (await accuracies(page)).length).toBe(2);
  await untilPhase(page, "between");
  await page.getByRole("button", { name: "Run on" }).click();
  await untilPhase(page, "finished");
  expect(await accuracies(page)).toHaveLength(3);
});

/** Large enough to be still at work when the button is pressed. */
const LONG = "?data=mnist&train=600&validation=200&test=500&depth=3&rounds=3&agop=300";

test("Pause stops the progress, Resume continues it", async ({ page }) => {
  await open(page, LONG);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  const bar = page.locator("[part=progress]");
  await expect.poll(() => bar.evaluate((/** @type {HTMLProgressElement} */ { value }) => value)).toBeGreaterThan(0);
  for (let i = 0; i < 5; i++) {
    await clickNow(page, "[part=run]");
    await untilPhase(page, "paused");
    const value = await bar.evaluate((/** @type {HTMLProgressElement} */ { value }) => value);
    await page.waitForTimeout(250);
    expect(await bar.evaluate((/** @type {HTMLProgressElement} */ { value }) => value)).toBe(value);
    await page.getByRole("button", { name: "Resume" }).click();
    await untilPhase(page, "running");
    await expect.poll(() => bar.evaluate((/** @type {HTMLProgressElement} */ { value }) => value)).toBeGreaterThan(value);
  }
  await page.getByRole("button", { name: "Cancel" }).click();
  await untilPhase(page, "cancelled");
});

test("Cancel keeps the finished rounds, and Run continues after them", async ({ page }) => {
  await open(page, "?data=mnist&train=300&validation=50&test=100&rounds=3&agop=150");
  const run = page.getByRole("button", { name: "Run", exact: true });
  await cancelOnce(page, "accuracy-table", "tr[data-round]");
  await run.click();
  await untilPhase(page, "cancelled");
  const cancelled = await accuracies(page);
  expect(cancelled).toHaveLength(1);
  await run.click();
  await untilPhase(page, "finished", 120_000);
  const rounds = await accuracies(page);
  expect(rounds).toHaveLength(3);
  expect(rounds[0]).toEqual(cancelled[0]);
});

for (const language of ["en", "es"]) {
  test(`on a phone the state of a run is written in full (${language})`, async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 800 });
    const expectWhole = async () => {
      const cut = await page
        .locator("[part=progress-text]")
        .evaluate((text) => (text.scrollHeight > text.clientHeight + 1 || text.scrollWidth > text.clientWidth + 1) && text.textContent);
      expect(cut).toBe(false);
    };
    await open(page, `${QUICK}&lang=${language}`);
    await page.locator("[part=step]").click();
    await untilPhase(page, "between");
    await expectWhole();
    await page.locator("[part=run]").click();
    await untilPhase(page, "finished");
    await expectWhole();
    await open(page, `${LONG}&lang=${language}`);
    await page.locator("[part=run]").click();
    await untilPhase(page, "running");
    await page.locator("[part=cancel]").click();
    await untilPhase(page, "cancelled");
    await expectWhole();
  });
}

for (const stage of ["agop", "predict"]) {
  test(`Cancel during ${stage} costs its round only, with its M, and the round can be repeated`, async ({ page }) => {
    await open(page, "?data=mnist&train=300&validation=100&test=700&depth=2&rounds=3&agop=300");
    await page.locator("[data-chapter=compare]").scrollIntoViewIfNeeded();
    const step = page.getByRole("button", { name: "Step" });
    await step.click();
    await untilPhase(page, "between");
    const first = await accuracies(page);
    await cancelOnce(page, "progress", `[data-stage=${stage}]`);
    await step.click();
    await untilPhase(page, "cancelled");
    expect(first).toHaveLength(1);
    expect(await accuracies(page)).toEqual(first);
    // M of round 0 is the newest that is left.
    await expect(page.locator("[part=filters]")).toHaveAttribute("data-round", "1");
    await expect(page.locator("[part=loop-said]")).toContainText("Next, round 1");
    await step.click();
    await untilPhase(page, "between");
    const both = await accuracies(page);
    expect(both).toHaveLength(2);
    expect(both[0]).toEqual(first[0]);
    await expect(page.locator("[part=compare-round]")).toHaveValue("1");
    await expect(page.locator("[part=confusion-learned] tbody td[data-n]")).toHaveCount(100);
  });
}

test("Cancel works while paused", async ({ page }) => {
  await open(page, LONG);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("button", { name: "Pause" }).click();
  await untilPhase(page, "paused");
  await page.getByRole("button", { name: "Cancel" }).click();
  await untilPhase(page, "cancelled");
});
