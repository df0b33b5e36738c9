/** What one run has found so far: what the chapters show. */
import type {
  Accuracy,
  DataSummary,
  Features,
  Look,
  OpenRequest,
  Plan,
  Prepared,
  Progress,
  Sample,
  Stage,
  StageReport,
} from "./records";
import type { ResultsPhase } from "./phase";
import { isOpened, shownRange, type Settings } from "./settings";

/** One round: what is known of it so far. */
export interface Round {
  accuracy: Accuracy | null;
  seconds: Partial<Record<Stage, number>>;
  /** The ridge that was used: the one set or chosen, or a larger one where that did not work. */
  ridge: number | null;
  /** Whether it is such a larger one. */
  raised: boolean;
  /** The best round by validation once this one had predicted. */
  best: number | null;
}

/** The rounds of one level, its best one, and the seconds of the convolution before it. */
export interface LevelRounds {
  rounds: Round[];
  best: number | null;
  convolution: number;
}

/** The loaded data set, the images shown of it, and the pixel values drawn as black and white. */
export interface Data {
  summary: DataSummary;
  range: [number, number];
  samples: Sample[];
  gallery: Sample[];
  /** Whether the names of the classes are the reader's own. */
  own: boolean;
}

const NONE: LevelRounds = { rounds: [], best: null, convolution: 0 };

export function dataOf({ summary, samples, gallery }: Prepared, settings: Settings): Data {
  return { summary, samples, gallery, range: shownRange(settings) ?? summary.range, own: isOpened(settings.data) };
}

/** Of levels: the one whose best round has the best validation accuracy, and that round; the first of equals. */
export function bestOfAll(levels: readonly LevelRounds[]): { level: number; round: number } | null {
  let best: { level: number; round: number; validation: number } | null = null;
  for (const [level, { rounds, best: round }] of levels.entries()) {
    if (round === null) continue;
    // Without validation images the engine keeps a round all the same.
    const validation = rounds[round]?.accuracy?.validation ?? -Infinity;
    if (!best || validation > best.validation) best = { level, round, validation };
  }
  return best && { level: best.level, round: best.round };
}

export class Results {
  /** The settings these results belong to. */
  settings: Settings;
  readonly data: Data;
  readonly plan: Plan;
  /** The gallery as the fixed kernel sees it: the norm of every patch. */
  readonly plainLooks: Look[];
  /** What opened the images, where they are the reader's own: the same settings may mean other files later. */
  readonly files: OpenRequest | null;
  /** Whether the worker still holds the run, so that it can continue and answer questions. */
  live: boolean = $state(true);
  phase: ResultsPhase = $state("ready");
  levels: LevelRounds[] = $state.raw([NONE]);
  /** The stage that was finished last. */
  at: { level: number; round: number; stage: Stage } | null = $state.raw(null);
  /** M of the first level, one per update. */
  features: Features[] = $state.raw([]);
  /** Place in the gallery of the image that is looked at. */
  chosen: number = $state(0);
  /** The round that the pictures show; null follows the run. */
  round: number | null = $state(null);
  /** What the reader drew, as the engine gets it: (c, H, W). */
  drawn: Float32Array | null = $state.raw(null);

  constructor(settings: Settings, prepared: Prepared, files: OpenRequest | null = null) {
    this.settings = $state.raw(settings);
    this.data = dataOf(prepared, settings);
    this.plan = prepared.plan;
    this.plainLooks = prepared.plainLooks;
    this.files = files;
  }

  get rounds(): Round[] {
    return this.levels[0]?.rounds ?? [];
  }

  /** Best round of the first level, by validation. */
  get best(): number | null {
    return this.levels[0]?.best ?? null;
  }

  get busy(): boolean {
    return this.phase === "running" || this.phase === "pausing" || this.phase === "paused";
  }

  /** Whether nothing has been computed that could be lost. */
  get empty(): boolean {
    return this.at === null && !this.busy;
  }

  /** Rounds of the first level with predictions. */
  get known(): Round[] {
    return this.rounds.filter((round) => round.accuracy);
  }

  /** Computing seconds so far. */
  get seconds(): number {
    const ofRound = ({ seconds }: Round) => Object.values(seconds).reduce((sum, each) => sum + each, 0);
    return this.levels.reduce(
      (sum, { rounds, convolution }) => sum + convolution + rounds.reduce((a, round) => a + ofRound(round), 0),
      0,
    );
  }

  /** The level and round with the best validation accuracy of all levels, the first of equals. */
  get bestOfAll(): { level: number; round: number } | null {
    return bestOfAll(this.levels);
  }

  /** The round that the pictures show: the chosen one, the best at the end, else the latest with an M. */
  get shownRound(): number {
    if (this.round !== null) return this.round;
    if (this.phase === "finished" && this.best !== null) return this.best;
    return this.features.at(-1)?.round ?? 0;
  }

  /** M as the shown round uses it; undefined for round 0, the fixed kernel. */
  get shownFeatures(): Features | undefined {
    return this.features.find(({ round }) => round === this.shownRound);
  }

  level(index: number): LevelRounds {
    return this.levels[index] ?? NONE;
  }

  choose(place: number) {
    this.chosen = place;
  }

  /** A round that is at its kernel although something of it is known has started again, on another engine for example. */
  noteProgress({ level, round, stage }: Pick<Progress, "level" | "round" | "stage">) {
    if (stage === "kernel" && this.level(level).rounds[round]) this.#giveUp(level, round);
  }

  noteStage({ level, round, stage, seconds, accuracy, best, ridge, retries }: StageReport) {
    this.noteProgress({ level, round, stage });
    this.at = { level, round, stage };
    if (stage === "convolve") {
      this.#setLevel(level + 1, { convolution: seconds });
      return;
    }
    const { rounds: known, best: kept } = this.level(level);
    const rounds = [...known];
    const before = rounds[round] ?? { accuracy: null, seconds: {}, ridge: null, raised: false, best: null };
    rounds[round] = {
      accuracy: accuracy ?? before.accuracy,
      seconds: { ...before.seconds, [stage]: seconds },
      ridge: ridge ?? before.ridge,
      raised: ridge === null ? before.raised : Boolean(retries),
      best: best ?? before.best,
    };
    this.#setLevel(level, { rounds, best: best ?? kept });
  }

  noteFeatures(features: Features) {
    this.features = [...this.features.filter(({ round }) => round < features.round), features];
  }

  /** The stage in progress was given up, and its round with it. A convolution costs no round. */
  noteCancelled() {
    const { at } = this;
    if (!at) this.#giveUp(0, 0);
    else if (at.stage === "convolve") this.#giveUp(at.level + 1, 0);
    else {
      const { agop, predict } = this.level(at.level).rounds[at.round]?.seconds ?? {};
      if (predict === undefined) this.#giveUp(at.level, at.round);
      else if (agop !== undefined) this.#giveUp(at.level, at.round + 1);
      // A run that goes on with more rounds begins with the AGOP of its last one, which has its accuracies and keeps them.
    }
    this.phase = "cancelled";
  }

  #setLevel(level: number, change: Partial<LevelRounds>) {
    const levels = [...this.levels];
    levels[level] = { ...this.level(level), ...change };
    this.levels = levels;
  }

  /** What the engine no longer holds goes from the page too: it cannot be asked about any more. */
  #giveUp(level: number, round: number) {
    const rounds = this.level(level).rounds.slice(0, round);
    this.#setLevel(level, { rounds, best: rounds.at(-1)?.best ?? null });
    // M of the last round that is left is the transform of the one given up.
    if (level === 0) {
      this.features = this.features.filter((features) => features.round <= round);
      if (this.round !== null && this.round > round) this.round = null;
    }
    const before = level > 0 ? ({ level: level - 1, round: this.settings.rounds - 1, stage: "convolve" } as const) : null;
    this.at = round > 0 ? { level, round: round - 1, stage: "predict" } : before;
  }
}
