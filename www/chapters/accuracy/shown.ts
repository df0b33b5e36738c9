/** What the accuracy chapter shows: the rounds of the run on show, or those of the finished run that comes with the page. */
import type { Spread } from "../../run/records";
import { bestOfAll, type LevelRounds, type Results } from "../../run/results.svelte";

export interface Shown {
  levels: readonly LevelRounds[];
  best: { level: number; round: number } | null;
  /** Rounds of each level, once the run is at its end. */
  rounds: number;
  /** Levels, once the run is at its end. */
  count: number;
  finished: boolean;
  classes: number | null;
  /** Test images; null where they are not counted. */
  test: number | null;
}

export function shownOf(results: Results | null): Shown {
  return {
    levels: results?.levels ?? [],
    best: results ? bestOfAll(results.levels) : null,
    rounds: results?.settings.rounds ?? 1,
    count: results?.settings.levels ?? 1,
    finished: results?.phase === "finished",
    classes: results?.data.summary.classes ?? null,
    test: results?.data.summary.test ?? null,
  };
}

/** Percent on test images of a round; null before it has predicted. */
export function testOf({ levels }: Shown, level: number, round: number): number | null {
  return levels[level]?.rounds[round]?.accuracy?.test ?? null;
}

/** Whether any round after the fixed kernel has predicted. */
export function hasLearned({ levels }: Shown): boolean {
  return levels.some(({ rounds }, level) => rounds.some(({ accuracy }, round) => accuracy && (level > 0 || round > 0)));
}

/** @param percent  a percentage in the reader's language */
export function spreadText({ mean, deviation }: Spread, percent: (value: number) => string): string {
  return `${percent(mean).replace(/\s?%$/, "")} ± ${percent(deviation)}`;
}
