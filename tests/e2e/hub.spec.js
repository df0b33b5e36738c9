/** Data sets of the hub by name, against a server that has the hub's addresses, redirects, ranges and headers. */
import { parquet } from "./images.js";
import { startHub, useHub } from "./hub.js";
import { allowOnConsole, expect, open, QUICK, run, shrink, test as base, untilPhase } from "./page.js";
import { currentSet, dataChapter, fit, openOwn, openSettings } from "./settings.js";

/** @import { Page } from "@playwright/test" */
/** @typedef {Awaited<ReturnType<typeof startHub>>} Hub */

const NAME = "bars/two-ways";

/** One server for all tests: its files take time to make. @type {import("@playwright/test").TestType<import("@playwright/test").PlaywrightTestArgs & {hub: Hub}, {server: Hub}>} */
const test = /** @type {any} */ (base).extend({
  server: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, /** @type {(hub: Hub) => Promise<void>} */ use) => {
      const hub = await startHub({
        [NAME]: {
          config: "plain_text",
          revision: "1",
          licence: ["mit"],
          splits: {
            train: [parquet({ count: 2000, rowGroup: 25 }), parquet({ count: 2000, rowGroup: 25, seed: 5000 })],
            test: [parquet({ count: 200, rowGroup: 25, seed: 20000 })],
          },
        },
        "bars/words": { config: "default", splits: { train: [parquet({ count: 60, classes: null, columns: ["image", "label"], compress: "UNCOMPRESSED" })] } },
        "text/only": { config: "default", splits: { train: [parquet({ count: 20, classes: null, columns: ["img", "comment"] })] } },
        "nothing/listed": { config: "default", splits: {} },
      });
      await use(hub);
      await hub.close();
    },
    { scope: "worker" },
  ],
  hub: async (/** @type {{server: Hub, page: Page}} */ { server, page }, /** @type {(hub: Hub) => Promise<void>} */ use) => {
    server.forget();
    await useHub(page, server.address);
    await use(server);
  },
});

/** @param {Page} page @param {string} name @param {string} [count] */
async function load(page, name, count = "200") {
  await openOwn(page);
  await page.getByRole("textbox", { name: "Name", exact: true }).fill(name);
  await page.getByLabel("Pictures", { exact: true }).selectOption(count);
  await page.getByRole("button", { name: "Load" }).click();
}

/** @param {Page} page */
const alertIn = (page) => page.getByRole("dialog").getByRole("alert").filter({ visible: true });

/** @param {Page} page */
async function expectOpened(page) {
  await expect(page.locator("[part=opened]")).toContainText("Opened bars/two-ways");
  await expect(page.getByRole("dialog")).toBeHidden();
  await untilPhase(page, "ready");
}

/** @param {Hub} hub */
const fileBytes = (hub) => hub.record().filter(({ range }) => range).reduce((sum, { bytes }) => sum + bytes, 0);

test("a set by name: fitted, and only the row groups needed were moved", async ({ page, hub }) => {
  await open(page, QUICK);
  await load(page, NAME);
  await expectOpened(page);
  // 200 to train and validate with, 100 to test with.
  await expect(page.locator("[part=opened]")).toContainText("300 images, 2 classes");
  const chapter = await dataChapter(page);
  await expect(chapter.locator("figcaption")).toHaveText(["lying", "standing"]);
  await expect(chapter).toContainText("12 × 12 pixels, colour");
  await expect(chapter).toContainText("Licence: mit");
  await expect(chapter).toContainText(`${hub.address}/datasets/${NAME}`);
  await expect(page).toHaveURL(/data=hub&hub=bars\/two-ways&pool=200/);
  await shrink(page);
  await fit(page);
  const record = hub.record();
  expect(record.filter(({ status }) => status === 302).length, "redirects followed").toBeGreaterThan(2);
  expect(record.filter(({ method }) => method === "OPTIONS"), "no request needed a permission first").toEqual([]);
  expect(record.filter(({ method, path, range }) => method === "GET" && path.startsWith("/repos/") && !range), "whole files").toEqual([]);
  const whole = 4200 * 440;
  expect(fileBytes(hub)).toBeGreaterThan(300 * 300);
  expect(fileBytes(hub), "bytes moved, of a set of about 1.8 MB").toBeLessThan(whole / 4);
});

test("the link asks before it downloads, and gives the same numbers; files come from the cache, until it is emptied or the set has changed", async ({ page, hub }) => {
  await open(page, QUICK);
  await load(page, NAME);
  await expectOpened(page);
  await shrink(page);
  const once = await fit(page);
  hub.forget();
  await page.reload();
  const offer = page.locator("[part=offer]");
  await expect(offer).toContainText(`This link opens the data set “${NAME}”. Up to 200 training pictures will be downloaded`);
  expect(hub.record(), "requests before the reader agrees").toEqual([]);
  await offer.getByRole("button", { name: "Download and open" }).click();
  await expect(offer).toBeHidden();
  await untilPhase(page, "ready");
  await expect((await dataChapter(page)).locator("figcaption")).toHaveText(["lying", "standing"]);
  expect(await fit(page)).toBe(once);
  expect(fileBytes(hub), "bytes of files after the reload").toBe(0);
  expect(hub.record().map(({ path }) => path).sort(), "the listings are asked for again").toEqual([`/api/datasets/${NAME}`, `/api/datasets/${NAME}/parquet`]);

  hub.revise(NAME, "2");
  await load(page, NAME);
  await expectOpened(page);
  expect(fileBytes(hub), "of another revision").toBeGreaterThan(50_000);

  hub.forget();
  await openOwn(page);
  await expect(page.getByText("MB cached in this browser.")).toBeVisible();
  await page.getByRole("button", { name: "Clear cache" }).click();
  await expect(page.getByText("The cache is empty.")).toBeVisible();
  await load(page, NAME);
  await expectOpened(page);
  expect(fileBytes(hub)).toBeGreaterThan(50_000);
  hub.revise(NAME, "1");
});

test("a new seed agrees to no download, and Run does", async ({ page, hub }) => {
  await page.goto(`./?data=hub&hub=${NAME}&pool=200&engine=cpu&train=20&rounds=2&depth=1&patch=3&validation=10&test=10`);
  const offer = page.locator("[part=offer]");
  await expect(offer).toBeVisible();
  await page.getByRole("button", { name: "New seed" }).click();
  await expect(page).toHaveURL(/seed=/);
  await expect(offer).toBeVisible();
  expect(hub.record()).toEqual([]);
  await run(page);
  await expect(offer).toBeHidden();
  await expect(page).toHaveURL(/hub=bars\/two-ways.*train=20.*seed=/);
});

test("a link with only a name takes what suits the set", async ({ page, hub }) => {
  void hub;
  await page.goto(`./?data=hub&hub=${NAME}&pool=200&engine=cpu`);
  await page.getByRole("button", { name: "Download and open" }).click();
  await expect(page.locator("[part=opened]")).toContainText("300 images, 2 classes");
  await openSettings(page);
  await expect(page.locator("[part=set-side]")).toHaveValue("12");
  await expect(page.locator("[part=set-patch]")).toHaveValue("5");
  await expect(currentSet(page)).toContainText(NAME);
});

test("labels without names, and no test part: all are one pool", async ({ page, hub }) => {
  void hub;
  await open(page, QUICK);
  await load(page, "bars/words");
  await expect(page.locator("[part=opened]")).toContainText("60 images, 2 classes");
  await untilPhase(page, "ready");
  const chapter = await dataChapter(page);
  await expect(chapter.locator("figcaption")).toHaveText(["0", "1"]);
  await expect(chapter).toContainText("Licence: not stated on the hub");
  await shrink(page);
  await fit(page);
});

test("a server that ignores ranges is read whole, when that is little", async ({ page, hub }) => {
  hub.manners.ranges = false;
  await open(page, QUICK);
  await load(page, NAME);
  await expectOpened(page);
  await expect(page.locator("[part=opened]")).toContainText("300 images");
  const bodies = hub.record().filter(({ bytes, status }) => status === 200 && bytes > 20_000);
  expect(bodies, "each file once, however many ranges were wanted of it").toHaveLength(3);
  await shrink(page);
  await fit(page);
});

test("addresses signed for GET only, as the hub's are", async ({ page, hub }) => {
  allowOnConsole(/403/);
  hub.manners.head = false;
  await open(page, QUICK);
  await load(page, NAME);
  await expectOpened(page);
});

/** @type {{what: string, name: string, set?: (hub: Hub) => void, words: RegExp, console?: RegExp}[]} */
const FAILURES = [
  { what: "no such set", name: "nobody/nothing", words: /The hub has no data set “nobody\/nothing” in Parquet \(404\)\./, console: /404/ },
  { what: "no file listed", name: "nothing/listed", words: /lists no Parquet file/ },
  { what: "no pictures in it", name: "text/only", words: /found the columns img, comment; expected one with a label/ },
  { what: "busy for long", name: NAME, set: ({ manners }) => (manners.busy = { status: 429, times: 99, after: "120" }), words: /is busy \(429\) and asks to wait 2 min/, console: /429/ },
  { what: "busy again and again", name: NAME, set: ({ manners }) => (manners.busy = { status: 503, times: 99, after: "1" }), words: /is busy \(503\)/, console: /503/ },
  { what: "private", name: NAME, set: ({ manners }) => (manners.busy = { status: 401, times: 99, after: null }), words: /does not give “bars\/two-ways” to everyone \(401\)/, console: /401/ },
  { what: "broken inside", name: NAME, set: ({ manners }) => (manners.busy = { status: 500, times: 99, after: null }), words: /refused with status 500/, console: /500/ },
  { what: "a body that breaks off", name: NAME, set: ({ manners }) => (manners.breakAt = 2000), words: /broke off after [\d,]+ of [\d,]+ bytes/, console: /ERR_/ },
];

test("what can go wrong with the hub is said beside the control, and what was there stays", async ({ page, hub }) => {
  await open(page, QUICK);
  await run(page);
  for (const { what, name, set, words, console } of FAILURES) {
    hub.forget();
    set?.(hub);
    if (console) allowOnConsole(console);
    await load(page, name);
    await expect(alertIn(page), what).toContainText(words);
    await expect(alertIn(page), what).toContainText("your previous data is unchanged");
  }
  await page.keyboard.press("Escape");
  await untilPhase(page, "finished");
  await expect(currentSet(page)).toContainText("Hidden star");
  await expect(page.locator("[part=announcer]")).toContainText("Round 2");
});

test("no connection", async ({ page, hub }) => {
  allowOnConsole(/ERR_/);
  await useHub(page, "http://127.0.0.1:9");
  void hub;
  await open(page, QUICK);
  await load(page, NAME);
  await expect(alertIn(page)).toContainText("cannot be reached");
});

test("too large for a server that ignores ranges", async ({ page, hub }) => {
  // The length that the server states decides: nothing is downloaded to find out.
  Object.assign(hub.manners, { ranges: false, claim: 200 * 2 ** 20 });
  await open(page, QUICK);
  await load(page, NAME);
  await expect(alertIn(page)).toContainText("sends whole files only, and this one has 200 MB; the limit is 64 MB");
});

test("the wait for a busy server is as long as the server asks", async ({ page, hub }) => {
  allowOnConsole(/429/);
  // Without a number from the server the page would wait 5 s.
  hub.manners.busy = { status: 429, times: 1, after: "9" };
  await open(page, QUICK);
  await load(page, NAME);
  await page.getByRole("dialog").getByText(/The hub is busy; trying again in [6-9] s…/).waitFor();
  await expectOpened(page);
});

test("a download shows how far it is, and can be cancelled", async ({ page, hub }) => {
  await open(page, QUICK);
  hub.manners.pace = 1500;
  await load(page, NAME);
  await page.getByRole("dialog").getByText(/Downloading: [\d.]+ of [\d.]+ MB/).waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("dialog").getByText(/Downloading/)).toBeHidden();
  await expect(alertIn(page)).toHaveCount(0);
  const asked = hub.record().length;
  await page.keyboard.press("Escape");
  // The set that was there is there, and the hub can be asked again.
  await untilPhase(page, "ready");
  await run(page);
  expect(hub.record().length, "requests after the cancel").toBe(asked);
  hub.forget();
  await load(page, NAME);
  await expectOpened(page);
});

test("a link to a set that is not there is said, with a way on", async ({ page, hub }) => {
  void hub;
  allowOnConsole(/404/);
  await page.goto("./?data=hub&hub=nobody/nothing&engine=cpu");
  await page.getByRole("button", { name: "Download and open" }).click();
  await untilPhase(page, "failed");
  await expect(page.getByRole("alert").filter({ visible: true })).toContainText("The hub has no data set “nobody/nothing”");
  await page.getByRole("button", { name: "Use the default settings" }).click();
  await untilPhase(page, "ready");
  await expect(currentSet(page)).toContainText("Dead leaves");
});

test("a pasted address is a name, too; what is none is said before anything is asked", async ({ page, hub }) => {
  await open(page, QUICK);
  await load(page, "no name at all");
  await expect(page.getByText("is named like “uoft-cs/cifar10”")).toBeVisible();
  expect(hub.record()).toEqual([]);
  await load(page, `https://huggingface.co/datasets/${NAME}/viewer/default`);
  await expectOpened(page);
});
