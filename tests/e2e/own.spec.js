/** Images of the reader's own, from files: every format ends with a fitted model and drawn filters; what is bad changes nothing. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { idx, image, mat, parquet, pictureFiles, png, SIDE, zip } from "./images.js";
import { expect, expectAccessibleInBothSchemes, expectFitsWindows, open, QUICK, run, shrink, test, untilPhase } from "./page.js";
import { chooseSet, currentSet, dataChapter, fit, openOwn, openSettings, set } from "./settings.js";

/** @import { Page } from "@playwright/test" */

const pack = fileURLToPath(new URL("../../www/data/mnist.npz", import.meta.url));
/** The folder with excerpts of the published files of data sets. */
const shared = process.env.CONVRFM_SHARED ?? "";

/** @typedef {{name: string, mimeType: string, buffer: Buffer}} Payload */

/** @param {string} name @param {Buffer} buffer @returns {Payload} */
const payload = (name, buffer) => ({ name, mimeType: "application/octet-stream", buffer });

/** In the dialog, one click to the files. @param {Page} page @param {Payload[] | string[]} files */
async function pick(page, files) {
  await openOwn(page);
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose files" }).click();
  await (await chooser).setFiles(/** @type {any} */ (files));
}

/** What was opened is on the page. @param {Page} page @param {string | RegExp} said */
async function expectOpened(page, said) {
  await expect(page.locator("[part=opened]")).toContainText(said);
  await expect(page.getByRole("dialog")).toBeHidden();
  await untilPhase(page, "ready");
  await expect(await dataChapter(page)).toContainText("You are responsible for the licence of your own images. The images stay in this browser.");
}

/** Writes files into a folder that is gone after the test. @param {{name: string, bytes: Buffer}[]} files @param {(folder: string) => Promise<void>} use */
async function inFolder(files, use) {
  const folder = await mkdtemp(join(tmpdir(), "convrfm-"));
  try {
    for (const { name, bytes } of files) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), bytes);
    }
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const { images, labels } = idx(60);

/** @type {{what: string, files: () => Payload[] | string[], said: RegExp, shape: string}[]} */
const FORMATS = [
  {
    what: "IDX, images and labels",
    files: () => [payload("train-images-idx3-ubyte", images), payload("train-labels-idx1-ubyte", labels)],
    said: /60 images, 2 classes/,
   
    shape: "12 × 12 pixels, grey",
  },
  { what: "a NumPy archive", files: () => [pack], said: /mnist\.npz: 3,000 images, 10 classes/, shape: "28 × 28 pixels, grey" },
  { what: "a .mat file as SVHN has it", files: () => [payload("train_32x32.mat", mat(60))], said: /60 images/, shape: "12 × 12 pixels, colour" },
  {
    what: "Parquet with pictures",
    files: () => [payload("train-00000-of-00001.parquet", parquet({ count: 60 }))],
    said: /train-00000-of-00001\.parquet: 60 images, 2 classes/,
   
    shape: "12 × 12 pixels, colour",
  },
  {
    what: "a .zip of pictures in folders",
    files: () => [payload("bars.zip", zip(pictureFiles(["lying", "standing", "block"], 20)))],
    said: /bars\.zip: 60 images, 3 classes/,
   
    shape: "12 × 12 pixels, colour",
  },
];

for (const { what, files, said, shape } of FORMATS) {
  test(`${what}: opened and fitted`, async ({ page }) => {
    await open(page, QUICK);
    await pick(page, files());
    await expectOpened(page, said);
    await expect(page.locator("[data-chapter=data]")).toContainText(shape);
    await shrink(page);
    await fit(page);
  });
}

test("a folder picked: one class per folder, train and test as the folders say", async ({ page }) => {
  const files = [...pictureFiles(["cats", "dogs"], 20, "train/"), ...pictureFiles(["cats", "dogs"], 8, "test/", 100)];
  await inFolder(files, async (folder) => {
    await open(page, QUICK);
    await openOwn(page);
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Choose a folder" }).click();
    await (await chooser).setFiles(folder);
    await expectOpened(page, "56 images, 2 classes");
    await expect(page.locator("[data-chapter=data] figcaption")).toHaveText(["cats", "dogs"]);
    await shrink(page, { test: "16" });
    await page.getByText("Images per class").click();
    await expect(page.locator("[part=class-counts] tbody tr").first()).toHaveText("cats1058");
    await fit(page);
  });
});

test("a folder dropped on the page: a real drop, without any click", async ({ page }) => {
  await inFolder(pictureFiles(["cats", "dogs"], 20, "pets/"), async (folder) => {
    await open(page, QUICK);
    // The part of the page that takes files is loaded after the first screen.
    await expect(page.getByText("Drop to open")).toBeAttached();
    const client = await page.context().newCDPSession(page);
    const data = { items: [], files: [join(folder, "pets")], dragOperationsMask: 1 };
    for (const type of /** @type {const} */ (["dragEnter", "dragOver", "drop"])) {
      if (type === "drop") await expect(page.getByText("Drop to open")).toBeVisible();
      await client.send("Input.dispatchDragEvent", { type, x: 600, y: 500, data });
    }
    await expectOpened(page, /pets: 40 images, 2 classes/);
    await expect(page.getByText("Drop to open")).toBeHidden();
    await shrink(page);
    await fit(page);
  });
});

test("the official archives: CIFAR-10 as .tar.gz", async ({ page }) => {
  test.skip(!shared, "the environment variable CONVRFM_SHARED is not set");
  await open(page, QUICK);
  await pick(page, [join(shared, "data/cifar-10/cifar-10-binary.tar.gz")]);
  await expectOpened(page, /1,500 images, 10 classes/);
  await expect(page.locator("[data-chapter=data] figcaption")).toHaveText(["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]);
  await expect(page.locator("[data-chapter=data]")).toContainText("32 × 32 pixels, colour, values 0 to 1");
  await shrink(page, { train: "40", validation: "20", test: "20", patch: "5" });
  await fit(page);
});

test("the official files: Fashion-MNIST as four IDX.gz", async ({ page }) => {
  test.skip(!shared, "the environment variable CONVRFM_SHARED is not set");
  await open(page, QUICK);
  const names = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"];
  await pick(page, names.map((name) => join(shared, `data/fashion-mnist/${name}-ubyte.gz`)));
  await expectOpened(page, /13,500 images, 10 classes/);
  await shrink(page, { train: "60", validation: "30", test: "40" });
  await fit(page);
});

test("pictures can be made another size, and grey", async ({ page }) => {
  await open(page, QUICK);
  await pick(page, [payload("bars.zip", zip(pictureFiles(["lying", "standing"], 20)))]);
  await expectOpened(page, "40 images");
  await openSettings(page);
  await set(page, "side", "24");
  await expect(page.locator("[data-chapter=data]")).toContainText("24 × 24 pixels, colour");
  await page.getByRole("checkbox", { name: "Colour" }).uncheck();
  await expect(page.locator("[data-chapter=data]")).toContainText("24 × 24 pixels, grey");
  await untilPhase(page, "ready");
  await shrink(page);
  await fit(page);
});

test("any set can be put in frames of noise", async ({ page }) => {
  await open(page, QUICK);
  await pick(page, [payload("bars.zip", zip(pictureFiles(["lying", "standing"], 20)))]);
  await expectOpened(page, "40 images");
  await shrink(page);
  await page.getByRole("checkbox", { name: "Noisy frame" }).check();
  await expect(page.locator("[data-chapter=data]")).toContainText("18 × 18 pixels");
  await expect(page.locator("[part=set-sigma]")).toBeVisible();
  await untilPhase(page, "ready");
  await fit(page);
});

test("what was opened stays one click away, and is in no link", async ({ page }) => {
  await open(page, QUICK);
  await pick(page, [payload("bars.zip", zip(pictureFiles(["lying", "standing"], 20)))]);
  await expectOpened(page, "A link cannot contain these images.");
  await expect(currentSet(page)).toContainText("bars.zip");
  await chooseSet(page, "Hidden star");
  await untilPhase(page, "ready");
  await expect(page.locator("[data-chapter=data] figcaption").first()).toHaveText("noise only");
  await chooseSet(page, "bars.zip");
  await untilPhase(page, "ready");
  await expect(page.locator("[data-chapter=data] figcaption").first()).toHaveText("lying");
  await page.reload();
  await untilPhase(page, "ready");
  await expect(page.locator("[part=corrections]")).toContainText("A link cannot carry files");
});

test("PNGs of 16 bits and with a palette are pictures like any other", async ({ page }) => {
  await open(page, QUICK);
  const kinds = /** @type {const} */ ([{ type: 0, depth: 16 }, { type: 3, depth: 8 }, { type: 0, depth: 8 }]);
  const files = [0, 1].flatMap((label) =>
    Array.from({ length: 18 }, (_, i) => ({
      name: `${label}/${i}.png`,
      bytes: png(image(label, i, { channels: 1 }), SIDE, kinds[i % 3]),
    })),
  );
  await pick(page, [payload("kinds.zip", zip(files))]);
  await expectOpened(page, "36 images, 2 classes");
  await expect(page.locator("[data-chapter=data]")).toContainText("12 × 12 pixels, grey");
});

const good = pictureFiles(["lying", "standing"], 20);

/** Bad files, and the words that have to be in the sentence. @type {{what: string, files: () => Payload[], words: RegExp}[]} */
const BAD = [
  { what: "labels without images", files: () => [payload("train-labels-idx1-ubyte", labels)], words: /image/i },
  { what: "more images than bytes", files: () => [payload("train-images-idx3-ubyte", images.subarray(0, 1000)), payload("train-labels-idx1-ubyte", labels)], words: /60/ },
  { what: "a wrong magic number", files: () => [payload("train-images-idx3-ubyte", Buffer.from("nothing of the kind")), payload("train-labels-idx1-ubyte", labels)], words: /train-images/ },
  { what: "one class only", files: () => [payload("one.zip", zip(good.slice(0, 20)))], words: /one class|two/i },
  { what: "a picture that is none", files: () => [payload("broken.zip", zip([...good, { name: "standing/zzz.png", bytes: Buffer.from("not a picture") }]))], words: /standing\/zzz\.png/ },
  { what: "half a .zip", files: () => [payload("half.zip", zip(good).subarray(0, 5000))], words: /half\.zip|zip/i },
  { what: "half a Parquet file", files: () => [payload("half.parquet", parquet({ count: 60 }).subarray(0, 9000))], words: /half\.parquet: not a Parquet file/ },
  { what: "a Parquet file without pictures", files: () => [payload("t.parquet", parquet({ count: 20, columns: ["img", "comment"], classes: null }))], words: /found the columns img, comment; expected one with a label/ },
  { what: "something unknown", files: () => [payload("thesis.doc", Buffer.from("Chapter 1"))], words: /thesis\.doc/ },
];

test("bad files are told why, beside the control, and what was there is still there", async ({ page }) => {
  await open(page, QUICK);
  const before = await fit(page);
  for (const { what, files, words } of BAD) {
    await pick(page, files());
    const alert = page.getByRole("dialog").getByRole("alert").filter({ visible: true });
    await expect(alert, what).toContainText(words);
    await expect(alert, what).toContainText("your previous data is unchanged");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
  }
  await untilPhase(page, "finished");
  await expect(currentSet(page)).toContainText("Hidden star");
  await expect(page.locator("[part=announcer]")).toHaveText(before);
  // And it can go on: the worker still holds it.
  await page.getByRole("button", { name: "Run again" }).click();
  await untilPhase(page, "finished");
});

test("a second set with the same settings replaces the first, and the results on show stay", async ({ page }) => {
  await open(page, QUICK);
  await pick(page, [payload("bars.zip", zip(pictureFiles(["lying", "standing"], 20)))]);
  await expectOpened(page, "bars.zip: 40 images");
  await shrink(page);
  await fit(page);
  await pick(page, [payload("other.zip", zip(pictureFiles(["flat", "upright"], 20, "", 300)))]);
  await expectOpened(page, "other.zip: 40 images");
  const chapter = await dataChapter(page);
  await expect(chapter.locator("figcaption")).toHaveText(["flat", "upright"]);
  await expect(page.locator("[part=data-not-yet]")).toContainText("still belong to “bars.zip”");
});

test("a picture that states more pixels than allowed is refused before it is decoded", async ({ page }) => {
  await open(page, QUICK);
  const large = Buffer.from(png(image(0, 1), SIDE));
  large.writeUInt32BE(8_000, 16);
  large.writeUInt32BE(7_000, 20);
  await pick(page, [payload("large.zip", zip([...good, { name: "lying/large.png", bytes: large }]))]);
  // It could not be decoded either: the sentence would be another one.
  await expect(page.getByRole("dialog").getByRole("alert").filter({ visible: true })).toContainText("lying/large.png: 8,000 × 7,000 pixels, more than the 40,000,000 allowed.");
});

test("pictures still change size after another file failed", async ({ page }) => {
  await open(page, QUICK);
  await pick(page, [payload("bars.zip", zip(good))]);
  await expectOpened(page, "40 images");
  await pick(page, [payload("broken.zip", zip([...good.slice(5), { name: "lying/000.png", bytes: Buffer.from("not a picture") }]))]);
  await expect(page.getByRole("dialog").getByRole("alert").filter({ visible: true })).toContainText("lying/000.png");
  await page.keyboard.press("Escape");
  await openSettings(page);
  await set(page, "side", "16");
  await expect(page.locator("[data-chapter=data]")).toContainText("16 × 16 pixels");
  await untilPhase(page, "ready");
});

test("the panel and the page with opened images fit every window and are accessible", async ({ page }) => {
  await open(page, QUICK);
  await pick(page, [payload("a data set with a name that is long.zip", zip(pictureFiles(["lying", "standing", "block"], 20)))]);
  await expectOpened(page, "60 images");
  await openOwn(page);
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("not a name");
  await page.getByRole("button", { name: "Load" }).click();
  await expect(page.getByText("is named like")).toBeVisible();
  for (const shown of ["panel", "page"]) {
    if (shown === "page") await page.keyboard.press("Escape");
    for (const width of [1440, 820, 360]) {
      await expectFitsWindows(page, [width]);
      const dialogs = await page.locator("dialog[open]").evaluateAll((boxes) => boxes.map((box) => box.scrollWidth - box.clientWidth));
      expect.soft(Math.max(0, ...dialogs), `${shown}, ${width}: pixels to scroll sideways`).toBe(0);
    }
    // The layout has no rule of access that depends on the width, but for what a phone leaves out: there it is looked at.
    if (shown === "panel") await expectAccessibleInBothSchemes(page);
  }
});

test("five seeds split the same files anew, each in the background worker that opens them again", async ({ page }) => {
  await open(page, QUICK);
  await pick(page, [payload("train-images-idx3-ubyte", images), payload("train-labels-idx1-ubyte", labels)]);
  await expectOpened(page, "60 images");
  await shrink(page);
  await run(page);
  const button = page.locator("[part=seeds-run]");
  await button.click();
  await expect(button).toHaveText("Stop");
  await expect(button).toHaveText("Run 5 seeds");
  await expect(page.locator("[part=seeds-plot] circle")).toHaveCount(10);
});

test("the panel works by keyboard", async ({ page }) => {
  await open(page, QUICK);
  await currentSet(page).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("radio", { name: "Hidden star" })).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Choose files" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Choose a folder" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("textbox", { name: "Name", exact: true })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(currentSet(page)).toBeFocused();
});

