/** Addresses that nobody would write: whatever stands in one, what comes out lies within the limits and is written again in the same words. */
import fc from "fast-check";
import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import {
  ALL,
  BUILT_IN,
  experiment,
  experimentNames,
  experimentOf,
  FIRST_SET,
  format,
  GRID,
  hubPreset,
  LANGUAGES,
  LESSON_STEPS,
  openedImages,
  ownPreset,
  parse,
  PARTS,
  preset,
  sameRun,
  settle,
  TABLE,
  type Settings,
} from "../settings";
import { MAX_POOLING } from "../generated";
import type { About } from "../records";

const CASES = 3000;
const SLOW_MS = 60_000;

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
  fc.constantFrom(..."-0|+5| 7 |7\t|1_000|1,5|٣|½|.5|5.|1e400|-1e400|NaN|Infinity|-Infinity|| |0x|null|1e|--1".split("|")),
);

const NAMES = [
  ...[...PARTS, ...LANGUAGES, ...BUILT_IN, "own", "hub", "Digits", "on", "off", "auto", "CPU", "gpu", GRID],
  ...["owner/name", "https://x.y/datasets/owner/name?x=1", "constructor", "__proto__"],
];

const value = fc.oneof(
  { weight: 5, arbitrary: uglyNumber },
  { weight: 4, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 2, arbitrary: fc.array(fc.constantFrom(...NAMES, "nothing", " ", "é"), { maxLength: 12 }).map((all) => all.join(",")) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 5000 }))
      .map(([text, times]) => text.repeat(times)),
  },
);

const key = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom("data", "DATA", "hub", "hide", "lesson", "lang", ...TABLE.map(({ key }) => key)) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
);

/** Encoded as an address should be, or not at all. */
const address = fc
  .tuple(fc.array(fc.tuple(key, value), { maxLength: 20 }), fc.boolean())
  .map(([pairs, encoded]) =>
    encoded
      ? `?${new URLSearchParams(pairs.map(([key, value]) => [key.toWellFormed(), value.toWellFormed()]))}`
      : `?${pairs.map((pair) => pair.join("=")).join("&")}`,
  );

/** Plain assertions: there are millions. */
function assertWithinLimits(settings: Settings) {
  for (const row of TABLE) {
    const found = settings[row.key];
    if (row.kind === "switch") assert(typeof found === "boolean", row.key);
    else if (row.kind === "choice")
      assert(
        row.choices.some((choice) => choice === found),
        `${row.key}: ${found}`,
      );
    else if (row.kind === "power" && found === GRID) assert(row.canChoose(settings), row.key);
    else {
      const [low, high] = row.kind === "power" ? [row.min, row.max] : [row.min(settings), row.max(settings)];
      assert(Number.isFinite(found), `${row.key}: ${found}`);
      assert(row.kind !== "integer" || Number.isInteger(found), `${row.key}: ${found}`);
      assert(Number(found) >= low && Number(found) <= high, `${row.key}: ${found} in ${low} to ${high}`);
    }
  }
}

/** What the worker reports of images of the reader's own, as far as limits need it. */
const about = (facts: Partial<About>) => ({ channels: 3, height: 12, width: 12, train: 60, test: 0, ...facts }) as About;

test(
  "whatever an address says, every value lies within its limits and the address can be written again",
  () => {
    let corrected = 0;
    let taken = 0;
    fc.assert(
      fc.property(address, (search) => {
        const { settings, view, corrections } = parse(search);
        assertWithinLimits(settings);
        assert([...BUILT_IN, "hub"].includes(settings.data));
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
        taken += Number(written !== format(preset(FIRST_SET)));
      }),
      { numRuns: CASES },
    );
    // The addresses are neither all refused nor all empty.
    expect(corrected).toBeGreaterThan(CASES / 10);
    expect(taken).toBeGreaterThan(CASES / 10);
  },
  SLOW_MS,
);

test(
  "a value that is used as it stands is not corrected, any other is",
  () => {
    const integers = TABLE.filter((row) => row.kind === "integer");
    fc.assert(
      fc.property(
        fc.constantFrom(...BUILT_IN),
        fc.constantFrom(...integers),
        fc.integer({ min: -10, max: 3000 }),
        (data, row, asked) => {
          const { settings, corrections } = parse(`?data=${data}&${row.key}=${asked}`);
          const used = settings[row.key];
          assert.deepEqual(
            corrections,
            !row.applies(settings) || used === asked ? [] : [{ key: row.key, found: String(asked), used }],
          );
        },
      ),
      { numRuns: 5000 },
    );
  },
  SLOW_MS,
);

test(
  "settling settled settings changes nothing",
  () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    const wanted: fc.Arbitrary<Settings> = fc.record({
      ...{ data: fc.constantFrom(...BUILT_IN), hub: fc.constant(""), opened: fc.constant(null), pool: number, side: number },
      ...{
        colour: fc.boolean(),
        frame: fc.boolean(),
        train: number,
        validation: number,
        test: number,
        seed: number,
        sigma: number,
      },
      ...{
        patch: number,
        depth: number,
        levels: number,
        width: number,
        relu: fc.boolean(),
        pooling: number,
        rounds: number,
        agop: number,
      },
      ridge: fc.oneof(number, fc.constant(GRID)),
      engine: fc.constantFrom("auto", "cpu", "gpu"),
    });
    fc.assert(
      fc.property(wanted, (settings) => {
        const { settings: settled } = settle(settings);
        assertWithinLimits(settled);
        assert.deepEqual(settle(settled), { settings: settled, corrections: [] });
      }),
      { numRuns: 5000 },
    );
  },
  SLOW_MS,
);

describe("links", () => {
  test("leave out what equals the preset", () => {
    expect(format(preset("mnist"))).toBe("?data=mnist");
    expect(format({ ...preset("mnist"), seed: 7, engine: "gpu" })).toBe("?data=mnist&seed=7&engine=gpu");
    expect(format({ ...preset("star"), train: 60 })).toBe("?data=star&train=60");
    expect(format({ ...preset("star"), sigma: 3 }), "the star has no level of noise").toBe("?data=star");
    const grey = openedImages({ data: "hub", hub: "a/b" }, about({ channels: 1, height: 28, width: 28 }), {
      side: 28,
      colour: false,
    });
    expect(format(hubPreset("a/b", grey, 500))).toBe("?data=hub&hub=a/b&pool=500");
  });

  test("with every setting spelled out stay valid", () => {
    const old =
      "?data=star&train=50&depth=1&patch=11&levels=1&ridge=0.001&rounds=2&seed=4&agop=20&validation=50&test=200&engine=auto";
    expect(parse(old)).toMatchObject({ settings: preset("star"), corrections: [] });
  });

  test("know names in any case, and sets by the names they have on the page", () => {
    for (const search of ["?data=Digits", "?DATA=MNIST", "?Data=mnist&data=star", "?data=%20digits&ENGINE=Auto"]) {
      expect(parse(search), search).toMatchObject({ settings: preset("mnist"), corrections: [] });
    }
    expect(parse("?data=Dead%20Leaves").settings.data).toBe("dead-leaves");
    expect(parse("?lang=ES").view.lang).toBe("es");
    expect(parse("?lang=es-MX")).toMatchObject({ view: { lang: "es" }, corrections: [] });
    expect(parse("?hide=Ridge,HOW").view.hide).toEqual(["how", "ridge"]);
    expect(parse("?data=star&colour=ON").corrections).toEqual([]);
  });

  test("with unknown names are corrected, unless a site added them", () => {
    expect(parse("?data=star&patchsize=5&Sead=4").corrections).toEqual([{ key: "unknown", found: "patchsize, sead", used: "" }]);
    expect(parse("?data=star&utm_source=x&fbclid=1&gclid=2&ref=hn").corrections).toEqual([]);
  });

  test("to a set that is not there lead to the first one", () => {
    expect(parse("?data=cats")).toMatchObject({
      settings: preset(FIRST_SET),
      corrections: [{ key: "data", found: "cats", used: FIRST_SET }],
    });
    const offered = BUILT_IN.filter((data) => data !== "svhn");
    expect(parse("?data=svhn", { ...ALL, offered }).corrections).toHaveLength(1);
    expect(parse("?data=own").corrections).toEqual([{ key: "data", found: "own", used: FIRST_SET }]);
    expect(parse("?data=hub&hub=no%20name").corrections).toHaveLength(1);
  });
});

/** The crate's test of settings has the same numbers. */
test.each([
  [28, 3, 3, 3, 2],
  [42, 3, 3, 2, MAX_POOLING],
  [32, 5, 2, 2, 5],
  [12, 3, 3, 2, 2],
  [8, 3, 3, 2, 1],
])(
  "for images of side %i, patches of %i, depth %i and %i levels the largest pooling is %i",
  (side, patch, depth, levels, largest) => {
    const opened = openedImages({ data: "own", hub: "" }, about({ channels: 1, height: side, width: side }), null);
    const settings = { ...ownPreset(opened), patch, depth, levels, pooling: 99 };
    expect(settle(settings).settings).toMatchObject({ patch, depth, levels, pooling: largest });
  },
);

describe("the ridge", () => {
  test("may be left to validation, where there are images to validate on", () => {
    const { settings, corrections } = parse("?data=mnist&validation=20&ridge=grid");
    expect(settings.ridge).toBe(GRID);
    expect(corrections).toEqual([]);
    expect(parse(format(settings))).toMatchObject({ settings, corrections: [] });
    // A list is no number; no number is a grid.
    for (const found of ["grid,1", "1e-3,1", "grids"]) {
      const used = { settings: { ridge: 1e-5 }, corrections: [{ key: "ridge", found, used: 1e-5 }] };
      expect(parse(`?data=mnist&ridge=${found}`)).toMatchObject(used);
    }
    // None at all, where an address asks for that, become the fewest there may be.
    expect(parse("?data=mnist&validation=0&ridge=grid")).toMatchObject({
      settings: { validation: 2, ridge: GRID },
      corrections: [{ key: "validation", found: "0", used: 2 }],
    });
  });

  test("is a number where three images leave none to validate on", () => {
    const opened = openedImages({ data: "own", hub: "" }, about({ channels: 1, height: 8, width: 8, train: 3 }), null);
    const written = format({ ...ownPreset(opened), ridge: GRID });
    const { settings, corrections } = parse(written, { ...ALL, opened });
    expect(settings).toMatchObject({ ridge: 1e-3, validation: 0 });
    expect(corrections).toEqual([{ key: "ridge", found: "grid", used: 1e-3 }]);
  });
});

describe("what the reader opened", () => {
  const small = openedImages({ data: "own", hub: "" }, about({ train: 40 }), { side: 12, colour: true });
  const large = openedImages({ data: "own", hub: "" }, about({ train: 4000 }), { side: 32, colour: true });

  test("limits the settings that mean it, and no others", () => {
    const wanted = { train: 1000, validation: 500, test: 500 };
    expect(settle({ ...ownPreset(small), ...wanted }).settings).toMatchObject({ train: 20, validation: 10, test: 10 });
    expect(settle({ ...ownPreset(large), ...wanted }).settings).toMatchObject(wanted);
    expect(sameRun(ownPreset(small), { ...ownPreset(small), opened: large })).toBe(false);
  });

  test("is in no link to another set of the hub", () => {
    const opened = openedImages({ data: "hub", hub: "a/b" }, about({ channels: 1 }), { side: 20, colour: false });
    expect(parse("?data=hub&hub=a/b", { ...ALL, opened }).settings).toMatchObject({ side: 20, colour: false, opened });
    expect(parse("?data=hub&hub=a/c", { ...ALL, opened }).settings).toMatchObject({ side: 32, colour: true, opened: null });
  });
});

test("every experiment can be run as it stands, and is known again whatever the seed", () => {
  for (const name of experimentNames(BUILT_IN)) {
    const settings = experiment(name, { seed: 7, engine: "cpu" });
    expect(settle(settings), name).toEqual({ settings, corrections: [] });
    expect(experimentOf({ ...settings, seed: 8 }), name).toBe(name);
    expect(experimentOf({ ...settings, train: settings.train - 1 }), name).toBeNull();
  }
  expect(experimentOf(preset("star"))).toBe("star");
});
