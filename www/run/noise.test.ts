import { describe, expect, it } from "vitest";
import type { Sample } from "./records";
import { pointOf, type Point } from "./background.svelte";
import { differences, firstOfClasses, missingRuns, sameCurve, seedsOf, sigmasOf } from "./noise.svelte";
import { preset } from "./settings";

const SETTINGS = { ...preset("local-signal"), seed: 7, sigma: 1 };
const point = (sigma: number, seed: number): Point => ({ sigma, seed, fixed: 60, learned: 80 });
const SIGMAS = [0.25, 0.5, 1, 1.5, 2, 3, 4];

describe("the runs of a noise curve", () => {
  it("has the published levels, those it has, and that of the settings", () => {
    expect(sigmasOf([], SETTINGS)).toEqual(SIGMAS);
    expect(sigmasOf([point(5, 7)], { ...SETTINGS, sigma: 0.1 })).toEqual([0.1, ...SIGMAS, 5]);
  });

  it("goes through all levels of a seed, then through those of the next", () => {
    const runs = missingRuns([], SETTINGS, 2);
    expect(runs.map(({ sigma }) => sigma)).toEqual([...SIGMAS, ...SIGMAS]);
    expect(runs.map(({ seed }) => seed)).toEqual([...SIGMAS.map(() => 7), ...SIGMAS.map(() => 8)]);
  });

  it("lists what is missing, and nothing twice", () => {
    const points = SIGMAS.map((sigma) => point(sigma, 7));
    expect(missingRuns(points, SETTINGS, 1)).toEqual([]);
    expect(missingRuns(points.slice(1), SETTINGS, 1)).toEqual([{ sigma: 0.25, seed: 7 }]);
    expect(missingRuns(points, { ...SETTINGS, sigma: 5 }, 1)).toEqual([{ sigma: 5, seed: 7 }]);
    expect(missingRuns(points, SETTINGS, 3)).toHaveLength(14);
  });

  it("keeps the seeds of the curve when the page has another one", () => {
    const points = [point(1, 7), point(1, 8)];
    expect(seedsOf(points, { ...SETTINGS, seed: 100 }, 4)).toEqual([7, 8, 100, 101]);
    expect(seedsOf(points, { ...SETTINGS, seed: 8 }, 3)).toEqual([7, 8, 9]);
    expect(seedsOf(points, SETTINGS, 1)).toEqual([7]);
    expect(seedsOf([], { ...SETTINGS, seed: 2 ** 32 - 1 }, 2)).toEqual([2 ** 32 - 1, 0]);
  });

  it("belongs to all settings but noise level, seed and engine", () => {
    expect(sameCurve(SETTINGS, { ...SETTINGS, sigma: 3, seed: 1, engine: "cpu" })).toBe(true);
    expect(sameCurve(SETTINGS, { ...SETTINGS, depth: SETTINGS.depth + 1 })).toBe(false);
    expect(sameCurve(SETTINGS, { ...SETTINGS, train: SETTINGS.train + 1 })).toBe(false);
  });

  it("is told apart from others of its data set by the settings that differ", () => {
    const deeper = { ...SETTINGS, depth: 5, seed: 1, sigma: 9 };
    expect(differences(deeper, [SETTINGS, deeper, preset("noisy-mnist")])).toEqual(["depth"]);
    expect(differences(preset("noisy-mnist"), [SETTINGS, deeper])).toEqual([]);
  });
});

describe("a run as a point", () => {
  const round = (validation: number, test: number) => ({
    accuracy: { validation, test, validationError: null, testError: null },
    seconds: {},
    ridge: null,
    raised: false,
    best: null,
  });
  const levels = [
    { rounds: [round(60, 61), round(70, 69)], best: 1, convolution: 0 },
    { rounds: [round(75, 74), round(72, 80)], best: 0, convolution: 1 },
  ];

  it("takes round 0 of the first level and the best by validation of all levels", () => {
    expect(pointOf({ settings: SETTINGS, levels })).toEqual({
      sigma: 1,
      seed: 7,
      fixed: 61,
      learned: 74,
    });
  });
});

it("shows an image of each of the first classes", () => {
  const sample = (label: number, index: number): Sample => ({ split: "test", label, index, pixels: new Float32Array() });
  const shown = firstOfClasses([sample(9, 0), sample(9, 1), sample(8, 2), sample(7, 3)], 2);
  expect(shown.map(({ index }) => index)).toEqual([0, 2]);
});
