/** What the page may do on its host: its policy, where it connects to, what others show of it, and a folder opened from a disk. */
import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { page as pagePlugin } from "../../vite/page.js";
import { allowOnConsole, expect, loadChapters, open, openSettings, QUICK, run, test, untilPhase } from "./page.js";

/** @import { Page } from "@playwright/test" */

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));

/** Addresses of other hosts that were asked for, and violations of the policy. @param {Page} page @param {string} host */
async function watch(page, host) {
  /** @type {string[]} */
  const found = [];
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (/^(http|ws)s?:$/.test(url.protocol) && url.host !== host) found.push(url.href);
  });
  await page.exposeFunction("violated", (/** @type {string} */ what) => found.push(what));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, lineNumber }) =>
      /** @type {any} */ (window).violated(`${violatedDirective}: ${blockedURI} at ${sourceFile}:${lineNumber}`),
    );
  });
  return found;
}

test("a run through all chapters obeys the policy, and asks no other host for anything", async ({ page, baseURL }) => {
  const found = await watch(page, new URL(baseURL ?? "").host);
  await open(page, `${QUICK}&lesson=1`);
  await page.keyboard.press("Escape");
  await openSettings(page);
  await run(page);
  await loadChapters(page);
  // Pictures are drawn by way of an image of SVG, files handed over as blobs.
  for (const part of ["take-results-json", "save-picture", "take-filters-png"])
    await Promise.all([page.waitForEvent("download"), page.locator(`[part=${part}]`).click()]);
  await expect(page.locator("[part=card]")).toBeVisible();
  await page.locator("[part=embed-open]").first().click();
  await expect(page.frameLocator("[part=embed-preview]").locator("[part=filters]")).toBeVisible();
  await page.keyboard.press("Escape");
  await page.locator("[part=data-set]").click();
  await page.locator("[part=own-open]").click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Español" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "es");
  // A link to a set on the hub asks the reader first.
  await page.goto("./?engine=cpu&data=hub&hub=nobody/nothing");
  await untilPhase(page, "ready");
  expect(found).toEqual([]);
});

test("the policy refuses inline scripts, eval, HTML from a string, and other hosts", async ({ page, baseURL }) => {
  allowOnConsole(/Content Security Policy|TrustedHTML|TrustedScript|Trusted Type/);
  await open(page, QUICK);
  const policy = (await page.locator("meta[http-equiv=Content-Security-Policy]").getAttribute("content")) ?? "";
  expect(policy).not.toMatch(/unsafe-inline|unsafe-eval(?<!wasm-unsafe-eval)|\s\*[\s;]/);
  const outcome = await page.evaluate(async (other) => {
    const script = document.createElement("script");
    const tried = (/** @type {() => unknown} */ action) => {
      try {
        action();
        return "done";
      } catch (error) {
        return error instanceof Error ? error.name : String(error);
      }
    };
    const text = tried(() => (script.textContent = "window.injected = 1"));
    document.head.append(script);
    // Playwright's own call may evaluate strings.
    await new Promise((resolve) => setTimeout(resolve));
    return {
      text,
      injected: "injected" in window,
      evaluated: tried(() => (0, eval)("1")),
      html: tried(() => (document.createElement("p").innerHTML = "<b>x</b>")),
      fetched: await fetch(other).then(
        () => "done",
        ({ name }) => name,
      ),
    };
    // Another port is another host to the policy.
  }, new URL(baseURL ?? "").href.replace(/:\d+/, ":9"));
  expect(outcome.injected).toBe(false);
  expect(outcome).toMatchObject({ evaluated: "EvalError", html: "TypeError", fetched: "TypeError" });
});

test("what social networks show: title, words, and a picture of the size that is stated; with the site's address when it is known", async ({ page }) => {
  const source = await (await page.request.get("./")).text();
  const content = (/** @type {string} */ html, /** @type {string} */ name) => new RegExp(`property="og:${name}"\\s+content="([^"]+)"`).exec(html)?.[1] ?? "";
  for (const name of ["title", "description", "image:alt"]) expect(content(source, name).length, name).toBeGreaterThan(20);
  const picture = await (await page.request.get(content(source, "image"))).body();
  expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([Number(content(source, "image:width")), Number(content(source, "image:height"))]);
  expect(picture.length).toBeLessThan(150_000);
  // As Vite calls it.
  const { handler } = /** @type {{handler: (html: string) => string}} */ (pagePlugin("https://example.org/convrfm/index.html").transformIndexHtml);
  const placed = handler(readFileSync(`${dist}index.html`, "utf8"));
  expect(content(placed, "image")).toMatch(/^https:\/\/example\.org\/convrfm\/assets\/preview-[^/]+\.png$/);
  expect(content(placed, "url")).toBe("https://example.org/convrfm/");
  expect(placed).toContain('<link rel="canonical" href="https://example.org/convrfm/" />');
});

test("a build for a known site says to blogs how to show the filters, in a frame that its pages name", async ({ page }) => {
  const plugin = /** @type {{generateBundle: () => void, transformIndexHtml: {handler: (html: string) => string}}} */ (
    /** @type {unknown} */ (pagePlugin("https://example.org/convrfm/"))
  );
  /** @type {{fileName: string, source: string}[]} */
  const files = [];
  plugin.generateBundle.call({ emitFile: (/** @type {any} */ file) => files.push(file) });
  const [{ fileName, source } = { fileName: "", source: "" }] = files;
  expect(plugin.transformIndexHtml.handler(readFileSync(`${dist}index.html`, "utf8"))).toContain(
    `type="application/json+oembed" href="https://example.org/convrfm/${fileName}"`,
  );
  const { version, type, html, width, height } = JSON.parse(source);
  expect({ version, type }).toEqual({ version: "1.0", type: "rich" });
  expect(html).toContain(`width="${width}" height="${height}"`);
  // The frame is the one of this build.
  const frame = new URL(/src="([^"]+)"/.exec(html)?.[1] ?? "").href.replace("https://example.org/convrfm/", "./");
  await page.goto(frame);
  await expect(page.locator("[part=filters]")).toBeVisible();
});

for (const { locale, words } of [
  { locale: "en-GB", words: "Open convrfm.html instead" },
  { locale: "es-ES", words: "Abre en su lugar convrfm.html" },
]) {
  test(`opened from a folder on disk, the page says what to do (${locale})`, async ({ browser }) => {
    const context = await browser.newContext({ locale });
    try {
      const page = await context.newPage();
      await page.goto(pathToFileURL(`${dist}index.html`).href);
      await expect(page.getByText(words)).toBeVisible();
      await expect(page.locator("[data-from-disk]:visible")).toHaveCount(1);
    } finally {
      await context.close();
    }
  });
}
