/** What is taken away is opened and read: pictures, numbers, the command, the link. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import AxeBuilder from "@axe-core/playwright";
import { power, settings } from "../../www/strings/en.js";
import { settings as spanish } from "../../www/strings/es.js";
import { BUILDING_MS, program } from "./native.js";
import { accuracies, expect, expectFitsWindows, filterPictures, open, pixels, QUICK, run, test, untilPhase } from "./page.js";

/** @import { Page } from "@playwright/test" */

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The chapter is loaded when it comes near. @param {Page} page */
async function near(page) {
  await page.locator("[data-chapter=take]").scrollIntoViewIfNeeded();
  await expect(page.locator("[part=take-command]")).toBeVisible();
}

/** The bytes behind a button, and the name they are saved under. @param {Page} page @param {string} id */
async function taken(page, id) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(`[part=take-]${id}`).click()]);
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
    return { width: image.width, height: image.height, text: btoa(Array.from(context?.getImageData(0, 0, image.width, image.height).data ?? [], (byte) => String.fromCharCode(byte)).join("")) };
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

test("filters: a sheet of whole pixels, the colours of the page", async ({ page }) => {
  await open(page, QUICK);
  await near(page);
  for (const id of ["filters-png", "accuracy-svg", "spectrum-png", "results-json"]) await expect(page.locator(`[part=take-]${id}`)).toBeDisabled();
  await run(page);
  const { name, bytes } = await taken(page, "filters-png");
  expect(name).toBe("convrfm-star-seed4-filters.png");
  const sheet = await decoded(page, bytes);
  // Two rows of eight filters of 11 x 11 pixels, each drawn 9 x 9 large, 12 pixels apart.
  const [scale, gap, patch] = [9, 12, 11];
  const cell = scale * patch + gap;
  expect([sheet.width, sheet.height]).toEqual([gap + 8 * cell, gap + 2 * cell]);
  /** @param {number} x @param {number} y */
  const at = (x, y) => sheet.data.subarray(4 * (y * sheet.width + x), 4 * (y * sheet.width + x) + 4).join();
  for (const [round, rank] of /** @type {const} */ ([[1, 0], [2, 5]])) {
    const shown = (await pixels(filterPictures(page, round).nth(rank))).text.split(",");
    for (let y = 0; y < patch; y++) {
      for (let x = 0; x < patch; x++) {
        const expected = shown.slice(4 * (y * patch + x), 4 * (y * patch + x) + 4).join();
        const [left, top] = [gap + rank * cell + x * scale, gap + (round - 1) * cell + y * scale];
        for (const [dx, dy] of /** @type {const} */ ([[0, 0], [8, 8], [4, 1]])) expect(at(left + dx, top + dy)).toBe(expected);
      }
    }
  }
  const svg = await standalone(page, (await taken(page, "filters-svg")).bytes);
  expect(svg.match(/<rect /g)).toHaveLength(1 + 16 * patch ** 2);
  expect(svg).toContain("<title>Filter 1 of round 1,");
});

for (const scheme of /** @type {const} */ (["light", "dark"])) {
  test(`charts stand alone, ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await open(page, QUICK);
    await run(page);
    await near(page);
    const paper = scheme === "light" ? "252,252,250,255" : "20,23,28,255";
    for (const chart of ["accuracy", "spectrum"]) {
      const svg = await standalone(page, (await taken(page, `${chart}-svg`)).bytes);
      expect(svg).toContain(scheme === "light" ? "#b34a0a" : "#f0954c");
      const { width, height, data } = await decoded(page, (await taken(page, `${chart}-png`)).bytes);
      expect([width, height]).toEqual([1328, 848]);
      expect(data.subarray(0, 4).join()).toBe(paper);
      const strong = scheme === "light" ? 0xb34a0aff : 0xf0954cff;
      let found = 0;
      for (let i = 0; i < data.length; i += 4) found += Number(data.readUInt32BE(i) === strong);
      expect(found, `${chart}: pixels of the line`).toBeGreaterThan(200);
    }
  });
}

test("results: the same numbers as on the page", async ({ page }) => {
  await open(page, QUICK);
  await run(page);
  await near(page);
  const shown = await accuracies(page);
  const json = JSON.parse((await taken(page, "results-json")).bytes.toString());
  expect(json.accuracy.map((/** @type {number} */ value) => Number(value.toFixed(1)))).toEqual(shown.map(({ test }) => test));
  expect(json.validation_accuracy.map((/** @type {number} */ value) => Number(value.toFixed(1)))).toEqual(shown.map(({ validation }) => validation));
  expect(String(json.kept_round)).toBe(await page.locator("tr.kept").getAttribute("data-round"));
  const { name, bytes } = await taken(page, "results-npz");
  expect(name).toBe("convrfm-star-seed4-results.npz");
  // A zip of arrays, by the names that the command line gives them.
  expect(bytes.subarray(0, 4).toString("latin1")).toBe("PK\x03\x04");
  for (const field of ["accuracy", "validation_accuracy", "kept_round", "predictions", "agop"]) expect(bytes.includes(`${field}.npy`), field).toBe(true);
});

/** Level after level, round after round. @param {Page} page */
async function ofAllLevels(page) {
  await page.locator("[data-chapter=deep]").scrollIntoViewIfNeeded();
  await expect(page.locator(".level-found").last()).toBeVisible();
  return page.locator(".level tbody tr").evaluateAll((rows) =>
    rows.map((row) => {
      const [validation = NaN, test = NaN] = [...row.querySelectorAll("td")].map((cell) => parseFloat(cell.textContent ?? ""));
      return { validation, test };
    }),
  );
}

/** The ridges of those rows. @param {Page} page @param {string} table */
const ridges = (page, table) => page.locator(`${table} tbody tr td:nth-of-type(3)`).allTextContents();

const COMMANDS = [
  QUICK,
  "?engine=cpu&data=mnist&train=40&validation=30&test=50&seed=3&patch=3&depth=2&ridge=0.0001&rounds=2&agop=40&frame=on&sigma=0.5",
  "?engine=cpu&data=noisy-mnist&train=30&validation=30&test=40&seed=1&patch=3&depth=2&ridge=0.00001&rounds=2&agop=10&sigma=0.25",
  "?engine=cpu&data=fashion-mnist&train=30&validation=30&test=40&seed=5&patch=3&depth=3&ridge=0.001&rounds=2&agop=10&levels=2&width=6&relu=on",
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
      const { stdout } = await promisify(execFile)("sh", ["-c", command.replace("cargo run --release --", convrfm)], { cwd: folder });
      const native = [...stdout.matchAll(/^ *\d+ +([\d.]+) % +([\d.]+) %/gm)].map(([, validation, test]) => ({ validation: Number(Number(validation).toFixed(1)), test: Number(Number(test).toFixed(1)) }));
      expect(existsSync(join(folder, "results.npz"))).toBe(true);
      await run(page);
      const found = query.includes("levels=") ? await ofAllLevels(page) : await accuracies(page);
      expect(found.length).toBeGreaterThan(1);
      expect(native).toEqual(found);
      const used = [...stdout.matchAll(/^ *\d+ +[\d.]+ % +[\d.]+ % +(\S+)/gm)].map(([, ridge]) => power(Number(ridge)));
      expect(await ridges(page, query.includes("levels=") ? ".level" : "[part=accuracy-table]")).toEqual(used);
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

test("the link leads back; citations name the paper; without a clipboard the text is selected", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, `${QUICK}&hide=header`);
  await near(page);
  await page.getByRole("button", { name: "Copy: Link with all settings" }).click();
  await expect(page.locator("[part=take-said]")).toContainText("Copied");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toBe((await page.locator("[part=take-link]").textContent()) ?? "");
  expect(link).not.toContain("hide");
  await page.getByRole("button", { name: "Copy: The method" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^@article\{[^]*arXiv:2309\.00570[^]*\}$/);
  const [, version] = (await readFile(join(root, "Cargo.toml"), "utf8")).match(/^version = "(.*)"$/m) ?? [];
  await expect(page.locator("[part=take-bibtex-software]")).toContainText(`{${version}}`);
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true }));
  await page.getByRole("button", { name: "Copy: This page" }).click();
  await expect(page.locator("[part=take-said]")).toContainText("Ctrl+C");
  expect(await page.evaluate(() => String(getSelection()))).toContain("@software");
  const { violations } = await new AxeBuilder({ page }).include("[data-chapter=take]").analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
  await expectFitsWindows(page);
  await page.goto(link);
  await untilPhase(page, "ready");
  await expect(page.getByLabel("Patch size")).toHaveValue("11");
});
