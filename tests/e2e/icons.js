/**
 * Draws the pictures that stand for the page: the icons of www/icons/ from www/icon.svg, and www/preview.png, which social networks show,
 * from the built page. `node tests/e2e/icons.js` after `cargo xtask build`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { serve } from "../../bench/site.js";
import { launchOptions } from "./chromium.js";

/** @import { Browser } from "@playwright/test" */

const www = fileURLToPath(new URL("../../www/", import.meta.url));
const GROUND = "#16324f";

/** `scale` of the drawing on its ground: launchers cut a maskable icon down to a circle of 80 %. */
const ICONS = [
  { name: "favicon-48", side: 48, scale: 1 },
  { name: "apple-touch-180", side: 180, scale: 0.88 },
  { name: "icon-192", side: 192, scale: 1 },
  { name: "icon-512", side: 512, scale: 1 },
  { name: "maskable-512", side: 512, scale: 0.8 },
];

/** @param {Browser} browser */
async function icons(browser) {
  const svg = readFileSync(`${www}icon.svg`, "utf8");
  for (const { name, side, scale } of ICONS) {
    const page = await browser.newPage({ viewport: { width: side, height: side } });
    const size = Math.round(side * scale);
    await page.setContent(
      `<body style="margin:0;height:100vh;display:grid;place-items:center;background:${GROUND}">${svg.replace("<svg ", `<svg width="${size}" height="${size}" `)}`,
    );
    writeFileSync(`${www}icons/${name}.png`, await page.screenshot());
    await page.close();
  }
}

/** The run that comes with the page, without controls: 1200 x 630 pixels of a window of 1440 x 756. @param {Browser} browser */
async function preview(browser) {
  const site = await serve();
  const page = await browser.newPage({ viewport: { width: 1440, height: 756 }, deviceScaleFactor: 1200 / 1440, colorScheme: "light", bypassCSP: true });
  await page.goto(`${site.base}?engine=cpu`);
  await page.locator("[part=app][data-phase=ready]").waitFor();
  await page.addStyleTag({ content: "[part=transport], [part=messages], [part=header] .caption, [part=accuracy] ~ *, [part=seeds], [part=pin] { display: none !important }" });
  await page.screenshot({ path: `${www}preview.png` });
  await site.close();
}

const browser = await chromium.launch(launchOptions);
try {
  await icons(browser);
  await preview(browser);
} finally {
  await browser.close();
}
