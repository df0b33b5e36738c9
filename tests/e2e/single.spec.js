/** The page as one file, opened from a disk without a network, in Chromium; `browsers/single.spec.js` opens it in others, too. */
import { existsSync, statSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { accuracies, expect, loadChapters, open, QUICK, run, test, untilPhase } from "./page.js";

const file = fileURLToPath(new URL("../../dist/convrfm.html", import.meta.url));

test("the page in one file: no request, the same numbers, all chapters, both languages", async ({ page, context }) => {
  expect(existsSync(file), "dist/convrfm.html; cargo xtask build --single-file makes it").toBe(true);
  expect(statSync(file).size).toBeLessThan(4_000_000);
  await open(page, QUICK);
  await run(page);
  const served = await accuracies(page);
  /** @type {string[]} */
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await context.setOffline(true);
  const { href } = pathToFileURL(file);
  await page.goto(`${href}${QUICK}`);
  await untilPhase(page, "ready");
  await run(page);
  expect(await accuracies(page)).toEqual(served);
  // Its pool runs, too.
  await expect(page.locator("[part=engine]")).toContainText(/cpu \(\d+ workers?\)/);
  await loadChapters(page);
  await page.getByRole("button", { name: "Español" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "es");
  // The address holds the settings, as that of a served page does.
  expect(page.url()).toContain("data=star");
  await page.goto(`${href}?engine=cpu&data=mnist&train=40&validation=20&test=20&rounds=2&agop=8`);
  await untilPhase(page, "ready");
  expect(requests.filter((url) => !/^(blob|data):/.test(url) && !url.startsWith(href))).toEqual([]);
  // What is left out is not offered.
  await page.locator("[part=data-set]").click();
  await expect(page.locator("[part=data-sets] input[value=mnist]")).toHaveCount(1);
  await expect(page.locator("[part=data-sets] input[value=fashion-mnist]")).toHaveCount(0);
});
