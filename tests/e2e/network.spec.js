/** A network that is trained beside the run: its pictures and numbers, looking back, pause and cancel. */
import {
  clickNow,
  expect,
  expectAccessibleInBothSchemes,
  expectFitsWindows,
  filterPictures,
  open,
  pixels,
  run,
  test,
} from "./page.js";

/** @import { Page } from "@playwright/test" */

const DIGITS = "?engine=cpu&data=mnist&train=60&validation=20&test=40&seed=2&patch=3&depth=2&ridge=0.001&rounds=2&agop=12";

/** @param {Page} page */
const said = (page) => page.locator("[part=network-said]");

/** @param {Page} page @param {string | RegExp} phase */
const untilNetwork = (page, phase) => expect(said(page)).toHaveAttribute("data-phase", phase, { timeout: 120_000 });

/** The chapter, with small choices. @param {Page} page */
async function toNetwork(page) {
  await page.locator("[data-chapter=network]").scrollIntoViewIfNeeded();
  await page.locator("[part=network-width]").selectOption("8");
  await page.locator("[part=network-epochs]").selectOption("10");
}

/** What the sentences say of the shown epoch and layer. @param {Page} page */
const numbers = (page) =>
  page
    .locator("[data-chapter=network] ol > li")
    .evaluateAll((items) => items.map((item) => [item.getAttribute("part"), item.textContent?.match(/−?\d\.\d\d|–/)?.[0] ?? ""]));

test("a network learns beside the run: three rows of filters, two matrices, curves, and every epoch to look back at", async ({
  page,
}) => {
  await open(page, DIGITS);
  await run(page);
  await toNetwork(page);
  await expect(said(page)).toContainText("2 layers of 8 filters of 3 × 3 pixels, 10 epochs on 60 images");
  await page.locator("[part=network-train]").click();
  await untilNetwork(page, "finished");
  await expect(said(page)).toContainText("10 epochs");

  // Three rows: the network's filters, its gradients, ConvRFM's M, which is that of the first screen.
  const filters = page.locator("[part=network-filter]");
  await expect(filters).toHaveCount(24);
  await expect(page.getByRole("img", { name: /^Network: its filters, number 1: \d+ % of the trace$/ })).toBeVisible();
  const pictures = async () => Promise.all((await filters.all()).map(pixels));
  await expect.poll(async () => Math.min(...(await pictures()).map(({ colours }) => colours))).toBeGreaterThan(2);
  const drawn = await pictures();
  const above = await Promise.all((await filterPictures(page, 1)).map(pixels));
  expect(drawn.slice(16), "M is the one of the run").toEqual(above);
  for (const matrix of await page.locator("[part=network-matrix]").all()) expect((await pixels(matrix)).colours).toBeGreaterThan(5);

  const last = await numbers(page);
  expect(last.map(([name]) => name)).toEqual(
    ["trained", "untrained", "random", "initial", "centred", "m"].map((name) => `network-${name}`),
  );
  for (const [, value] of last) expect(Number(value?.replace("−", "-"))).not.toBeNaN();
  await page.locator("[part=network-exponent]").selectOption("true");
  expect(await numbers(page), "the root of the AGOP").not.toEqual(last);
  await page.locator("[part=network-exponent]").selectOption("false");

  // Before training it is its own baseline, and nothing has been added.
  await page.locator("[part=network-epoch]").focus();
  await page.keyboard.press("Home");
  await expect(page.locator("[part=network-epoch-name]")).toHaveText("Epoch 0: before training");
  const first = Object.fromEntries(await numbers(page));
  expect(first["network-trained"]).toBe(first["network-untrained"]);
  expect(first["network-initial"]).toBe("1.00");
  expect(first["network-centred"]).toBe("–");
  await expect.poll(async () => JSON.stringify(await pictures())).not.toBe(JSON.stringify(drawn));

  // The second layer reads eight maps, not pixels.
  await page.locator("[part=network-layer]").selectOption({ value: "1" });
  await expect(filters).toHaveCount(16);
  await expect(page.locator("[part=network-roads]")).toContainText("A patch of this layer has 8 channels");

  await expectFitsWindows(page);
  await expectAccessibleInBothSchemes(page, "[data-chapter=network]");
});

test("a training that was paused and cancelled ends as one that was not", async ({ page }) => {
  await open(page, DIGITS);
  await toNetwork(page);
  await page.locator("[part=network-train]").click();
  await untilNetwork(page, "running");
  // Playwright's own click waits, and the ten epochs would be over.
  await clickNow(page, "[part=network-train]");
  await expect(said(page)).toContainText(/Paused in epoch \d+/);
  // An epoch that was ending when the training paused is still reported.
  const sentence = () => said(page).textContent();
  await expect
    .poll(async () => {
      const before = await sentence();
      await page.waitForTimeout(1000);
      return (await sentence()) === before;
    })
    .toBe(true);
  const paused = await sentence();
  await page.waitForTimeout(1500);
  expect(await sentence(), "nothing goes on").toBe(paused);
  await clickNow(page, "[part=network-train]");
  await untilNetwork(page, "running");
  await clickNow(page, "[part=network-cancel]");
  await untilNetwork(page, "cancelled");
  await page.getByRole("button", { name: "Go on" }).click();
  await untilNetwork(page, "finished");
  const interrupted = await numbers(page);

  await page.getByRole("button", { name: "Train another" }).click();
  await untilNetwork(page, "running");
  await untilNetwork(page, "finished");
  expect(await numbers(page)).toEqual(interrupted);
});
