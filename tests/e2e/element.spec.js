/** `<conv-rfm>` on pages of others: plain HTML, React and Vue, several on one page, under a strict policy, from another origin. */
import { build } from "vite";
import { PLAIN, PLAIN_SCRIPT, SETTINGS } from "./element/plain.js";
import { html, serve } from "./element/server.js";
import { OUT } from "./element/hosts/vite.config.js";
import { fileURLToPath } from "node:url";
import { expect, test, workersNamed } from "./page.js";

/** @import { Locator } from "@playwright/test" */
/** @import { ConvRfmElement } from "../../www/element.ts" */

const SCRIPT = '<script type="module" src="/convrfm/convrfm.js"></script>';
const configFile = fileURLToPath(new URL("element/hosts/vite.config.js", import.meta.url));
/** Playwright's workers build the hosts at the same time, each into its own folder. */
const folder = `${OUT}-${process.env.TEST_PARALLEL_INDEX}`;
/** As in `www/worker/pool.ts`. */
const MOST = 8;

/** @type {Awaited<ReturnType<typeof serve>>} */
let server;
test.beforeAll(async () => {
  await build({ configFile, build: { outDir: folder } });
  server = await serve(
    {
      "/plain.html": html(PLAIN, `${SCRIPT}<script type="module" src="/plain.js"></script>`),
      "/plain.js": PLAIN_SCRIPT,
      "/two.html": html(
        `<conv-rfm id="a" figure="accuracy" ${SETTINGS} patch="5"></conv-rfm><conv-rfm id="b" figure="filters" theme="dark" lang="es" ${SETTINGS} patch="7"></conv-rfm>`,
        SCRIPT,
      ),
      "/below.html": html(
        `<p style="height:3000px">A long text</p><conv-rfm figure="filters" ${SETTINGS} patch="5" run="visible"></conv-rfm><p style="height:2000px">More</p>`,
        SCRIPT,
      ),
      "/empty.html": html("", SCRIPT),
    },
    { folder },
  );
});
test.afterAll(() => server.close());

/** @param {Locator} element @param {RegExp | string} phase */
const untilPhase = (element, phase) => expect(element.locator("[part=app]")).toHaveAttribute("data-phase", phase);

/** @param {Locator} element @returns {Promise<ReturnType<() => ConvRfmElement["results"]>>} */
const resultsOf = (element) => element.evaluate((/** @type {ConvRfmElement} */ each) => each.results);

for (const host of ["plain", "react", "vue"]) {
  test(`a host in ${host} sets attributes, hears events, calls methods, and takes the element away and back`, async ({ page }) => {
    await page.goto(`${server.origin}/${host}.html`);
    if (host !== "plain") await page.addScriptTag({ type: "module", url: "/convrfm/convrfm.js" });
    const element = page.locator("conv-rfm");
    await untilPhase(element, "ready");
    await element.getByRole("button", { name: "Run" }).click();
    await untilPhase(element, "finished");
    await expect(page.locator("main > output")).toHaveText("round 0, round 1, done");
    const first = await resultsOf(element);
    expect(first?.rounds).toHaveLength(2);
    expect(first?.settings).toContain("patch=5");

    // Another figure shows the same run. It once ended the worker, and with it the run.
    for (const figure of ["accuracy", "filters"]) {
      await element.evaluate((each, figure) => each.setAttribute("figure", figure), figure);
      await expect(element.locator("[part=app]")).toHaveAttribute("data-figure", figure);
      await untilPhase(element, "finished");
      expect(await resultsOf(element)).toEqual(first);
    }

    // Another attribute is the next run; what is on show stays until then.
    await page.locator("#patch").click();
    await untilPhase(element, "ready");
    await expect(element.locator("[part=belongs]")).toContainText("5 → 7");
    await page.locator("#go").click();
    await untilPhase(element, "finished");
    await expect(page.locator("main > output")).toHaveText("round 0, round 1, done, round 0, round 1, done");
    expect((await resultsOf(element))?.settings).toContain("patch=7");

    await page.locator("#there").click();
    await expect(element).toHaveCount(0);
    await expect.poll(() => page.workers().length).toBe(0);
    await page.locator("#there").click();
    await untilPhase(element, "ready");
    await expect(page.locator("head link[href*=assets][href*='/convrfm/'], head style")).toHaveCount(0);
  });
}

test("two elements share one worker and one pool, and compute one after the other", async ({ page }) => {
  await page.goto(`${server.origin}/two.html`);
  const [a, b] = [page.locator("#a"), page.locator("#b")];
  for (const each of [a, b]) await untilPhase(each, "ready");
  expect(await workersNamed(page, "shared")).toBe(1);
  expect(await workersNamed(page, "")).toBe(0);
  const pool = Math.min(await page.evaluate(() => navigator.hardwareConcurrency), MOST);
  await expect.poll(() => workersNamed(page, "pool")).toBe(pool);

  const order = await page.evaluate(async () => {
    /** @type {string[]} */
    const heard = [];
    document.addEventListener("round", (event) => heard.push(/** @type {Element} */ (event.target).id));
    const elements = [...document.querySelectorAll("conv-rfm")];
    const said = new Promise((resolve) => {
      const line = elements[1]?.shadowRoot?.querySelector("[part=progress-text]");
      if (line)
        new MutationObserver(() => line.textContent?.startsWith("Espera a que") && resolve(true)).observe(line, {
          subtree: true,
          characterData: true,
          childList: true,
        });
    });
    await Promise.all([...elements.map((each) => each.run()), said]);
    return heard.join("");
  });
  expect(order).toBe("aabb");
  // One that is paused makes way.
  await page.evaluate(async () => {
    const [a, b] = [...document.querySelectorAll("conv-rfm")];
    const first = new Promise((resolve) => a?.addEventListener("round", resolve, { once: true }));
    void a?.run();
    await first;
    await a?.pause();
    await b?.run();
  });
  await untilPhase(b, "finished");
  await untilPhase(a, "paused");
  await a.locator("[part=run]").click();
  await untilPhase(a, "finished");
  // Each is what it would be alone, in its own language and colours.
  expect((await resultsOf(a))?.rounds).toHaveLength(2);
  await expect(b.getByRole("button", { name: "Otra vez" })).toBeVisible();
  const papers = await Promise.all(
    [a, b].map((each) => each.locator("[part=app]").evaluate((app) => getComputedStyle(app).backgroundColor)),
  );
  expect(papers).toEqual(["rgb(252, 252, 250)", "rgb(20, 23, 28)"]);
  expect(await workersNamed(page, "shared")).toBe(1);
  await expect.poll(() => workersNamed(page, "pool")).toBe(pool);

  await page.evaluate(() => document.querySelector("#a")?.remove());
  await b.locator("[part=run]").click();
  await untilPhase(b, "finished");
  await page.evaluate(() => document.querySelector("#b")?.remove());
  await expect.poll(() => page.workers().length).toBe(0);
});

test("nothing loads before the element is near, nothing moves, and it runs while it is in sight", async ({ page }) => {
  /** @type {string[]} */
  const loaded = [];
  page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
  await page.addInitScript(() => {
    const shifts = /** @type {number[]} */ ([]);
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push(/** @type {{ value: number }} */ (/** @type {unknown} */ (entry)).value);
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(`${server.origin}/below.html`);
  const element = page.locator("conv-rfm");
  const height = () => element.evaluate((each) => each.getBoundingClientRect().height);
  await page.evaluate(() => customElements.whenDefined("conv-rfm"));
  const before = await height();
  expect(before).toBeGreaterThan(300);
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  expect(loaded).toEqual(["/below.html", "/convrfm/convrfm.js"]);

  // Near, and not in sight: it is prepared and waits.
  await page.evaluate(() => scrollTo(0, 2000));
  await untilPhase(element, "ready");
  await page.evaluate(() => scrollTo(0, 2900));
  await untilPhase(element, "finished");
  expect(await height()).toBe(before);
  // What moves is a sentence that becomes longer within its line.
  const shifts = await page.evaluate(() => /** @type {{ shifts: number[] }} */ (/** @type {unknown} */ (window)).shifts);
  expect(shifts.reduce((sum, each) => sum + each, 0)).toBeLessThan(0.001);
});

test("it obeys a strict policy of its host, from the same origin and from another", async ({ page }) => {
  const other = await serve({});
  const strict = (/** @type {string} */ from, worker = from) => ({
    "content-security-policy": `default-src 'none'; script-src ${from} 'wasm-unsafe-eval'; style-src ${from}; connect-src ${from}; worker-src ${worker}; img-src data:`,
  });
  const pages = (/** @type {string} */ from) => ({
    "/host.html": html(
      `<conv-rfm figure="filters" ${SETTINGS} patch="5" run="visible"></conv-rfm><conv-rfm figure="loop" ${SETTINGS} patch="7"></conv-rfm>`,
      `<script type="module" src="${from}/convrfm/convrfm.js"></script>`,
    ),
  });
  const hosts = [
    await serve(pages(""), { headers: strict("'self'") }),
    await serve(pages(other.origin), { headers: strict(other.origin, `blob: ${other.origin}`) }),
  ];
  await page.addInitScript(() => {
    const broken = /** @type {string[]} */ ([]);
    Object.assign(window, { broken });
    addEventListener("securitypolicyviolation", (event) =>
      broken.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
    );
  });
  for (const { origin } of hosts) {
    await page.goto(`${origin}/host.html`);
    const [first, loop] = await page.locator("conv-rfm").all();
    if (!first || !loop) throw new Error("two elements");
    await untilPhase(first, "finished");
    expect((await resultsOf(first))?.rounds).toHaveLength(2);
    await expect(loop.locator("[part=figure] h2 ~ *").first()).toBeVisible();
    expect(await page.evaluate(() => /** @type {{ broken: string[] }} */ (/** @type {unknown} */ (window)).broken)).toEqual([]);
  }
  for (const each of [...hosts, other]) each.close();
});

test("fifty elements that came and went leave nothing behind", async ({ page }) => {
  await page.goto(`${server.origin}/empty.html`);
  const session = await page.context().newCDPSession(page);
  const comeAndGo = (/** @type {number} */ times) =>
    page.evaluate(
      async ({ times, settings }) => {
        const holder = document.createElement("div");
        document.body.append(holder);
        for (let i = 0; i < times; i++) {
          holder.innerHTML = `<conv-rfm figure="filters" ${settings} patch="5"></conv-rfm>`;
          const element = holder.querySelector("conv-rfm");
          while (!element?.results) await new Promise((resolve) => setTimeout(resolve, 10));
          holder.replaceChildren();
          await new Promise((resolve) => setTimeout(resolve));
        }
      },
      { times, settings: SETTINGS },
    );
  const bytes = async () => {
    await expect.poll(() => page.workers().length).toBe(0);
    for (let i = 0; i < 3; i++) await session.send("HeapProfiler.collectGarbage");
    return (await session.send("Runtime.getHeapUsage")).usedSize;
  };
  // Until then the browser keeps compiling.
  await comeAndGo(15);
  const before = await bytes();
  await comeAndGo(50);
  expect((await bytes()) / before).toBeLessThan(1.1);
  for (const kind of [
    "customElements.get('conv-rfm')",
    "ShadowRoot",
    "Worker",
    "MessagePort",
    "IntersectionObserver",
    "MutationObserver",
    "ResizeObserver",
  ]) {
    const { result } = await session.send("Runtime.evaluate", { expression: `${kind}.prototype` });
    const { objects } = await session.send("Runtime.queryObjects", { prototypeObjectId: result.objectId ?? "" });
    const length = { objectId: objects.objectId, functionDeclaration: "function () { return this.length }", returnByValue: true };
    expect((await session.send("Runtime.callFunctionOn", length)).result.value, kind).toBe(0);
  }
});
