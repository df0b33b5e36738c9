import { expect, test } from "vitest";
import { bestOfAll, type LevelRounds } from "./results.svelte";

const level = (best: number | null, ...validation: (number | null)[]): LevelRounds => ({
  best,
  convolution: 0,
  rounds: validation.map((value) => ({
    accuracy: { validation: value, test: 50, validationError: null, testError: null },
    seconds: {},
    ridge: null,
    raised: false,
    best,
  })),
});

test("the level that is kept is the one whose best round is best on validation, the first of equals", () => {
  expect(bestOfAll([])).toBeNull();
  expect(bestOfAll([level(null)])).toBeNull();
  expect(bestOfAll([level(1, 60, 70), level(0, 80, 75), level(1, 70, 80)])).toEqual({ level: 1, round: 0 });
});

test("without validation images the engine's own choice counts", () => {
  expect(bestOfAll([level(0, null, null)])).toEqual({ level: 0, round: 0 });
});
