/** What the page knows of its run, and what follows from it. What may be done about it is in `run.svelte.ts`. */
import { Client } from "./client";
import { Execution } from "./execution.svelte";
import type { Missing } from "./needs";
import { OwnImages } from "./own.svelte";
import type { Prepared } from "./records";
import type { ResultsPhase } from "./phase";
import type { Data, Results } from "./results.svelte";
import {
  BUILT_IN,
  FIRST_SET,
  preset,
  sameRun,
  TABLE,
  type BuiltIn,
  type Catalogue,
  type Correction,
  type Settings,
} from "./settings";

/** Where the page stands: "loading" while the next run is prepared, "ready" once it is. */
export type Phase = ResultsPhase | "loading" | "failed";

const MOST_ROUNDS = Math.max(...TABLE.map((row) => (row.key === "rounds" ? row.max(preset("star")) : 0)));

/** A data set on the hub that a link names. Nothing is downloaded before the reader agrees. */
export interface Offer {
  hub: string;
  pool: number;
  accept: () => void;
}

/** What stopped the page. `lost`: the worker ended; `notLoaded`: it never started; `missing`: what this browser lacks. */
export interface Failure {
  message: string;
  lost: boolean;
  notLoaded: boolean;
  missing: Missing | null;
}

export class RunState {
  /** What the reader wants. */
  settings: Settings;
  corrections: Correction[] = $state.raw([]);
  /** What is on show. */
  results: Results | null = $state.raw(null);
  /** Images and plan of the next run, where its settings differ from those of the results. */
  prepared: { settings: Settings; data: Data; prepared: Prepared } | null = $state.raw(null);
  failure: Failure | null = $state.raw(null);
  /** Why the settings cannot be run, as the engine says it: too many images for the memory, for example. Results stay on show. */
  impossible: string | null = $state(null);
  /** The run that Reset or Run again has replaced; the worker holds it until another run has finished. */
  before: Results | null = $state.raw(null);
  /** A finished run that is shipped with the page, for readers who have not run anything yet. */
  example: Results | null = $state.raw(null);
  /** Why the run was paused by itself; it continues by itself. */
  resting: "hidden" | "scrolled" | null = $state(null);
  /** What a link asks to download. */
  offer: Offer | null = $state.raw(null);
  /** Seeds that were run in this visit, the latest last. */
  seeds: number[] = $state.raw([]);

  readonly client = new Client();
  readonly own = new OwnImages(this.client);
  readonly execution = new Execution(this.client);

  /** @param offered  the built-in sets whose pack is there */
  constructor(
    settings: Settings = preset(FIRST_SET),
    corrections: Correction[] = [],
    readonly offered: readonly BuiltIn[] = BUILT_IN,
  ) {
    this.settings = $state.raw(settings);
    this.corrections = corrections;
  }

  /** What an address may mean here. */
  get catalogue(): Catalogue {
    return { offered: this.offered, opened: this.own.opened?.settings.opened ?? null };
  }

  /** The results that the first screen shows: the shipped run while there are none and the settings are its own. */
  get onShow(): Results | null {
    const { results, example } = this;
    const free = (!results || results.empty) && !this.before;
    return example && free && sameRun(example.settings, this.settings) ? example : results;
  }

  /** Whether the settings, or the files behind them, are no longer those of the results. */
  get changed(): boolean {
    return this.results !== null && !(sameRun(this.results.settings, this.settings) && this.sameFiles(this.results));
  }

  /** Whether the settings of the results can be had back: files that were replaced cannot. */
  get canUndo(): boolean {
    return this.changed && this.results !== null && this.sameFiles(this.results);
  }

  /** Whether Step has a round to run. A run of several levels cannot grow, and no run beyond the limit of the settings. */
  get canStep(): boolean {
    const { results, phase } = this;
    if (results?.busy || phase === "failed") return false;
    return phase !== "finished" || (results?.settings.levels === 1 && results.settings.rounds < MOST_ROUNDS);
  }

  /** Whether Run continues the run on show: only the number of rounds was raised. */
  get continues(): boolean {
    const { results, settings } = this;
    if (!results?.live || results.empty || results.settings.levels > 1) return false;
    const { rounds } = settings;
    return rounds > results.settings.rounds && this.sameFiles(results) && sameRun({ ...results.settings, rounds }, settings);
  }

  get phase(): Phase {
    const { results } = this;
    if (results?.busy) return results.phase;
    if (this.failure || this.impossible !== null) return "failed";
    if (this.prepared || this.offer) return "ready";
    if (results?.live && !this.changed) return results.phase;
    return "loading";
  }

  /** The images that the settings mean, as far as they are loaded; else those of the results. */
  get data(): Data | null {
    return this.prepared?.data ?? this.results?.data ?? null;
  }

  /** The plan of the run that Run would start. */
  get plan() {
    return this.prepared?.prepared.plan ?? this.results?.plan ?? null;
  }

  protected sameFiles(results: Results): boolean {
    return results.files === this.own.filesOf(results.settings);
  }
}
