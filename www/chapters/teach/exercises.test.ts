import { expect, test } from "vitest";
import { preset } from "../../run/settings";
import { EXERCISES, judge, startOf } from "./exercises";

const start = startOf(EXERCISES.ridge, preset("star"));
const round = (test: number) => ({
  accuracy: { test, validation: test, testError: null, validationError: null },
  seconds: {},
  ridge: 1,
  raised: false,
  best: null,
});
const finished = (change: object, tests: number[], best: number) => ({
  settings: { ...start, ...change },
  phase: "finished" as const,
  best,
  rounds: tests.map(round),
});

test("a run is judged by its best round, with the settings that stay", () => {
  expect(judge(EXERCISES.ridge, start, null)).toEqual({ state: "open" });
  expect(judge(EXERCISES.ridge, start, { ...finished({}, [60, 80], 1), phase: "running" })).toEqual({ state: "open" });
  expect(judge(EXERCISES.ridge, start, finished({ data: "mnist" }, [60, 80], 1))).toEqual({ state: "open" });
  expect(judge(EXERCISES.ridge, start, finished({ ridge: 0.3 }, [60, 74.5], 1))).toEqual({ state: "missed", value: 74.5 });
  expect(judge(EXERCISES.ridge, start, finished({ ridge: 1 }, [60, 75], 1))).toEqual({ state: "solved", value: 75 });
  expect(judge(EXERCISES.ridge, start, finished({ ridge: 1, train: 50, seed: 5 }, [60, 99], 1))).toEqual({
    state: "other",
    keys: ["train", "seed"],
  });
});

test("gains, and rounds after the best one", () => {
  const signal = startOf(EXERCISES.images, preset("local-signal"));
  expect(judge(EXERCISES.images, signal, { ...finished({}, [67, 84], 1), settings: { ...signal, train: 50 } })).toEqual({
    state: "solved",
    value: 17,
  });
  expect(judge(EXERCISES.rounds, start, finished({}, [60, 80, 70, 70], 1))).toEqual({ state: "solved", value: 2 });
  expect(judge(EXERCISES.rounds, start, finished({}, [80, 70, 70, 70], 0))).toEqual({ state: "missed", value: 0 });
});
