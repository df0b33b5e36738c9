/**
 * The page as one file, opened from a disk, in Chromium, Firefox and WebKit: it runs on its own workers, finds the same in all of them,
 * and asks for nothing. `index.html` of the ordinary build says what to do where a browser does not run it from a disk.
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "@playwright/test";
import { DRIVERS, openLink, until, untilPhase } from "./drivers.js";

const dist = pathToFileURL(fileURLToPath(new URL("../../../dist/", import.meta.url))).href;
const LINK = "?engine=cpu&data=mnist&patch=3&depth=2&ridge=0.00001&train=40&validation=20&test=40&seed=4&rounds=2&agop=10";

/** Accuracies by browser. @type {string[]} */
const found = [];

for (const [name, start] of Object.entries(DRIVERS)) {
  test(`the page in one file runs from a disk in ${name}`, async () => {
    test.setTimeout(300_000);
    const driver = await start();
    const text = (/** @type {string} */ part) =>
      driver.evaluate(`return document.querySelector("[part=${part}]")?.textContent ?? ""`);
    try {
      await openLink(driver, `${dist}convrfm.html${LINK}`);
      await driver.click("[part=run]");
      await untilPhase(driver, "finished");
      expect(await text("engine")).toMatch(/cpu \(\d+ workers?\)/);
      // Round, validation, test; the column of seconds differs.
      const rows = "[...document.querySelectorAll('[part=accuracy-table] tr[data-round]')]";
      const accuracies = String(
        await driver.evaluate(`return ${rows}.map(({ cells }) => [0, 1, 2].map((i) => cells[i].textContent).join(" ")).join("; ")`),
      );
      expect(accuracies).toMatch(/^0 .*[\d.]+ % [\d.]+ %; 1 .*[\d.]+ % [\d.]+ %$/);
      found.push(accuracies);
      expect(found.at(-1)).toBe(found[0]);
      const loaded = await driver.evaluate("return performance.getEntriesByType('resource').map(({ name }) => name)");
      expect(/** @type {string[]} */ (loaded).filter((url) => !/^(data|blob):/.test(url))).toEqual([]);

      // Playwright's Firefox, unlike the reader's, loads modules from a disk.
      await driver.visit(`${dist}index.html`);
      await until(
        () =>
          driver.evaluate(
            "return Boolean(document.querySelector('[data-from-disk]:not([hidden])') ?? document.querySelector('[part=app]'))",
          ),
        `${name} to say what to do`,
        60_000,
      );
    } finally {
      await driver.close();
    }
  });
}
