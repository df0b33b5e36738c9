/** A figure in a frame of another origin: its height, its messages, its commands; and the dialog that makes the code. */
import { html, serve } from "./element/server.js";
import { SETTINGS } from "./element/plain.js";
import { expect, open, QUICK, test } from "./page.js";

const SEARCH = new URLSearchParams([...SETTINGS.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]));

test("a frame of another origin gets its height, tells its rounds, and obeys its parent only", async ({ page }) => {
  const site = await serve({});
  const frame = `<iframe src="${site.origin}/convrfm/embed.html?figure=filters&patch=5&theme=dark&${SEARCH}" title="f" width="650" height="100" style="border: 0"></iframe>`;
  const host = await serve({
    "/host.html": html(frame, `<script type="module" src="${site.origin}/convrfm/embed.js"></script>`),
  });
  await page.setViewportSize({ width: 800, height: 700 });
  await page.goto(`${host.origin}/host.html`);
  const figure = page.frameLocator("iframe").locator("[part=app]");
  await expect(figure).toHaveAttribute("data-phase", "ready");
  const inner = async () => (await figure.boundingBox())?.height ?? 0;
  const outer = async () => (await page.locator("iframe").boundingBox())?.height ?? 0;
  // Before the figure is drawn, both heights may agree by chance.
  await expect.poll(outer).toBeGreaterThan(300);
  await expect.poll(async () => Math.abs((await outer()) - (await inner()))).toBeLessThan(2);
  const wide = await outer();
  await page.locator("iframe").evaluate((each) => each.setAttribute("width", "320"));
  await expect.poll(outer).not.toBe(wide);
  await expect.poll(async () => Math.abs((await outer()) - (await inner()))).toBeLessThan(2);

  // A window that is not the parent commands nothing.
  const inside = page.frames()[1];
  await inside?.evaluate(() => window.postMessage({ type: "convrfm:run" }, "*"));
  const heard = await page.evaluate(async (origin) => {
    const frame = document.querySelector("iframe")?.contentWindow;
    /** @type {string[]} */
    const heard = [];
    const done = new Promise((resolve) =>
      addEventListener("message", ({ data, source, origin: from }) => {
        if (source !== frame || from !== origin || data.type === "convrfm:height") return;
        heard.push(data.type === "convrfm:round" ? `round ${data.round}` : `${data.type} ${data.rounds.length}`);
        if (data.type === "convrfm:done") resolve(true);
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    const early = heard.length;
    frame?.postMessage({ type: "convrfm:run" }, origin);
    await done;
    frame?.postMessage({ type: "convrfm:set", settings: { theme: "light", lang: "es", figure: "accuracy" } }, origin);
    return { early, heard };
  }, site.origin);
  expect(heard).toEqual({ early: 0, heard: ["round 0", "round 1", "convrfm:done 2"] });
  await expect(figure.getByRole("heading", { name: "Aciertos" })).toBeVisible();
  await expect(figure).toHaveCSS("background-color", "rgb(252, 252, 250)");
  await page.evaluate(
    (origin) =>
      document.querySelector("iframe")?.contentWindow?.postMessage({ type: "convrfm:set", settings: { lang: null } }, origin),
    site.origin,
  );
  await expect(figure.getByRole("heading", { name: "Accuracy" })).toBeVisible();
  site.close();
  host.close();
});

/**
 * A frame of another origin is not told the height of the window, and a figure of 650 pixels never had half of itself in sight of one
 * that is 300 high: a phone on its side.
 */
test("a frame that starts in sight does so in a low window too", async ({ page }) => {
  const site = await serve({});
  const frame = `<iframe src="${site.origin}/convrfm/embed.html?figure=filters&run=visible&patch=5&${SEARCH}" title="f" width="650" height="650" style="border: 0"></iframe>`;
  const host = await serve({ "/host.html": html(frame) });
  await page.setViewportSize({ width: 800, height: 300 });
  await page.goto(`${host.origin}/host.html`);
  await expect(page.frameLocator("iframe").locator("[part=app]")).toHaveAttribute("data-phase", "finished");
  site.close();
  host.close();
});

test("every chapter makes the code for other pages, with a preview", async ({ page }) => {
  await open(page, QUICK);
  await page.locator("[part=accuracy] [part=embed-open]").click();
  const dialog = page.locator("[part=embed-dialog]");
  const code = dialog.locator("[part=embed-code]");
  await expect(code).toContainText(/^<script type="module" src="http\S+\/convrfm.js"><\/script>\s<conv-rfm figure="accuracy"/);
  await expect(code).toContainText('data="star"');
  await dialog.locator("[part=embed-way]").selectOption("frame");
  await dialog.locator("[part=embed-theme]").selectOption("dark");
  await dialog.locator("[part=embed-figure]").selectOption("filters");
  await expect(code).toContainText(/<iframe src="http\S+embed\.html\?figure=filters&amp;theme=dark/);
  const preview = page.frameLocator("[part=embed-preview]").locator("[part=app]");
  await expect(preview).toHaveAttribute("data-figure", "filters");
  await expect(preview).toHaveCSS("background-color", "rgb(20, 23, 28)");
  await expect(preview.locator("[part=embed-open]")).toHaveCount(0);
  expect(Math.round((await dialog.locator("[part=embed-preview]").boundingBox())?.width ?? 0)).toBe(650);
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
});
