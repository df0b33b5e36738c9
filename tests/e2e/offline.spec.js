/** The page without a network, with a network that stalls, and with a new version of it on the server. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { allowOnConsole, expect, inWorker, loadChapters, QUICK, run, test, untilPhase } from "./page.js";
import { serveFolder } from "./server.js";

/** @import { Page } from "@playwright/test" */

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));

/** Until the copy of the page is complete and in use. @param {Page} page */
const untilKept = (page) => page.evaluate(async () => void (await navigator.serviceWorker.ready));

test.describe("with a service worker", () => {
  test.use({ serviceWorkers: "allow" });

  test("a second visit with the server stopped: runs, all chapters, both languages, all sample packs", async ({ page }) => {
    const server = await serveFolder(dist);
    try {
      await page.goto(`${server.base}${QUICK}`);
      await untilPhase(page, "ready");
      await untilKept(page);
    } finally {
      server.stop();
    }
    await expect(page.request.get(server.base, { maxRetries: 0 })).rejects.toThrow();
    // With another address than the first time, and other settings.
    /** @type {string[]} */
    const failed = [];
    page.on("requestfailed", (request) => failed.push(request.url()));
    await page.goto(`${server.base}?engine=cpu&data=star&train=40&validation=20&test=40&rounds=2`);
    await untilPhase(page, "ready");
    await run(page);
    await loadChapters(page);
    await page.getByRole("button", { name: "Español" }).click();
    await expect(page.locator("html")).toHaveAttribute("lang", "es");
    for (const data of ["mnist", "fashion-mnist"]) {
      await page.goto(`${server.base}index.html?engine=cpu&data=${data}&train=40&validation=20&test=20`);
      await untilPhase(page, "ready");
    }
    expect(failed).toEqual([]);
    // The dialog for files, which reads Parquet too.
    await page.locator("[part=data-set]").click();
    await page.locator("[part=own-open]").click();
    await expect(page.getByRole("dialog")).toBeVisible();
  });

  test("a new version is offered and taken on demand; a run goes on meanwhile", async ({ page }) => {
    const folder = join(mkdtempSync(join(tmpdir(), "convrfm-")), "/");
    cpSync(dist, folder, { recursive: true });
    const server = await serveFolder(folder);
    try {
      await page.goto(`${server.base}${QUICK}`);
      await untilPhase(page, "ready");
      await untilKept(page);
      await expect(page.locator("[part=update]")).toHaveCount(0);
      // Nothing is new on a second visit.
      await page.reload();
      await untilPhase(page, "ready");
      const change = (/** @type {string} */ name, /** @type {string} */ from, /** @type {string} */ to) =>
        writeFileSync(`${folder}${name}`, readFileSync(`${folder}${name}`, "utf8").replace(from, to));
      change("index.html", "</head>", '<meta name="version" content="new" /></head>');
      change("service_worker.js", /"revision":"(\w+)","url":"index.html"/.exec(readFileSync(`${folder}service_worker.js`, "utf8"))?.[1] ?? "", "new");
      await page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
      await expect(page.locator("[part=update]")).toContainText("A new version of this page is ready.");
      await run(page);
      await page.getByRole("button", { name: "Later" }).click();
      await expect(page.locator("[part=update]")).toHaveCount(0);
      // Not taken: the old version is shown again, and the new one offered.
      await page.reload();
      await expect(page.locator("meta[name=version]")).toHaveCount(0);
      await page.locator("[part=update-take]").click();
      await expect(page.locator("meta[name=version]")).toHaveCount(1);
      await untilPhase(page, "ready");
      await expect(page.locator("[part=update]")).toHaveCount(0);
    } finally {
      server.stop();
      rmSync(folder, { recursive: true });
    }
  });

  test("the page can be installed: the browser accepts its manifest, and every icon has the size that it states", async ({ page }) => {
    await page.goto(`./${QUICK}`);
    const session = await page.context().newCDPSession(page);
    const { url, errors, data = "{}" } = await session.send("Page.getAppManifest");
    expect(errors).toEqual([]);
    const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
    // Playwright's windows are private ones.
    expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito")).toEqual([]);
    const { icons } = JSON.parse(data);
    expect(icons.map((/** @type {{purpose?: string}} */ { purpose }) => purpose ?? "any")).toEqual(["any", "any", "maskable"]);
    for (const { src, sizes } of icons) {
      const png = await (await page.request.get(new URL(src, url).href)).body();
      expect(`${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`, src).toBe(sizes);
    }
  });
});

test.describe("with a network that stalls", () => {
  /** The same patience, ten times as fast: a second is enough for a slow machine. */
  const HURRY = `{
    const later = setTimeout;
    globalThis.setTimeout = (action, ms, ...given) => later(action, [10_000, 15_000, 30_000].includes(ms) ? ms / 10 : ms, ...given);
  }`;

  test("a worker whose script never arrives is started again; the third failure is said in words", async ({ page }) => {
    let stalled = 2;
    await page.addInitScript(HURRY);
    await page.route(/\/worker-[^/]*\.js/, (route) => (stalled-- > 0 ? undefined : route.continue()));
    await page.goto(`./${QUICK}`);
    await untilPhase(page, "ready");
    await expect(page.getByRole("alert")).toHaveCount(0);
    await run(page);
    stalled = 3;
    await page.reload();
    await untilPhase(page, "failed");
    await expect(page.locator("[part=failure]")).toContainText("it was tried three times");
    await page.getByRole("button", { name: "Try again" }).click();
    await untilPhase(page, "ready");
  });

  test("an engine and a sample pack of which no more bytes arrive are asked for again", async ({ page }) => {
    allowOnConsole(/ERR_ABORTED|Failed to load/);
    const reached = await inWorker(
      page,
      `${HURRY}
       const ask = self.fetch;
       const seen = new Set();
       self.fetch = async (url, init) => {
         if (seen.has(url)) return ask(url, init);
         seen.add(url);
         const response = await ask(url, init);
         const half = (await response.arrayBuffer()).slice(0, 1000);
         const body = new ReadableStream({
           start(controller) {
             controller.enqueue(new Uint8Array(half));
             init.signal.addEventListener("abort", () => controller.error(init.signal.reason));
           },
         });
         return new Response(body, { headers: response.headers });
       };`,
    );
    await page.goto("./?engine=cpu&data=mnist&train=20&validation=20&test=20&rounds=2&agop=5&depth=1");
    await untilPhase(page, "ready");
    reached();
    await run(page);
  });
});
