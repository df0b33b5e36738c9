/**
 * Addresses that nobody would write: whatever stands in one, what comes out lies within the limits, and says so again in the same
 * words. The table needs no browser; some of the addresses are visited in one all the same.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import fc from "fast-check";
import { DATA_NAMES, experiment, experimentNames, experimentOf, format, GRID, LANGUAGES, LESSON_STEPS, parse, PARTS, preset, settle, TABLE } from "../../www/run/settings";
import { expect, open, QUICK, run, test, untilPhase } from "./page.js";

/** @import { Settings } from "../../www/run/settings" */

const CASES = 10_000;

/** Numbers in every notation that JavaScript reads, and in some that it does not. */
const uglyNumber = fc.oneof(
  fc.double().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toExponential()),
  fc.double({ min: 0, max: 20 }).map((value) => value.toFixed(12)),
  fc.integer({ min: -5, max: 4000 }).map(String),
  fc.nat().map((value) => `0x${value.toString(16)}`),
  fc.nat(40).map((value) => `0b${value.toString(2)}`),
  fc.integer({ min: -12, max: 3 }).map((power) => `1e${power}`),
  fc.bigInt().map(String),
  fc.constantFrom("-0", "+5", " 7 ", "7\t", "1_000", "1,5", "٣", "½", ".5", "5.", "1e400", "-1e400", "NaN", "Infinity", "-Infinity", "", " ", "0x", "null", "1e", "--1"),
);

const names = [...PARTS, ...LANGUAGES, ...DATA_NAMES, "own", "hub", "on", "off", "auto", "cpu", "gpu", GRID, "owner/name", "https://x.y/datasets/owner/name?x=1", "constructor", "__proto__"];

const value = fc.oneof(
  { weight: 5, arbitrary: uglyNumber },
  { weight: 4, arbitrary: fc.constantFrom(...names) },
  { weight: 2, arbitrary: fc.array(fc.constantFrom(...names, "nothing", " ", "é"), { maxLength: 12 }).map((all) => all.join(",")) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 1, arbitrary: fc.tuple(fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 5000 })).map(([text, times]) => text.repeat(times)) },
);

const key = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom("data", "hub", "hide", "lesson", "lang", ...TABLE.map(({ key }) => key)) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
);

/** Encoded as an address should be, or not at all. */
const address = fc
  .tuple(fc.array(fc.tuple(key, value), { maxLength: 20 }), fc.boolean())
  .map(([pairs, encoded]) => (encoded ? `?${new URLSearchParams(pairs.map(([key, value]) => [key.toWellFormed(), value.toWellFormed()]))}` : `?${pairs.map((pair) => pair.join("=")).join("&")}`));

/**
 * Plain assertions: the test runner's own keep a record of each, and there are millions.
 * @param {Settings} settings
 */
function assertWithinLimits(settings) {
  for (const row of TABLE) {
    const found = settings[row.key];
    if (row.kind === "switch") assert(typeof found === "boolean", row.key);
    else if (row.kind === "choice") assert(row.choices.some((choice) => choice === found), `${row.key}: ${found}`);
    else if (row.kind === "power" && found === GRID) assert(row.canChoose(settings), row.key);
    else {
      const [low, high] = row.kind === "power" ? [row.min, row.max] : [row.min(settings), row.max(settings)];
      assert(Number.isFinite(found), `${row.key}: ${found}`);
      assert(row.kind !== "integer" || Number.isInteger(found), `${row.key}: ${found}`);
      assert(Number(found) >= low && Number(found) <= high, `${row.key}: ${found} in ${low} to ${high}`);
    }
  }
}

test("whatever an address says, every value lies within its limits and the address can be written again", () => {
  let corrected = 0;
  let taken = 0;
  fc.assert(
    fc.property(address, (search) => {
      const { settings, view, corrections } = parse(search);
      assertWithinLimits(settings);
      assert([...DATA_NAMES, "hub"].includes(settings.data));
      assert.equal(settings.data === "hub", settings.hub !== "");
      assert(view.lesson === null || (Number.isInteger(view.lesson) && view.lesson >= 1 && view.lesson <= LESSON_STEPS));
      const written = format(settings, view);
      assert(written.length < 2000);
      const again = parse(written);
      assert.deepEqual(again.settings, settings);
      assert.deepEqual(again.view, view);
      assert.deepEqual(again.corrections, []);
      assert.equal(format(again.settings, again.view), written);
      corrected += Number(corrections.length > 0);
      taken += Number(written !== format(preset("star")));
    }),
    { numRuns: CASES },
  );
  // The addresses are neither all refused nor all empty.
  expect(corrected).toBeGreaterThan(CASES / 10);
  expect(taken).toBeGreaterThan(CASES / 10);
});

test("a value that is used as it stands is not corrected, any other is", () => {
  const integers = TABLE.filter((row) => row.kind === "integer");
  fc.assert(
    fc.property(fc.constantFrom(...DATA_NAMES), fc.constantFrom(...integers), fc.integer({ min: -10, max: 3000 }), (data, row, asked) => {
      const { settings, corrections } = parse(`?data=${data}&${row.key}=${asked}`);
      const used = settings[row.key];
      assert.deepEqual(corrections, !row.applies(settings) || used === asked ? [] : [{ key: row.key, found: String(asked), used }]);
    }),
    { numRuns: 5000 },
  );
});

test("settling settled settings changes nothing", () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const wanted = fc.record({
    data: fc.constantFrom(...DATA_NAMES), hub: fc.constant(""), pool: number, side: number, colour: fc.boolean(), frame: fc.boolean(), train: number,
    validation: number, test: number, seed: number, sigma: number, patch: number, depth: number, levels: number, width: number, relu: fc.boolean(), ridge: fc.oneof(number, fc.constant(GRID)), rounds: number, agop: number,
    engine: fc.constantFrom(/** @type {const} */ ("auto"), /** @type {const} */ ("cpu"), /** @type {const} */ ("gpu")),
  });
  fc.assert(
    fc.property(wanted, (settings) => {
      const { settings: settled } = settle(settings);
      assertWithinLimits(settled);
      assert.deepEqual(settle(settled), { settings: settled, corrections: [] });
    }),
    { numRuns: 5000 },
  );
});

test("the ridge may be left to validation, where there are images to validate on", async () => {
  const { settings, corrections } = parse("?data=mnist&validation=20&ridge=grid");
  expect(settings.ridge).toBe(GRID);
  expect(corrections).toEqual([]);
  const written = format(settings);
  expect(written).toContain("&ridge=grid&");
  expect(parse(written)).toMatchObject({ settings, corrections: [] });
  // A list and other spellings are no numbers; no number is a grid.
  for (const found of ["GRID", "grid,1", "1e-3,1", " grid"]) {
    expect(parse(`?data=mnist&ridge=${found}`)).toMatchObject({ settings: { ridge: 1e-5 }, corrections: [{ key: "ridge", found, used: 1e-5 }] });
  }
  // None at all, where an address asks for that, become the fewest there may be.
  expect(parse("?data=mnist&validation=0&ridge=grid")).toMatchObject({ settings: { validation: 2, ridge: GRID }, corrections: [{ key: "validation", found: "0", used: 2 }] });
  // Three images of the reader's own leave none. In a process of its own: the table learns for good what was opened.
  const lines = `
    import { format, learnOpened, parse, preset } from ${JSON.stringify(new URL("../../www/run/settings", import.meta.url).href)};
    learnOpened("own", { channels: 1, height: 8, width: 8, train: 3, test: 0 }, null);
    const { settings, corrections } = parse(format({ ...preset("own"), ridge: "grid" }));
    console.log(JSON.stringify({ ridge: settings.ridge, validation: settings.validation, corrections: corrections.filter(({ key }) => key === "ridge") }));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", lines]);
  expect(JSON.parse(stdout)).toEqual({ ridge: 1e-3, validation: 0, corrections: [{ key: "ridge", found: "grid", used: 1e-3 }] });
});

test("every experiment can be run as it stands, and is known again whatever the seed", () => {
  for (const name of experimentNames()) {
    const settings = experiment(name, { seed: 7, engine: "cpu" });
    expect(settle(settings), name).toEqual({ settings, corrections: [] });
    expect(experimentOf({ ...settings, seed: 8 }), name).toBe(name);
    expect(experimentOf({ ...settings, train: settings.train - 1 }), name).toBeNull();
  }
  expect(experimentOf(preset("star"))).toBe("star");
});

const VISITS = 20;
/** Longer ones the server refuses before the page can. */
const LONGEST = 4000;

test("addresses that nobody would write open the page", async ({ page }) => {
  test.setTimeout(8 * 60_000);
  const visited = fc
    .sample(address, { numRuns: 20 * VISITS, seed: 5 })
    .filter((search) => encodeURI(search.toWellFormed()).length < LONGEST && parse(new URL(search.toWellFormed(), "http://x").search).settings.data !== "hub")
    .slice(0, VISITS);
  expect(visited).toHaveLength(VISITS);
  for (const search of visited) {
    await page.goto(`./${search.toWellFormed()}`);
    await untilPhase(page, /ready|failed/);
    await expect(page.locator("[part=app]"), search).toHaveAttribute("data-phase", "ready");
    await expect(page.getByRole("alert").filter({ visible: true }), search).toHaveCount(0);
  }
});

test("parts named in hide are left out, and stay so through new seeds and other settings", async ({ page }) => {
  await open(page, `${QUICK}&hide=data,new-seed,ridge,header,how,nonsense`);
  await expect(page.locator("[part=corrections]")).toContainText("nonsense");
  for (const place of [".chooser", "[part=new-seed]", "[part=set-ridge]", "[data-chapter=how]"]) await expect(page.locator(place)).toBeHidden();
  await expect(page.locator(".lead")).toBeHidden();
  await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
  await expect(page.locator("[part=set-patch]")).toBeVisible();
  await page.locator("[part=set-seed]").fill("5");
  await page.locator("[part=set-seed]").press("Enter");
  await expect(page).toHaveURL(/seed=5.*&hide=data,new-seed,header,how,ridge|seed=5.*&hide=data,new-seed,how,header,ridge/);
  await untilPhase(page, "ready");
  await page.getByRole("button", { name: "Reset" }).click();
  await expect(page).toHaveURL(/hide=data/);
  await untilPhase(page, "ready");
  await run(page);
  await expect(page.locator(".chooser")).toBeHidden();
});

test("an experiment opens its settings, and other settings are the reader's own", async ({ page }) => {
  await open(page);
  const select = page.getByLabel("Experiment");
  await expect(select).toHaveValue("star");
  await select.selectOption("noisy-mnist");
  await expect(page).toHaveURL(/data=noisy-mnist.*patch=3.*ridge=0.00001|data=noisy-mnist/);
  await expect(page.getByRole("radio", { name: "Digits in noise" })).toBeChecked();
  await expect(page.locator("[part=experiment-about]")).toContainText("4,000");
  await page.getByLabel("Depth").fill("2");
  await page.getByLabel("Depth").press("Enter");
  await expect(select).toHaveValue("");
  await expect(page.locator("[part=experiment-about]")).toContainText("none of the paper");
  await untilPhase(page, "ready");
});
