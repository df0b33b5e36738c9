/** What is taken away is opened and read: pictures, numbers, the command, the link. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { power, settings } from "../../www/text/en/index.ts";
import { settings as spanish } from "../../www/text/es/index.ts";
import { BUILDING_MS, program } from "./native.js";
import { expect, expectAccessible, expectFitsWindows, open, pixels, QUICK, run, test, untilPhase } from "./page.js";

// Files are parsed in the page, whose policy allows no HTML from a string.
test.use({ bypassCSP: true });

/** @import { Page } from "@playwright/test" */

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The chapter is loaded when it comes near. @param {Page} page */
async function near(page) {
  await page.locator("[data-chapter=take]").scrollIntoViewIfNeeded();
  await expect(page.locator("[part=take-command]")).toBeVisible();
}

/** The bytes behind a button, and the name they are saved under. @param {Page} page @param {string} id */
async function taken(page, id) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(`[part=take-${id}]`).click()]);
  await expect(page.locator("[part=take-said]")).toHaveText(`Saved ${download.suggestedFilename()}.`);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** A PNG as the browser decodes it. @param {Page} page @param {Buffer} bytes */
async function decoded(page, bytes) {
  const { width, height, text } = await page.evaluate(async (base64) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context?.drawImage(image, 0, 0);
    // As text: a list of millions of numbers takes a minute on its way.
    return {
      width: image.width,
      height: image.height,
      text: btoa(
        Array.from(context?.getImageData(0, 0, image.width, image.height).data ?? [], (byte) => String.fromCharCode(byte)).join(""),
      ),
    };
  }, bytes.toString("base64"));
  return { width, height, data: Buffer.from(text, "base64") };
}

/** Text of an SVG that parses and stands alone. @param {Page} page @param {Buffer} bytes */
async function standalone(page, bytes) {
  const text = bytes.toString();
  expect(text).not.toMatch(/var\(|currentColor|inherit|NaN|undefined/);
  const root = await page.evaluate((svg) => new DOMParser().parseFromString(svg, "image/svg+xml").documentElement.localName, text);
  expect(root).toBe("svg");
  return text;
}

/** @param {Page} page @param {string} id */
const json = async (page, id = "results-json") => JSON.parse((await taken(page, id)).bytes.toString());

/** Colours of the page in both schemes: paper, what was learned, the fixed kernel. */
const INKS = { light: ["#fcfcfa", "#b34a0a", "#2a6cab"], dark: ["#14171c", "#f0954c", "#74b4ec"] };

/** How many pixels have a colour. @param {Buffer} data @param {string} colour */
function count(data, colour) {
  const wanted = parseInt(`${colour.slice(1)}ff`, 16);
  let found = 0;
  for (let i = 0; i < data.length; i += 4) found += Number(data.readUInt32BE(i) === wanted);
  return found;
}

const CHARTS = ["accuracy", "spectrum", "confusion", "maps"];

test("before a run nothing can be saved; a filter sheet has whole pixels, a title, rounds and shares", async ({ page }) => {
  await open(page, QUICK);
  await near(page);
  for (const id of ["filters-png", ...CHARTS.map((name) => `${name}-svg`), "results-json"])
    await expect(page.locator(`[part=take-${id}]`)).toBeDisabled();
  await expect(page.locator("[part=copy-picture]")).toBeDisabled();
  await run(page);
  const saved = await taken(page, "filters-svg");
  expect(saved.name).toBe("convrfm-star-seed12-filters.svg");
  const svg = await standalone(page, saved.bytes);
  expect(svg).toContain("Filters: Hidden star");
  expect(svg).toContain("20 training images, patches of 5 × 5, 1 layer, seed 12");
  for (const text of ["Round 1", "Round 2", "<title>Filter 1 of round 1,"]) expect(svg).toContain(text);
  expect(svg.match(/>best round</g)?.length ?? 0).toBeLessThanOrEqual(1);
  // Shares of the first update are those of the JSON's M: the trace is their sum, so the first share is at least 1 / d.
  const shares = [...svg.matchAll(/>(\d+\.\d) %</g)].map(([, share]) => Number(share));
  expect(shares).toHaveLength(16);
  expect(shares[0]).toBeGreaterThanOrEqual(shares[1] ?? 100);
  // In the PNG every square of the SVG is a block of one colour, 20 x 20 pixels twice over.
  const sheet = await decoded(page, (await taken(page, "filters-png")).bytes);
  const [, width = "0", height = "0"] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
  expect([sheet.width, sheet.height]).toEqual([2 * Number(width), 2 * Number(height)]);
  const boxes = await page.evaluate((text) => {
    const holder = document.body.appendChild(document.createElement("div"));
    holder.style.cssText = "position: absolute; top: 0; left: 0";
    holder.innerHTML = text;
    const origin = holder.querySelector("svg")?.getBoundingClientRect();
    const all = [...holder.querySelectorAll("g[shape-rendering] rect")].map((rect) => {
      const { left, top, width, height } = rect.getBoundingClientRect();
      return {
        left: left - (origin?.left ?? 0),
        top: top - (origin?.top ?? 0),
        width,
        height,
        fill: rect.getAttribute("fill") ?? "",
      };
    });
    holder.remove();
    return all;
  }, svg);
  expect(boxes.reduce((sum, { width, height }) => sum + (width * height) / 400, 0)).toBeCloseTo(16 * 25, 3);
  for (const { left, top, width, height, fill } of boxes.filter((_, i) => i % 17 === 0)) {
    for (const [x, y] of /** @type {const} */ ([
      [2 * left, 2 * top],
      [2 * (left + width) - 1, 2 * (top + height) - 1],
    ])) {
      const at = 4 * (Math.round(y) * sheet.width + Math.round(x));
      expect(`#${sheet.data.subarray(at, at + 3).toString("hex")}`).toBe(fill);
    }
  }
});

for (const scheme of /** @type {const} */ (["light", "dark"])) {
  test(`charts stand alone with title and legend, ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await open(page, QUICK);
    await run(page);
    await near(page);
    const [paper = "", learned = "", fixed = ""] = INKS[scheme];
    for (const chart of CHARTS) {
      const svg = await standalone(page, (await taken(page, `${chart}-svg`)).bytes);
      expect(svg, chart).toContain("Hidden star");
      expect(svg, chart).toContain(learned);
      const { width, height, data } = await decoded(page, (await taken(page, `${chart}-png`)).bytes);
      const [, w = "0", h = "0"] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
      expect([width, height]).toEqual([2 * Number(w), 2 * Number(h)]);
      expect(`#${data.subarray(0, 3).toString("hex")}`).toBe(paper);
      expect(count(data, learned), `${chart}: pixels of what was learned`).toBeGreaterThan(100);
      if (chart === "accuracy") {
        for (const name of ["test", "validation", "fixed kernel", "best round"]) expect(svg).toContain(`>${name}<`);
        expect(svg).toContain(fixed);
      }
    }
  });
}

test("results: every accuracy is that of the files, and the confusion matrices count the same answers", async ({ page }) => {
  await open(page, QUICK);
  await run(page);
  await near(page);
  const results = await json(page);
  expect(results.accuracy).toHaveLength(3);
  expect(results.page.settings).toMatchObject({ data: "star", seed: 12, train: 20, validation: 20, test: 40, patch: 5 });
  expect(results.page.address).toContain("?data=star&");
  const [, version] = (await readFile(join(root, "Cargo.toml"), "utf8")).match(/^version = "(.*)"$/m) ?? [];
  expect(results.page.version).toBe(version);
  const svg = await standalone(page, (await taken(page, "confusion-svg")).bytes);
  const best = results.kept_round || results.accuracy.length - 1;
  expect(svg).toContain(`Fixed kernel: ${results.accuracy[0].toFixed(1)} %`);
  expect(svg).toContain(`ConvRFM, round ${best}: ${results.accuracy[best].toFixed(1)} %`);
  // Numbers in the cells: each matrix adds up to the test images, and its diagonal (in bold) to the accuracy.
  const cells = [...svg.matchAll(/font-size="13" text-anchor="middle"( font-weight="650")?>(\d+)</g)].map(([, bold, n]) => ({
    right: bold !== undefined,
    n: Number(n),
  }));
  const total = (/** @type {typeof cells} */ some) => some.reduce((sum, { n }) => sum + n, 0);
  expect(total(cells)).toBe(2 * 40);
  expect((100 * total(cells.filter(({ right }) => right))) / 40).toBeCloseTo(results.accuracy[0] + results.accuracy[best], 6);
  const { name, bytes } = await taken(page, "results-npz");
  expect(name).toBe("convrfm-star-seed12-results.npz");
  // A zip of arrays, by the names that the command line gives them.
  expect(bytes.subarray(0, 4).toString("latin1")).toBe("PK\x03\x04");
  for (const field of ["accuracy", "validation_accuracy", "kept_round", "predictions", "agop"])
    expect(bytes.includes(`${field}.npy`), field).toBe(true);
});

test("the loop: the ring with what its stations show, as SVG and PNG", async ({ page }) => {
  await open(page, QUICK);
  await run(page);
  await near(page);
  await page.locator("[data-chapter=how]").scrollIntoViewIfNeeded();
  await expect(page.locator("[data-stop]")).toHaveCount(7);
  for (const stop of await page.locator("[data-stop]").all()) await expect(stop).toHaveAttribute("data-state", "done");
  // The picture of the nearest training image comes after the numbers.
  await expect.poll(async () => (await pixels(page.locator("[data-stop=kernel] canvas"))).colours).toBeGreaterThan(1);
  const predicts = await page.locator("[data-stop=ridge] .caption").textContent();
  const svg = await standalone(page, (await taken(page, "loop-svg")).bytes);
  expect(svg).toContain("The loop: Hidden star");
  expect(svg).toContain(`>${predicts}<`);
  // All stations but the prediction have a picture; that one has bars.
  expect(new Set(svg.match(/href="data:image\/png;base64,[^"]+"/g))).toHaveProperty("size", 6);
  const { width, data } = await decoded(page, (await taken(page, "loop-png")).bytes);
  expect(width).toBeGreaterThan(2000);
  expect(count(data, INKS.light[1] ?? ""), "the bar of the predicted class").toBeGreaterThan(100);
});

test("a noise curve: the chart with bands, and every run as a number", async ({ page }) => {
  await open(page, "?engine=cpu&data=local-signal&train=20&validation=20&test=40&seed=7&sigma=2&patch=3&depth=1&ridge=0.001&rounds=2&agop=5");
  await near(page);
  await expect(page.locator("[part=take-noise-svg]")).toBeDisabled();
  await page.locator("[data-chapter=noise]").scrollIntoViewIfNeeded();
  await page.locator("[part=noise-fill]").click();
  await expect(page.locator("[part=noise-said]")).toContainText("All 21 runs are done");
  await near(page);
  const svg = await standalone(page, (await taken(page, "noise-svg")).bytes);
  for (const text of ["Test accuracy against noise level", "seeds 7, 8, 9", ">fixed kernel<"]) expect(svg).toContain(text);
  expect(svg.match(/fill-opacity/g), "bands").toHaveLength(2);
  expect(svg.match(/<circle/g)).toHaveLength(14);
  const { points, levels, settings } = await json(page, "noise-json");
  expect(settings).toMatchObject({ data: "local-signal", train: 20 });
  expect(points).toHaveLength(21);
  for (const { sigma, seeds, learned } of levels) {
    const runs = points.filter((/** @type {{sigma: number}} */ point) => point.sigma === sigma);
    expect(seeds).toBe(runs.length);
    const mean = runs.reduce((/** @type {number} */ sum, /** @type {{learned: number}} */ run) => sum + run.learned, 0) / seeds;
    expect(learned.mean).toBeCloseTo(mean, 9);
  }
});

test("Deep ConvRFM: filters and spectrum of every level", async ({ page }) => {
  await open(
    page,
    "?engine=cpu&data=fashion-mnist&train=40&validation=30&test=40&seed=2&patch=3&depth=2&ridge=0.001&rounds=2&agop=10&levels=2&width=4",
  );
  await run(page);
  await near(page);
  const filters = await standalone(page, (await taken(page, "filters-svg")).bytes);
  const spectrum = await standalone(page, (await taken(page, "spectrum-svg")).bytes);
  expect(filters).toContain(">Round 1<");
  expect(spectrum).toContain(">Level 0<");
  for (const svg of [filters, spectrum]) expect(svg).toContain(">Level 1<");
  // Over the pixels a filter of the second level is 5 x 5.
  expect(filters).toContain("<title>Filter 1 of level 1 over the pixels");
});

test("files and link belong to the results on show, whatever the settings are by then", async ({ page }) => {
  await open(page, QUICK);
  await run(page);
  await near(page);
  const before = await page.locator("[part=take-command]").textContent();
  const shown = await page.locator("[part=card]").getAttribute("src");
  await page.getByRole("button", { name: "New seed" }).click();
  await expect(page).not.toHaveURL(/seed=12(&|$)/);
  await untilPhase(page, "ready");
  await expect(page.locator("[part=take-command]")).toHaveText(before ?? "");
  await expect(page.locator("[part=card]")).toHaveAttribute("src", shown ?? "");
  expect((await json(page)).page.settings.seed).toBe(12);
});

test("a picture to share: 1200 x 630 with filters, accuracies and link; copied, or saved where that is not allowed", async ({
  page,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, QUICK);
  await run(page);
  await near(page);
  const results = await json(page);
  const best = results.kept_round || results.accuracy.length - 1;
  const svg = decodeURIComponent((await page.locator("[part=card]").getAttribute("src")) ?? "").replace(/^[^,]*,/, "");
  await standalone(page, Buffer.from(svg));
  expect(svg).toContain(`>${results.accuracy[0].toFixed(1)} %<`);
  expect(svg).toContain(`>${results.accuracy[best].toFixed(1)} %<`);
  expect(svg).toContain("accuracy on 40 test images");
  expect(svg).toContain(new URL(page.url()).host);
  expect(svg.match(/shape-rendering/g)).toHaveLength(8);
  await page.locator("[part=copy-picture]").click();
  await expect(page.locator("[part=take-said]")).toHaveText("The picture is on the clipboard.");
  const size = await page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const picture = await createImageBitmap((await item?.getType("image/png")) ?? new Blob());
    return [picture.width, picture.height];
  });
  expect(size).toEqual([1200, 630]);
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true }));
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("[part=copy-picture]").click()]);
  expect(download.suggestedFilename()).toBe("convrfm-star-seed12-card.png");
  await expect(page.locator("[part=take-said]")).toContainText("saved as convrfm-star-seed12-card.png");
});

const COMMANDS = [
  QUICK,
  "?engine=cpu&data=mnist&train=40&validation=30&test=50&seed=3&patch=3&depth=2&ridge=0.0001&rounds=2&agop=40&frame=on&sigma=0.5",
  "?engine=cpu&data=noisy-mnist&train=30&validation=30&test=40&seed=1&patch=3&depth=2&ridge=0.00001&rounds=2&agop=10&sigma=0.25",
  "?engine=cpu&data=fashion-mnist&train=30&validation=30&test=40&seed=5&patch=3&depth=3&ridge=0.001&rounds=2&agop=10&levels=2&width=6&relu=on&pooling=2",
  "?engine=cpu&data=dead-leaves&train=30&validation=30&test=40&seed=11&patch=3&depth=1&ridge=0.003&rounds=2&agop=30",
  "?engine=cpu&data=star&train=30&validation=30&test=40&seed=2&patch=7&depth=1&ridge=grid&rounds=3&agop=10",
  "?engine=cpu&data=fashion-mnist&train=40&validation=40&test=40&seed=3&patch=3&depth=2&ridge=grid&rounds=2&agop=10&levels=2&width=4",
];

for (const query of COMMANDS) {
  test(`the command gives the page's accuracies to the digit: ${query}`, async ({ page, context }) => {
    test.setTimeout(BUILDING_MS);
    const convrfm = await program();
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await open(page, query);
    await near(page);
    await page.getByRole("button", { name: "Copy: On the command line" }).click();
    await expect(page.locator("[part=take-said]")).toHaveText("Copied: On the command line.");
    const command = await page.evaluate(() => navigator.clipboard.readText());
    expect(command).toMatch(/^cargo run --release -- fit \S+( --[\w-]+( [\w.-]+)?)+$/);
    const folder = await mkdtemp(join(tmpdir(), "convrfm-"));
    try {
      // The same words, with the program that is built already.
      const { stdout } = await promisify(execFile)("sh", ["-c", command.replace("cargo run --release --", convrfm)], {
        cwd: folder,
      });
      const native = [...stdout.matchAll(/^ *\d+ +([\d.]+) % +([\d.]+) % +(\S+)/gm)].map(([, ...row]) => row.map(Number));
      expect(existsSync(join(folder, "results.npz"))).toBe(true);
      await run(page);
      await near(page);
      const results = await json(page);
      // Level after level: two decimals, as the program prints them.
      const rows = ["validation_accuracy", "accuracy", "ridge_used"].map((name) => results[name].flat());
      expect(rows[0]?.length).toBeGreaterThan(1);
      expect(native.map(([validation, test]) => [validation, test])).toEqual(
        rows[0]?.map((/** @type {number} */ value, /** @type {number} */ i) =>
          [value, rows[1]?.[i]].map((each) => Number(each.toFixed(2))),
        ),
      );
      expect(native.map(([, , ridge]) => power(ridge ?? NaN))).toEqual(rows[2]?.map(power));
      // What the page says it tries is what is tried.
      if (query.includes("ridge=grid")) {
        const [, tried = ""] = /ridge chosen on validation from (.*), \d+ rounds/.exec(stdout) ?? [];
        const named = settings.ridge.tip.match(/10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+/g);
        expect(named).toEqual(tried.split(", ").map((ridge) => power(Number(ridge))));
        expect(spanish.ridge.tip.match(/10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+/g)).toEqual(named);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

test("the link leads back and leaves out defaults; citations name the paper; without a clipboard the text is selected", async ({
  page,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, `${QUICK}&hide=header`);
  await near(page);
  await page.getByRole("button", { name: "Copy: Link to these settings" }).click();
  await expect(page.locator("[part=take-said]")).toContainText("Copied");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toBe((await page.locator("[part=take-link]").textContent()) ?? "");
  expect(link).toContain("train=20");
  // Defaults of the hidden star, and what is the reader's own.
  for (const left of ["hide", "depth", "ridge", "engine"]) expect(link).not.toContain(`${left}=`);
  const command = (await page.locator("[part=take-command]").textContent()) ?? "";
  await page.getByRole("button", { name: "Copy: The method" }).click();
  await expect(page.locator("[part=take-said]")).toHaveText("Copied: The method.");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^@article\{[^]*arXiv:2309\.00570[^]*\}$/);
  const [, version] = (await readFile(join(root, "Cargo.toml"), "utf8")).match(/^version = "(.*)"$/m) ?? [];
  await expect(page.locator("[part=take-bibtex-software]")).toContainText(`{${version}}`);
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true }));
  await page.getByRole("button", { name: "Copy: This page" }).click();
  await expect(page.locator("[part=take-said]")).toContainText("Ctrl+C");
  expect(await page.evaluate(() => String(getSelection()))).toContain("@software");
  await expectAccessible(page, "[data-chapter=take]");
  await expectFitsWindows(page);
  await page.goto(link);
  await near(page);
  await expect(page.locator("[part=take-command]")).toHaveText(command.replace("--engine cpu", "--engine auto"));
});
