/** What the tests do with the page, in the reader's terms. */
import AxeBuilder from "@axe-core/playwright";
import { expect, test as base } from "@playwright/test";

/** @import { Page } from "@playwright/test" */

/**
 * `tinyAccuracies` is what the CPU finds for TINY, once for each of Playwright's workers.
 *
 * @typedef {import("@playwright/test").PlaywrightTestArgs & import("@playwright/test").PlaywrightTestOptions} TestArguments
 * @typedef {import("@playwright/test").PlaywrightWorkerArgs & import("@playwright/test").PlaywrightWorkerOptions} WorkerArguments
 * @type {import("@playwright/test").Fixtures<{}, { tinyAccuracies: Awaited<ReturnType<typeof accuracies>> }, TestArguments, WorkerArguments>}
 */
const fixtures = {
  tinyAccuracies: [
    async ({ browser }, use, { project }) => {
      const page = await browser.newPage({ baseURL: project.use.baseURL ?? process.env.BASE_URL });
      await open(page, `?engine=cpu&${TINY}`);
      await run(page);
      await use(await accuracies(page));
      await page.close();
    },
    { scope: "worker" },
  ],
  // The page must not write errors or warnings to the console.
  page: async ({ page }, use) => {
    /** @type {string[]} */
    const said = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) said.push(message.text());
    });
    page.on("pageerror", (error) => said.push(String(error)));
    await use(page);
    expect(said.filter((text) => ![...allowed, BLOCKED].some((known) => known.test(text))), "messages on the console").toEqual([]);
    allowed.length = 0;
  },
};
export const test = base.extend(fixtures);

/** @type {RegExp[]} */
const allowed = [];
/** Said by Playwright itself, of most tests. */
export const BLOCKED = /^Service Worker registration blocked by Playwright$/;

/** Console messages that the test provokes. @param {RegExp} text */
export function allowOnConsole(text) {
  allowed.push(text);
}

export { expect };

/**
 * Not by `toHaveAttribute`: at each attempt Playwright 1.64 would describe the whole page, a second of a run of two.
 * @param {Page} page
 * @param {string} phases  one, or several separated by |
 * @param {number} [timeout]
 */
export async function untilPhase(page, phases, timeout = 60_000) {
  const any = phases.split("|").map((phase) => `[data-phase="${phase}"]`);
  await page.locator(`[part=app]:is(${any})`).first().waitFor({ state: "attached", timeout });
}

/**
 * Changes settings as Back does: by an address that is visited. Results on show stay.
 * @param {Page} page
 * @param {Record<string, string | number>} settings
 */
export async function change(page, settings) {
  await page.evaluate((settings) => {
    const search = new URLSearchParams(location.search);
    for (const [key, value] of Object.entries(settings)) search.set(key, String(value));
    history.pushState(null, "", `?${search}`);
    dispatchEvent(new PopStateEvent("popstate"));
  }, settings);
}

/** axe-core finds nothing in these parts of the page, or in all of it. @param {Page} page @param {string[]} parts */
export async function expectAccessible(page, ...parts) {
  const axe = new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]);
  for (const part of parts) axe.include(part);
  const { violations } = await axe.analyze();
  expect.soft(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, target }) => `${html} at ${target}`).join(" ")}`)).toEqual([]);
}

/** The same in light and dark: contrast is what differs. @param {Page} page @param {string[]} parts */
export async function expectAccessibleInBothSchemes(page, ...parts) {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page, ...parts);
  }
}

/** Settings for tests that need a run, whatever it finds: all of the page takes part, in a second or two. */
export const QUICK = "?engine=cpu&data=star&train=20&validation=20&test=40&seed=12&patch=5&depth=1&ridge=0.001&rounds=3&agop=5";

/**
 * Opens the page and waits until Run can start at once. On the CPU unless the query says otherwise: trying the software
 * adapter of a test machine takes seconds.
 * @param {Page} page
 * @param {string} [query]
 */
export async function open(page, query = "") {
  await page.goto(`./${query.includes("engine=") ? query : `${query || "?"}&engine=cpu`}`);
  await untilPhase(page, "ready");
}

/** Opens the panel of settings, if it is closed. @param {Page} page */
export async function openSettings(page) {
  const button = page.locator("[part=settings-open]");
  if ((await button.getAttribute("aria-expanded")) !== "true") await button.click();
}

/** Runs to the end. @param {Page} page @param {number} [timeout] */
export async function run(page, timeout = 170_000) {
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await untilPhase(page, "finished|failed", timeout);
  await untilPhase(page, "finished");
}

/**
 * Presses Cancel as soon as a part of the page changes to what `selector` says of it or finds in it. In the page: a test that waits for
 * it comes too late.
 * @param {Page} page @param {string} part @param {string} selector
 */
export async function cancelOnce(page, part, selector) {
  await page.locator(`[part=${part}]`).evaluate((element, selector) => {
    new MutationObserver((_, observer) => {
      if (!element.matches(selector) && !element.querySelector(selector)) return;
      observer.disconnect();
      /** @type {HTMLButtonElement} */ (document.querySelector("[part=cancel]")).click();
    }).observe(element, { attributes: true, childList: true, subtree: true });
  }, selector);
}

/** Goes down the page until every chapter, each of which is loaded when it comes near, stands there. @param {Page} page */
export async function loadChapters(page) {
  for (const chapter of await page.locator(".chapter").all()) {
    await chapter.scrollIntoViewIfNeeded();
    await expect(chapter.locator("> .body > *").first()).toBeAttached();
  }
  await page.evaluate(() => scrollTo(0, 0));
}

/**
 * Where an element stands in the window once it stands still: chapters take their size when they come into sight.
 * @param {import("@playwright/test").Locator} locator
 */
export async function settledBox(locator) {
  await locator.scrollIntoViewIfNeeded();
  await locator.evaluate(async (element) => {
    const place = () => JSON.stringify(element.getBoundingClientRect());
    for (let [last, same] = ["", 0]; same < 10; same = place() === last ? same + 1 : 0) {
      last = place();
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  });
  const box = await locator.boundingBox();
  if (!box) throw new Error("nothing to be seen of it");
  return box;
}

/** Pixels to scroll sideways. @param {Page} page */
export const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** In no window is there anything to scroll sideways, once the charts have followed it: a frame later, or a few. @param {Page} page */
export async function expectFitsWindows(page, widths = [1440, 1100, 820, 360]) {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    await expect.poll(() => sideways(page), `${width}`).toBe(0);
  }
}

/**
 * The table behind the chart: percent per round.
 * @param {Page} page
 * @returns {Promise<{validation: number, test: number}[]>}
 */
export async function accuracies(page) {
  const rows = await page.locator("[part=accuracy-table] tr[data-round]").all();
  return Promise.all(
    rows.map(async (row) => {
      const [validation = "", test = ""] = await row.locator("td").allTextContents();
      return { validation: parseFloat(validation), test: parseFloat(test) };
    }),
  );
}

/**
 * The pixels of a canvas as text, and how many different colours it has.
 * @param {import("@playwright/test").Locator} canvas
 */
export function pixels(canvas) {
  return canvas.evaluate((/** @type {HTMLCanvasElement} */ element) => {
    // Read from a copy: reading the page's own canvas often makes the browser complain.
    const copy = new OffscreenCanvas(element.width, element.height).getContext("2d", { willReadFrequently: true });
    copy?.drawImage(element, 0, 0);
    const data = copy?.getImageData(0, 0, element.width, element.height).data ?? [];
    const colours = new Set();
    for (let i = 0; i < data.length; i += 4) if (data[i + 3]) colours.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
    return { text: Array.from(data).join(), colours: colours.size };
  });
}

/** Shows a round of the run on the first screen. @param {Page} page @param {number} round */
export async function showRound(page, round) {
  const slider = page.locator("[part=round]");
  await slider.focus();
  await page.keyboard.press("Home");
  for (let i = 0; i < round; i++) await page.keyboard.press("ArrowRight");
  await expect(page.locator("[part=filters]")).toHaveAttribute("data-round", String(round));
}

/** The canvases of one round's filters, which are shown from now on. @param {Page} page @param {number} round */
export async function filterPictures(page, round) {
  await showRound(page, round);
  return page.locator("[part=filter-picture]:visible").all();
}

/** A fit that SwiftShader finishes: 41 images, patches of 27 numbers. */
export const TINY = "data=star&train=10&validation=15&test=16&seed=4&patch=3&depth=1&ridge=0.01&rounds=2&agop=10";

/** Milliseconds. */
export const SLOW = 10 * 60_000;

/** The line that names the engine. @param {Page} page */
export const engineLine = (page) => page.locator("[part=engine]");

/** @param {Page} page @param {string} engine */
export async function choose(page, engine) {
  await openSettings(page);
  await page.locator("[part=set-engine]").selectOption(engine);
}

/** How many workers of the page have a name: those of a pool have, those of runs have none. @param {Page} page @param {string} name */
export async function workersNamed(page, name) {
  const names = page.workers().map((worker) => worker.evaluate(() => self.name).catch(() => null));
  return (await Promise.all(names)).filter((each) => each === name).length;
}

/** Runs lines in the worker of a run before its own. Its pool has the same script. @param {Page} page @param {string} lines */
export async function inWorker(page, lines) {
  let reached = 0;
  await page.route(/\/worker-[^/]*\.js/, async (route) => {
    const response = await route.fetch();
    reached++;
    await route.fulfill({ response, body: `if (self.name !== "pool") {${lines}}\n${await response.text()}` });
  });
  return () => expect(reached, "worker scripts changed").toBeGreaterThan(0);
}

/** @param {Page} page @param {number} [timeout] */
export async function step(page, timeout = SLOW) {
  await page.getByRole("button", { name: "Step" }).click();
  await untilPhase(page, "between|finished|failed", timeout);
}

/** SwiftShader passed off as hardware, so that automatic goes on to open it. */
export const DISGUISE = `Object.defineProperty(GPUAdapter.prototype, "info", {
  get: () => ({ vendor: "acme", architecture: "rocket", device: "", description: "Acme Rocket", isFallbackAdapter: false, subgroupMinSize: 4, subgroupMaxSize: 128 }),
})`;

/** Clicks a button inside the page: Playwright's own click waits for the button, and the stage would be over. @param {Page} page @param {string} button */
export function clickNow(page, button) {
  return page.locator(button).evaluate((/** @type {HTMLButtonElement} */ element) => element.click());
}

/**
 * Small enough to be fitted in a second: settings of images that are there. All fields are changed in one go, as quick hands
 * do, and the page settles once.
 * @param {Page} page
 * @param {Record<string, string>} [settings]
 */
export async function shrink(page, settings = {}) {
  await openSettings(page);
  const wanted = { depth: "1", patch: "3", rounds: "2", train: "20", agop: "10", validation: "10", test: "10", ...settings };
  // The panel is loaded at its first opening.
  for (const key of Object.keys(wanted)) await page.locator(`[part=set-${key}]`).waitFor();
  await page.evaluate((wanted) => {
    for (const [key, value] of Object.entries(wanted)) {
      const field = /** @type {HTMLInputElement} */ (document.querySelector(`[part=set-${key}]`));
      if (field.value === value) continue;
      field.value = value;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }, wanted);
  // The phase follows in the next frame.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await untilPhase(page, "ready");
  for (const [key, value] of Object.entries(wanted)) await expect(page.locator(`[part=set-${key}]`)).toHaveValue(value);
}

/** A whole run with one update, and what it has to leave on the page: accuracies and filters that are pictures. @param {Page} page */
export async function expectFitted(page) {
  await run(page);
  expect(await accuracies(page)).toHaveLength(2);
  const drawn = await Promise.all((await filterPictures(page, 1)).map(pixels));
  expect(drawn.length).toBeGreaterThan(0);
  for (const { colours } of drawn) expect(colours).toBeGreaterThan(2);
}

/** Whether any pixel of a canvas is not grey. @param {import("@playwright/test").Locator} canvas */
export function isColoured(canvas) {
  return canvas.evaluate((/** @type {HTMLCanvasElement} */ element) => {
    const copy = new OffscreenCanvas(element.width, element.height).getContext("2d", { willReadFrequently: true });
    copy?.drawImage(element, 0, 0);
    const data = copy?.getImageData(0, 0, element.width, element.height).data ?? [];
    for (let i = 0; i < data.length; i += 4) if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return true;
    return false;
  });
}
