/** What is kept of a finished run, to stand beside others. */
import type { OpenRequest } from "./records";
import { bestOfAll, type LevelRounds, type Results } from "./results.svelte";
import { isOpened, type Settings } from "./settings";

export interface Pin {
  number: number;
  settings: Settings;
  files: OpenRequest | null;
  /** Name of the reader's own images. */
  opened: string;
  levels: readonly LevelRounds[];
  best: { level: number; round: number } | null;
  seconds: number;
}

export function pinOf({ settings, files, levels, seconds }: Results, number: number, opened: string): Pin {
  return {
    number,
    settings,
    files,
    opened: isOpened(settings.data) ? opened : "",
    levels,
    best: bestOfAll(levels),
    seconds,
  };
}
