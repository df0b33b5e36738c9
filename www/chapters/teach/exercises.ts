/**
 * Exercises that the page checks: what a finished run has to reach, and the settings that stay as they are. All accuracies were measured
 * with seed 4: the settings that "Start" opens do not reach the goal, and the solution named beside it does.
 */
import type { Results } from "../../run/results.svelte";
import type { Settings } from "../../run/settings";

export interface Exercise {
  data: "star" | "local-signal";
  /** What differs from the preset at the start. The reader changes one of them, or another setting. */
  start: Partial<Settings>;
  /** Settings that stay as they are at the start. */
  fixed: readonly (keyof Settings)[];
  /** Test accuracy of the best round, its gain over round 0, or the rounds that follow the best one when the best is not round 0. */
  goal: { what: "test" | "gain" | "later"; atLeast: number };
}

export const EXERCISES = {
  // A ridge of 1e-3 gives 69.5 %, 0.3 gives 73.0 %, 1 gives 78.5 %.
  ridge: {
    data: "star",
    start: { train: 20, seed: 4 },
    fixed: ["data", "train", "patch", "depth", "seed"],
    goal: { what: "test", atLeast: 75 },
  },
  // 200 images gain 7.0 points, 100 gain 8.0, 50 gain 16.8, 25 gain 11.4.
  images: {
    data: "local-signal",
    start: { seed: 4 },
    fixed: ["data", "patch", "depth", "ridge", "sigma", "seed"],
    goal: { what: "gain", atLeast: 15 },
  },
  // Noise of 1 gives 86.0 %, 0.5 gives 93.8 %.
  noise: {
    data: "local-signal",
    start: { train: 100, seed: 4 },
    fixed: ["data", "train", "patch", "depth", "ridge", "seed"],
    goal: { what: "test", atLeast: 90 },
  },
  // Of four rounds, round 1 is the best.
  rounds: { data: "star", start: { train: 20, seed: 4 }, fixed: ["data", "train", "seed"], goal: { what: "later", atLeast: 2 } },
} satisfies Record<string, Exercise>;

export type ExerciseName = keyof typeof EXERCISES;
export const EXERCISE_NAMES = Object.keys(EXERCISES) as ExerciseName[];

/** The start of an exercise, on top of the preset of its images. */
export const startOf = ({ start }: Exercise, preset: Settings): Settings => ({ ...preset, ...start });

export type Verdict =
  | { state: "open" }
  /** Settings that the exercise fixes have other values. */
  | { state: "other"; keys: (keyof Settings)[] }
  | { state: "missed" | "solved"; value: number };

type Finished = Pick<Results, "settings" | "phase" | "best" | "rounds">;

/** Compares a run with what the exercise asks for. @param start  all settings at its start */
export function judge({ fixed, goal }: Exercise, start: Settings, results: Finished | null): Verdict {
  if (results?.phase !== "finished" || results.best === null || results.settings.data !== start.data) return { state: "open" };
  const keys = fixed.filter((key) => results.settings[key] !== start[key]);
  if (keys.length) return { state: "other", keys };
  const [first, best] = [results.rounds[0], results.rounds[results.best]].map((round) => round?.accuracy?.test ?? 0);
  const later = results.best > 0 ? results.rounds.length - 1 - results.best : 0;
  const value = { test: best ?? 0, gain: (best ?? 0) - (first ?? 0), later }[goal.what];
  return { state: value >= goal.atLeast ? "solved" : "missed", value };
}
