/**
 * Build the page first (`cargo xtask build`). `node tests/e2e/pictures.js` then makes the pictures of docs/embed.md: the code there on
 * a page with some text, after the run.
 */
import { chromium } from "@playwright/test";
import { launchOptions } from "./chromium.js";
import { EXAMPLE, root, snippets } from "./documents.js";
import { html, serve } from "./element/server.js";

const STYLE = "<style>body { font: 16px/1.5 Georgia, serif; margin: 24px; background: white; color: #222 }</style>";
const TEXT = "<h1>What a kernel sees</h1><p>This text belongs to a blog. The figure below it is computed in your browser.</p>";

const browser = await chromium.launch(launchOptions);
for (const { place, code } of snippets.filter(({ place }) => place.startsWith("docs/embed.md"))) {
  const name = code.includes("<iframe") ? "frame" : "element";
  // With `auto` the figure explains why it does not use the software GPU of this machine.
  const onCpu = code.replace("<conv-rfm ", '<conv-rfm engine="cpu" ').replace("embed.html?", "embed.html?engine=cpu&amp;");
  const site = await serve({});
  const host = await serve({ "/host.html": html(TEXT + onCpu.replaceAll(EXAMPLE, `${site.origin}/convrfm/`), STYLE) });
  const page = await browser.newPage({ viewport: { width: 640, height: 800 }, colorScheme: "light" });
  await page.goto(`${host.origin}/host.html`);
  const app = name === "frame" ? page.frameLocator("iframe") : page;
  await app.locator("[part=app][data-phase=finished]").waitFor({ timeout: 600_000 });
  await page.screenshot({ path: `${root}docs/pictures/${name}.png`, fullPage: true, animations: "disabled" });
  console.log(`${place}: docs/pictures/${name}.png`);
  await page.close();
  site.close();
  host.close();
}
await browser.close();
