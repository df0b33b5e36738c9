/** The page around the run: addresses, errors, first paint, sub-path, words, access, looks. */
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { fixed } from "../../www/text/en/page";
import { plain } from "../../www/text/prose";
import { accuracies, allowOnConsole, expect, expectAccessibleInBothSchemes, expectFitsWindows, loadChapters, open, openSettings, QUICK, run, test, untilPhase } from "./page.js";

/** @import { Page } from "@playwright/test" */

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));

test("a link carries every setting", async ({ page }) => {
  await open(page, "?data=star&train=24&validation=30&test=40&seed=7&patch=5&depth=2&ridge=0.01&rounds=2&agop=6");
  await openSettings(page);
  for (const [key, value] of Object.entries({ train: "24", patch: "5", depth: "2", ridge: "0.01", seed: "7" })) {
    await expect(page.locator(`[part=set-${key}]`)).toHaveValue(value);
  }
  await page.locator("[part=set-seed]").fill("8");
  await page.locator("[part=set-seed]").press("Enter");
  await expect(page).toHaveURL(/data=star.*seed=8/);
  await untilPhase(page, "ready");
  await run(page);
  const once = await accuracies(page);
  await page.reload();
  await untilPhase(page, "ready");
  await run(page);
  expect(await accuracies(page)).toEqual(once);
});

const BAD = [
  "?data=nonsense",
  "?patch=99999&depth=-3&ridge=0&rounds=1e9&train=0",
  "?train=NaN&validation=&test=abc&seed=-1&sigma=Infinity",
  "?data=mnist&patch=0.2&ridge=1e99&agop=100000&train=100000",
  "?data=star&patch=3&patch=5&%00=1&<script>=1",
  "?seed=99999999999999999999&data=local-signal&sigma=-4&depth=1000",
];

for (const query of BAD) {
  test(`nothing in the address can break the page: ${query}`, async ({ page }) => {
    await open(page, query);
    await expect(page.getByRole("alert")).toBeHidden();
    if (!query.includes("script")) await expect(page.locator("[part=corrections]")).toBeVisible();
    // Small enough to run: the limits hold for what is really computed, too.
    await openSettings(page);
    const fields = page.locator("[part=set-train]");
    await fields.fill("4");
    await fields.press("Enter");
    await untilPhase(page, "ready");
    await page.getByRole("button", { name: "Step" }).click();
    await untilPhase(page, "between|finished", 120_000);
  });
}

test("a missing sample pack is said in words, with a way on", async ({ page }) => {
  allowOnConsole(/404/);
  await page.route("**/*.npz", (route) => route.fulfill({ status: 404, body: "" }));
  await page.goto("./?data=mnist");
  await untilPhase(page, "failed");
  await expect(page.getByRole("alert")).toContainText("404");
  await page.unroute("**/*.npz");
  await page.getByRole("button", { name: "Try again" }).click();
  await untilPhase(page, "ready");
  await expect(page.getByRole("alert")).toBeHidden();
});

test("an engine that cannot be loaded is said in words, with a way on", async ({ page }) => {
  allowOnConsole(/404|MIME|compil/i);
  await page.route("**/*.wasm", (route) => route.fulfill({ status: 404, body: "" }));
  await page.goto("./");
  await untilPhase(page, "failed");
  await expect(page.getByRole("alert")).toBeVisible();
  await page.unroute("**/*.wasm");
  await page.getByRole("button", { name: "Try again" }).click();
  await untilPhase(page, "ready");
});

/** Browsers without what the engine needs: made so by a script, and by a switch of the browser itself. */
const LACKING = [
  { lacks: "WebAssembly", words: "no WebAssembly,", script: "delete window.WebAssembly", flag: "--jitless" },
  { lacks: "SIMD", words: "no WebAssembly SIMD,", script: "WebAssembly.validate = () => false", flag: "--no-enable-sse4-1" },
];

/** No worker is tried, nothing can be tried again, and the rest of the page stands. @param {Page} page @param {string} words */
async function expectUnsupported(page, words) {
  /** @type {string[]} */
  const loaded = [];
  page.on("request", (request) => loaded.push(request.url()));
  await page.goto("./");
  await untilPhase(page, "failed");
  const alert = page.getByRole("alert").filter({ visible: true });
  await expect(alert).toContainText(words);
  await expect(alert.getByRole("button")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Run", exact: true })).toBeDisabled();
  // Other settings cannot change it.
  await page.locator("[part=data-set]").click();
  await page.locator("[part=data-sets] input[value=mnist]").check();
  await expect(page).toHaveURL(/data=mnist/);
  await untilPhase(page, "failed");
  await expect(alert).toContainText(words);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(fixed.title ?? "");
  expect(loaded.filter((url) => /worker|\.wasm/.test(url))).toEqual([]);
}

for (const { lacks, words, script, flag } of LACKING) {
  test(`a browser without ${lacks} is told so in words, before anything is loaded`, async ({ page }) => {
    await page.addInitScript(script);
    await expectUnsupported(page, words);
  });

  test(`a real browser without ${lacks} is told so in words`, async ({ playwright, launchOptions, baseURL }) => {
    test.skip(process.arch !== "x64" && lacks === "SIMD", "every such processor has vector instructions, and no switch hides them");
    const browser = await playwright.chromium.launch({ ...launchOptions, args: [...(launchOptions.args ?? []), `--js-flags=${flag}`] });
    try {
      const page = await browser.newPage({ baseURL });
      await expectUnsupported(page, words);
    } finally {
      await browser.close();
    }
  });
}

test("a browser that is too old for the page is told so in words", async ({ page }) => {
  await page.addInitScript(() => {
    const supports = CSS.supports.bind(CSS);
    CSS.supports = (/** @type {any[]} */ ...given) => !String(given).includes("light-dark") && supports(.../** @type {[string]} */ (given));
  });
  await page.goto("./");
  await expect(page.getByRole("alert")).toHaveText(/too old for the page: it lacks CSS light-dark\(\)\. Chrome 123/);
  await expect(page.locator("[part=app]")).toHaveCount(0);
});

test("the page is painted and can be used before the engine is there", async ({ page }, info) => {
  /** @type {() => void} */
  let release = () => {};
  const held = new Promise((/** @type {(value: void) => void} */ resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`./${QUICK}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(fixed.title ?? "");
  await expect(page.getByRole("button", { name: "Run", exact: true })).toBeEnabled();
  // Pressed early, it runs once it can.
  await page.getByRole("button", { name: "Run", exact: true }).click();
  release();
  await untilPhase(page, "finished");
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  info.annotations.push({ type: "first contentful paint, ms", description: String(Math.round(paint ?? NaN)) });
});

test("interactive at once", async ({ page }, info) => {
  await page.goto("./");
  const button = page.getByRole("button", { name: "Run", exact: true });
  await expect(button).toBeEnabled();
  const seen = await page.evaluate(() => performance.now());
  await untilPhase(page, "ready");
  const ready = await page.evaluate(() => performance.now());
  info.annotations.push({ type: "Run enabled after, ms", description: seen.toFixed(0) });
  info.annotations.push({ type: "engine ready after, ms", description: ready.toFixed(0) });
});

test("works under a sub-path of a plain file server", async ({ page }) => {
  const prefix = "/some/where/";
  const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".wasm": "application/wasm" };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://x").pathname;
    const file = normalize(join(dist, path.slice(prefix.length) || "index.html"));
    if (!path.startsWith(prefix) || !file.startsWith(dist) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": types[/** @type {keyof typeof types} */ (extname(file))] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
  await new Promise((/** @type {(value: void) => void} */ resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  try {
    await page.goto(`http://127.0.0.1:${port}${prefix}?engine=cpu&data=mnist&train=40&validation=20&test=20&rounds=2&agop=8`);
    await untilPhase(page, "ready");
    await run(page);
    expect(await accuracies(page)).toHaveLength(2);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test("the words of the first paint are those of the strings", async ({ page }) => {
  const html = await (await page.request.get("./")).text();
  for (const key of ["title", "lead"]) expect(html.replace(/\s+/g, " ")).toContain(plain(fixed[key] ?? ""));
});

test("rounds are announced, and the whole run works by keyboard", async ({ page }) => {
  await open(page, QUICK);
  await page.locator("[part=run]").focus();
  await page.keyboard.press("Enter");
  await untilPhase(page, "finished");
  await expect(page.locator("[part=announcer]")).toHaveText(/Round 2: \d+\.\d % on test images/);
});

test("nothing in the window moves when results arrive", async ({ page }) => {
  await open(page, QUICK);
  await expect(page.locator("[data-chapter=puzzle] [part=strongest]")).toBeAttached();
  // Chapters further down grow when they are filled; what is above the first of them, and it, stay where they are.
  const places = () => page.evaluate(() => [...document.querySelectorAll("[part=filters], [part=seen], [part=accuracy], [data-chapter=puzzle], [data-chapter=data]")].map((section) => (section instanceof HTMLElement ? section.offsetTop : null)));
  const before = await places();
  await page.evaluate(() => {
    /** @type {number[]} */
    const shifts = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push("value" in entry ? Number(entry.value) : NaN);
    }).observe({ type: "layout-shift" });
    Object.assign(window, { shifts });
  });
  await run(page);
  expect(await places()).toEqual(before);
  const shifts = await page.evaluate(() => ("shifts" in window ? /** @type {number[]} */ (window.shifts) : [NaN]));
  expect(shifts.reduce((sum, shift) => sum + shift, 0)).toBeLessThan(0.01);
});

/** Of a wide and a narrow layout: axe-core takes seconds for the whole page. 720 px is 1440 at 200 % zoom. */
test("the whole page fits every window and is accessible", async ({ page }) => {
  await open(page, QUICK);
  await run(page);
  await loadChapters(page);
  await expectFitsWindows(page, [1440, 720, 820, 360, 390]);
  // A chapter out of sight keeps the height of an earlier width: its links would seem to lie over those of the next chapter.
  await loadChapters(page);
  await expectAccessibleInBothSchemes(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await loadChapters(page);
  await expectAccessibleInBothSchemes(page);
});
