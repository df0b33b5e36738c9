/** The second part of the network's chapter: a network that others have trained, from a local server, a file, and the hub. */
import { image, png } from "./images.js";
import { startHub, useHub } from "./hub.js";
import { allowOnConsole, clickNow, expect, expectAccessibleInBothSchemes, expectFitsWindows, open, pixels, QUICK, test as base } from "./page.js";
import { weightsFile } from "./weights.js";

/** @import { Page } from "@playwright/test" */
/** @typedef {Awaited<ReturnType<typeof startHub>>} Hub */

const LITE = "somebody/lite0";
const RESNET = "somebody/resnet18.small";

/** One server for all tests. @type {import("@playwright/test").TestType<import("@playwright/test").PlaywrightTestArgs & {hub: Hub}, {server: Hub}>} */
const test = /** @type {any} */ (base).extend({
  server: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, /** @type {(hub: Hub) => Promise<void>} */ use) => {
      const hub = await startHub(
        {},
        {
          [LITE]: { revision: "a1", licence: "apache-2.0", file: weightsFile("efficientnet-lite0") },
          [RESNET]: { revision: "b2", licence: "bsd-3-clause", file: weightsFile("resnet34") },
        },
      );
      await use(hub);
      await hub.close();
    },
    { scope: "worker" },
  ],
  hub: async (/** @type {{server: Hub, page: Page}} */ { server, page }, /** @type {(hub: Hub) => Promise<void>} */ use) => {
    server.forget();
    // The weights of a site that was built without them may be anywhere.
    await useHub(page, server.address, `${server.address}/${LITE}/resolve/a1/model.safetensors`);
    await use(server);
  },
});

const PHOTOGRAPH = { name: "block.png", mimeType: "image/png", buffer: png(image(2, 5, { side: 96 }), 96) };

/** @param {Page} page @param {string} name */
const part = (page, name) => page.locator(`[part=imagenet-${name}]`);

/** @param {Page} page @param {string | RegExp} phase */
const until = (page, phase) => expect(part(page, "said")).toHaveAttribute("data-phase", phase, { timeout: 120_000 });

/** @param {Page} page */
async function toImageNet(page) {
  await open(page, QUICK);
  await page.locator("[data-chapter=network]").scrollIntoViewIfNeeded();
  await part(page, "other").first().scrollIntoViewIfNeeded();
}

/** Photographs beside the page are measured of themselves; without them the reader's own is. @param {Page} page */
async function measure(page) {
  await until(page, "opened");
  const samples = await part(page, "photograph").count();
  await part(page, "own").setInputFiles(PHOTOGRAPH);
  await expect(part(page, "photograph")).toHaveCount(samples + 1);
  await until(page, "opened");
  await expect(part(page, "said")).toContainText(`AGOP over ${samples || "1 photograph"}`);
  // The pictures are placeholders until the worker has answered.
  await expect(page.locator("[part=imagenet] [data-measured=true]")).toBeAttached();
}

const all = (/** @type {import("@playwright/test").Locator} */ pictures) => pictures.all().then((each) => Promise.all(each.map(pixels)));

test("the network beside the page: filters, matrices of any layer, and a photograph seen through both", async ({ page, hub }) => {
  await toImageNet(page);
  await expect(page.locator("[part=imagenet]")).toContainText("Half precision, licence Apache-2.0.");
  expect(hub.record(), "nothing is downloaded before a click").toEqual([]);
  await page.getByRole("button", { name: "Download EfficientNet-Lite0, 9 MB" }).click();
  await until(page, "opened");
  await expect(part(page, "said")).toContainText("EfficientNet-Lite0: 266,570 weights, 33 layers of convolution. Licence: Apache-2.0.");
  await measure(page);

  // The stem reads pixels: its filters are in colour, and so are the eigenvectors of both matrices.
  await expect(part(page, "weight")).toHaveCount(8);
  await expect(part(page, "filter")).toHaveCount(16);
  const stem = await all(part(page, "filter"));
  for (const { colours } of stem) expect(colours).toBeGreaterThan(5);
  const matrices = await all(part(page, "matrix"));
  for (const { colours } of matrices) expect(colours).toBeGreaterThan(20);
  const said = part(page, "correlation");
  await expect(said).toContainText(/have correlation −?\d\.\d\d\./);
  const one = await said.textContent();
  await part(page, "exponent").selectOption("true");
  await expect(said, "the root of the AGOP").not.toHaveText(one ?? "");
  await expect(page.locator("[part=network-exponent]"), "one switch for both parts").toHaveValue("true");

  // The photograph, its classes, and its patches through both.
  await expect(part(page, "classes").locator("li")).toHaveCount(3);
  await expect(part(page, "classes")).toContainText(/class \d: \d+ %/);
  expect((await pixels(part(page, "shown"))).colours).toBeGreaterThan(10);
  await expect.poll(async () => Math.min(...(await all(part(page, "seen"))).map(({ colours }) => colours))).toBeGreaterThan(10);
  const seen = await all(part(page, "seen"));

  // Another layer has another matrix, other maps, and filters over maps.
  await part(page, "layer").selectOption("1");
  await expect(page.locator("[part=imagenet-filters]")).toContainText("This layer reads 8 maps");
  await expect.poll(async () => JSON.stringify(await all(part(page, "matrix")))).not.toBe(JSON.stringify(matrices));
  await expect.poll(async () => JSON.stringify(await all(part(page, "seen")))).not.toBe(JSON.stringify(seen));
  await expectFitsWindows(page);
  await expectAccessibleInBothSchemes(page, "[part=imagenet]");

  // The second time it comes from the browser's cache.
  hub.forget();
  await page.reload();
  await page.locator("[data-chapter=network]").scrollIntoViewIfNeeded();
  await page.getByRole("button", { name: "Download EfficientNet-Lite0" }).click();
  await until(page, /photographs|measuring|opened/);
  expect(hub.record(), "requests after a reload").toEqual([]);
});

test("a download shows how far it is and can be cancelled, and so can a measurement", async ({ page, hub }) => {
  await toImageNet(page);
  // Longer than a slow machine needs to find the button; the download is cancelled anyway.
  hub.manners.pace = 20_000;
  await page.getByRole("button", { name: "Download EfficientNet-Lite0" }).click();
  await until(page, "opening");
  await clickNow(page, "[part=imagenet-cancel]");
  await until(page, "idle");
  await expect(part(page, "refused")).toHaveCount(0);
  hub.forget();
  await page.getByRole("button", { name: "Download EfficientNet-Lite0" }).click();
  await until(page, /measuring|opened/);
  if ((await part(page, "photograph").count()) === 0) await part(page, "own").setInputFiles(PHOTOGRAPH);
  await until(page, /measuring/);
  await clickNow(page, "[part=imagenet-cancel]");
  await until(page, "opened");
});

test("a file of another architecture is refused in one sentence, and its own one opens", async ({ page }) => {
  await toImageNet(page);
  // As the site was built: with the weights beside it or without.
  const offered = await part(page, "download").count();
  await expect(page.locator("[part=imagenet]")).toContainText(offered ? "Half precision" : "This copy of the page has no such network beside it.");
  await part(page, "other").click();
  const file = (/** @type {Buffer} */ buffer) => ({ name: "mine.safetensors", mimeType: "application/octet-stream", buffer });
  await part(page, "architecture-file").selectOption("alexnet");
  await part(page, "file").setInputFiles(file(weightsFile("resnet34")));
  await expect(part(page, "refused")).toContainText("The network cannot be opened. features.0.weight: found nothing, expected an array of shape [64, 3, 11, 11] for alexnet.");
  await part(page, "architecture-file").selectOption("resnet34");
  await part(page, "file").setInputFiles(file(weightsFile("resnet34", (name, shape) => (name === "conv1.weight" ? [8, 3, 7, 6] : shape))));
  await expect(part(page, "refused")).toContainText("found shape [8, 3, 7, 6], expected shape [8, 3, 7, 7] for resnet34.");
  await part(page, "file").setInputFiles(file(weightsFile("resnet34").subarray(0, 5000)));
  await expect(part(page, "refused")).toContainText(/expected at most \d+: a \.safetensors file that is complete|expected bytes that the file has/);
  await part(page, "file").setInputFiles(file(weightsFile("resnet34")));
  await expect(part(page, "said")).toContainText("mine.safetensors (resnet34)");
  await expect(part(page, "refused")).toHaveCount(0);
  await until(page, /photographs|measuring|opened/);
});

test("the hub is asked for the size first, and for the file once the reader agrees", async ({ page, hub }) => {
  await toImageNet(page);
  await part(page, "other").click();
  expect(hub.record()).toEqual([]);
  await part(page, "hub-name").fill("no name at all");
  await page.getByRole("button", { name: "Look it up" }).click();
  await expect(page.getByText("A repository on the hub is named like")).toBeVisible();
  expect(hub.record()).toEqual([]);
  allowOnConsole(/404/);
  await part(page, "hub-name").fill("nobody/nothing");
  await page.getByRole("button", { name: "Look it up" }).click();
  await expect(part(page, "refused")).toContainText("The hub has no network “nobody/nothing” (404).");
  hub.forget();
  await part(page, "hub-name").fill(RESNET);
  await part(page, "architecture-hub").selectOption("resnet34");
  await page.getByRole("button", { name: "Look it up" }).click();
  await expect(part(page, "offer")).toContainText(/somebody\/resnet18\.small: 1 MB from 127\.0\.0\.1:\d+\. Licence: bsd-3-clause\./);
  expect(hub.record().map(({ path }) => path)).toEqual([`/api/models/${RESNET}?blobs=true`]);
  await part(page, "offer").getByRole("button", { name: "Download" }).click();
  await expect(part(page, "said")).toContainText(RESNET);
  await until(page, /photographs|measuring|opened/);
  await expect(part(page, "layer").locator("option").first()).toHaveText("1: conv1 (8 × 3 × 7 × 7)");
});
