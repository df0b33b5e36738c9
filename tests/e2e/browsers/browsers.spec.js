/**
 * The page in three browser engines: the same link gives the same numbers, to the last bit, in Chromium, Firefox and WebKit, as far as
 * they compute with the same module of the two: with fused multiply-adds, or without. Every scenario runs in all three, in Chromium with
 * either module, and compares what the page exports, without seconds and engine.
 */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import { idx } from "../images.js";
import { chromiumWith, DRIVERS, until, openLink, untilPhase } from "./drivers.js";

/** @import { Driver } from "./drivers.js" */

test.describe.configure({ mode: "serial" });

const assets = fileURLToPath(new URL("../../../dist/assets/", import.meta.url));
/** The module for every browser, which the page would load in a browser that cannot fuse. */
const portable = `${assets}${readdirSync(assets).find((name) => /^convrfm_bg-.*\.wasm$/.test(name))}`;

/** @type {Driver[]} */
let drivers = [];

test.beforeAll(async () => {
  test.setTimeout(180_000);
  const withPortable = () => chromiumWith("Chromium with the portable module", { "**/convrfm_fused-*.wasm": portable });
  drivers = await Promise.all([...Object.values(DRIVERS), withPortable].map((start) => start()));
});

test.afterAll(async () => {
  await Promise.all(drivers.map((driver) => driver.close()));
});

/** What the page writes into its JSON file. @param {Driver} driver @returns {Promise<Record<string, unknown>>} */
async function exported(driver) {
  await driver.evaluate(`
    const create = URL.createObjectURL;
    URL.createObjectURL = (blob) => { blob.text().then((text) => { window.exported = text; }); return create.call(URL, blob); };
    document.querySelector("[data-chapter=take]").scrollIntoView();
  `);
  const button = "[part=take-results-json]";
  await until(
    () => driver.evaluate(`const button = document.querySelector("${button}"); return Boolean(button && !button.disabled)`),
    "the export chapter",
  );
  await driver.click(button);
  await until(
    () => driver.evaluate("return typeof window.exported === 'string' && window.exported.startsWith('{')"),
    "the JSON file",
  );
  const results = JSON.parse(await driver.evaluate("return window.exported"));
  return withoutMachine(results);
}

/** Leaves out what belongs to the machine and not to the run. @param {any} value @returns {any} */
function withoutMachine(value) {
  if (Array.isArray(value)) return value.map(withoutMachine);
  if (!value || typeof value !== "object") return value;
  const kept = Object.entries(value).filter(([key]) => !/seconds|^engine$|^address$/.test(key));
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutMachine(each)]));
}

const SMALL = "engine=cpu&train=40&validation=20&test=40&seed=4&rounds=2&agop=10";

/** Opens two files of the reader's own, through the dialog. @param {Driver} driver */
async function openFiles(driver) {
  const { images, labels } = idx(100);
  await driver.click("[part=data-set]");
  await driver.click("[part=own-open]");
  const input = "dialog[open] input[type=file]:not([webkitdirectory])";
  await until(() => driver.evaluate(`return document.querySelector("${input}") !== null`), "the dialog for files");
  await driver.evaluate(
    `const files = new DataTransfer();
     arguments[0].forEach(([name, text]) => files.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name)));
     const input = document.querySelector("${input}");
     input.files = files.files;
     input.dispatchEvent(new Event("change", { bubbles: true }));`,
    [
      ["train-images-idx3-ubyte", images.toString("base64")],
      ["train-labels-idx1-ubyte", labels.toString("base64")],
    ],
  );
  await until(() => driver.evaluate("return document.querySelector('[part=opened]') !== null"), "the files to be opened");
  await untilPhase(driver, "ready");
  await until(() => driver.evaluate("return document.querySelector('dialog[open]') === null"), "the dialog to close");
  await driver.click("[part=run]");
}

/** @type {{name: string, link: string, start?: (driver: Driver) => Promise<unknown>}[]} */
const SCENARIOS = [
  {
    name: "digits, started by the keyboard",
    link: `?data=mnist&patch=3&depth=2&ridge=0.00001&${SMALL}`,
    start: (driver) => driver.press("[part=run]", "Enter"),
  },
  { name: "the hidden star", link: `?data=star&patch=11&depth=1&ridge=0.001&${SMALL}` },
  { name: "dead leaves", link: `?data=dead-leaves&patch=5&depth=1&ridge=0.001&${SMALL}` },
  { name: "Deep ConvRFM", link: `?data=mnist&patch=3&depth=2&levels=2&width=4&ridge=0.00001&${SMALL}` },
  { name: "files of the reader's own", link: `?data=star&patch=3&depth=1&ridge=0.001&${SMALL}`, start: openFiles },
];

for (const { name, link, start } of SCENARIOS) {
  test(`${name}: the same numbers in Chromium, Firefox and WebKit`, async ({ baseURL }) => {
    test.setTimeout(300_000);
    const base = baseURL ?? "";
    const found = [];
    for (const driver of drivers) {
      await openLink(driver, `${base}${link}`);
      await (start ? start(driver) : driver.click("[part=run]"));
      await untilPhase(driver, "finished");
      found.push({ name: driver.name, results: await exported(driver) });
    }
    for (const { name, results } of found) {
      const reference = found.find((other) => other.name.startsWith("Chromium") && other.results.fused === results.fused);
      expect(Object.keys(reference?.results ?? {}).length).toBeGreaterThan(5);
      expect(results, `${name} and ${reference?.name}`).toEqual(reference?.results);
    }
    // Both modules were compared.
    expect(new Set(found.map(({ results }) => results.fused))).toEqual(new Set([0, 1]));
  });
}
