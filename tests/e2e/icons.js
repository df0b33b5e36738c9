/**
 * Draws the icons of www/icons/ from www/icon.svg in Chromium: `node tests/e2e/icons.js`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { launchOptions } from "./chromium.js";

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

const svg = readFileSync(`${www}icon.svg`, "utf8");
const browser = await chromium.launch(launchOptions);
try {
  for (const { name, side, scale } of ICONS) {
    const page = await browser.newPage({ viewport: { width: side, height: side } });
    const size = Math.round(side * scale);
    await page.setContent(
      `<body style="margin:0;height:100vh;display:grid;place-items:center;background:${GROUND}">${svg.replace("<svg ", `<svg width="${size}" height="${size}" `)}`,
    );
    writeFileSync(`${www}icons/${name}.png`, await page.screenshot());
    await page.close();
  }
} finally {
  await browser.close();
}
