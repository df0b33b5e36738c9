/** Finished runs that the reader keeps side by side. */
import type { OpenRequest } from "./records";
import { bestOfAll, type LevelRounds } from "./results.svelte";
import type { Run } from "./run.svelte";
import { isOpened, sameRun, type Settings } from "./settings";

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

export class Pins {
  all: Pin[] = $state.raw([]);

  #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  /** The pin of the run on show. */
  get shown(): Pin | null {
    const { results } = this.#run;
    if (!results) return null;
    return this.all.find(({ settings, files }) => sameRun(settings, results.settings) && files === results.files) ?? null;
  }

  /** Keeps the finished run on show. */
  add() {
    const { results, own } = this.#run;
    if (results?.phase !== "finished" || this.shown) return;
    const { settings, files, levels, seconds } = results;
    const number = Math.max(0, ...this.all.map((pin) => pin.number)) + 1;
    const opened = isOpened(settings.data) ? (own.opened?.about.name ?? "") : "";
    this.all = [...this.all, { number, settings, files, opened, levels, best: bestOfAll(levels), seconds }];
  }

  remove(pin: Pin) {
    this.all = this.all.filter((each) => each !== pin);
  }
}
