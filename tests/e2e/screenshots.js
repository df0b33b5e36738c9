/**
 * Build the page first (`cargo xtask build`). This script then saves pictures of the first screen and of every chapter after a run, at
 * four widths, light and dark, in `target/screenshots/`.
 *
 *     node tests/e2e/screenshots.js ["?engine=cpu&data=mnist"] [WIDTHS, such as 1440,390]
 */
import { mkdir } from "node:fs/promises";
import { chromium } from "@playwright/test";
import { serve } from "../../bench/site.js";
import { launchOptions } from "./chromium.js";

const [query = "?engine=cpu", widths = "1440,1100,820,390"] = process.argv.slice(2);
const folder = "target/screenshots";

await mkdir(folder, { recursive: true });
const site = await serve();
const browser = await chromium.launch(launchOptions);
try {
  const page = await browser.newPage();
  await page.goto(`${site.base}${query}`);
  await page.locator("[part=app][data-phase=ready]").waitFor();
  await page.locator("[part=run]").click();
  await page.locator("[part=app][data-phase=finished]").waitFor({ timeout: 600_000 });
  for (const width of widths.split(",").map(Number)) {
    await page.setViewportSize({ width, height: width < 500 ? 844 : 900 });
    for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => scrollTo(0, 0));
      await page.screenshot({ path: `${folder}/first-${width}-${colorScheme}.png` });
      for (const chapter of await page.locator("[data-chapter]").all()) {
        await chapter.scrollIntoViewIfNeeded();
        await chapter.locator("> .body > *").first().waitFor({ state: "attached" });
        await chapter.screenshot({ path: `${folder}/${await chapter.getAttribute("data-chapter")}-${width}-${colorScheme}.png` });
      }
    }
  }
} finally {
  await browser.close();
  await site.close();
}
