/** The code of README.md and docs/embed.md, as a reader would copy it: every page, its scripts, its policy, and the headers of the site. */
import { readFile } from "node:fs/promises";
import { EXAMPLE, headers, root, snippets } from "./documents.js";
import { SETTINGS } from "./element/plain.js";
import { html, serve } from "./element/server.js";
import { expect, test } from "./page.js";

/** A short run in place of the one that is shown: the first of two attributes, and of two values in an address, holds. */
const small = (/** @type {string} */ code) =>
  code
    .replace("<conv-rfm ", `<conv-rfm ${SETTINGS} `)
    .replace("embed.html?", `embed.html?${SETTINGS.replaceAll('"', "").replaceAll(" ", "&amp;")}&amp;`);

for (const { place, code, scripts, policies } of snippets) {
  test(`${place}: the figure appears`, async ({ page }) => {
    const site = await serve({});
    const script = scripts.map((each) => `<script type="module">${each}</script>`).join("");
    const host = await serve({ "/host.html": html(small(code).replace(EXAMPLE, `${site.origin}/convrfm/`) + script) });
    await page.addInitScript(() => {
      const heights = /** @type {number[]} */ ([]);
      Object.assign(window, { heights });
      addEventListener("message", ({ data }) => data?.type === "convrfm:height" && heights.push(data.height));
    });
    const logged = /** @type {Promise<unknown>[]} */ ([]);
    page.on("console", (message) => message.type() === "log" && logged.push(...message.args().map((each) => each.jsonValue())));
    await page.goto(`${host.origin}/host.html`);

    const framed = code.includes("<iframe");
    const app = (framed ? page.frameLocator("iframe") : page.locator("conv-rfm")).locator("[part=app]");
    await expect(app).toBeVisible();
    await expect(app.locator("canvas").first()).toBeVisible();
    if (code.includes("embed.html")) {
      // The figure grows with what it draws, so the frame is compared with the newest height and not with the first.
      const differences = () =>
        page.locator("iframe").evaluate((frame) => {
          const { heights } = /** @type {{ heights: number[] }} */ (/** @type {unknown} */ (window));
          return heights.slice(-1).map((height) => parseFloat(frame.style.height) - height);
        });
      await expect.poll(differences).toEqual([0]);
    }
    // Each script logs the rounds of the run.
    await expect.poll(() => logged.length).toBe(scripts.length);
    for (const rounds of await Promise.all(logged)) expect(rounds).toHaveLength(2);
    site.close();
    host.close();
  });

  for (const policy of policies) {
    test(`${place}: the policy below it is enough`, async ({ page }) => {
      const site = await serve(
        { "/host.html": html(small(code).replace(EXAMPLE, "/convrfm/")) },
        { headers: { "content-security-policy": policy.trim() } },
      );
      await page.goto(`${site.origin}/host.html`);
      await expect(page.locator("conv-rfm [part=app]")).toHaveAttribute("data-phase", "finished");
      site.close();
    });
  }
}

test("the headers for the built site leave the page as it is", async ({ page }) => {
  expect(snippets).toHaveLength(4);
  expect(headers).toHaveLength(1);
  const built = await readFile(`${root}dist/index.html`, "utf8");
  const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/i.exec(built)?.[1] ?? "";
  const lines = headers.join("").trim().split("\n");
  const sent = Object.fromEntries(lines.map((line) => /^([\w-]+): (.+)$/.exec(line)?.slice(1) ?? [line, ""]));
  sent["Content-Security-Policy"] = sent["Content-Security-Policy"]?.replace(/\(the policy .*\)/, policy);
  expect(sent["Content-Security-Policy"]).toMatch(/^default-src .*; frame-ancestors \*$/);
  const site = await serve({}, { headers: sent });
  // A rule that is broken is an error on the console, which fails every test.
  await page.goto(`${site.origin}/convrfm/`);
  await expect(page.locator("[part=app]")).toHaveAttribute("data-phase", "ready");
  site.close();
});
