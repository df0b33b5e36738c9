/**
 * Noise against accuracy: one full run for every noise level and seed, in a worker of its own that waits while the page's run
 * goes on.
 *
 * Levels are run through seed by seed, so that the whole curve is there early and its bands grow narrower. Every point is the run
 * that the page itself would make at that noise and that seed, and of its rounds the one that validation chose.
 */
import { Client } from "./client";
import { packUrl } from "./packs";
import { reason } from "./reason";
import { dataSpec, engineSettings } from "./settings";
import type { Sample, Spread, StageReport } from "./records";
import type { Settings } from "./settings";

/** Percent on test images of one run: round 0, and the round kept. */
export type Point = { sigma: number; seed: number; fixed: number; learned: number };

/** What the seeds so far say of a level, and an image of each of two classes. */
export type Level = { sigma: number; seeds: number; fixed: Spread; learned: Spread; pictures: Sample[] };

export type Curve = {
  levels: Level[];
  points: Point[];
  done: number;
  total: number;
  secondsLeft: number | null;
  doing: "nothing" | "runs" | "waits";
  failure: string | null;
};

/** The published sweep goes from a quarter to four. */
const LEVELS = [0.25, 0.5, 1, 1.5, 2, 3, 4];

/** Images shown per level. */
const PICTURES = 2;

/** The levels of a curve, that of the page among them. */
export function levels({ sigma }: Settings) {
  return [...new Set([...LEVELS, sigma])].sort((a, b) => a - b);
}

/** The runs that a curve of so many seeds, from the seed of the settings on, still needs: all levels of a seed, then the next. */
export function missingRuns({ points }: Curve, settings: Settings, seeds: number) {
  const wanted = Array.from({ length: seeds }, (_, i) => (settings.seed + i) % 2 ** 32).flatMap((seed) =>
    levels(settings).map((sigma) => ({ sigma, seed })),
  );
  return wanted.filter(({ sigma, seed }) => !points.some((point) => point.sigma === sigma && point.seed === seed));
}

export const emptyCurve = (): Curve => ({
  levels: [],
  points: [],
  done: 0,
  total: 0,
  secondsLeft: null,
  doing: "nothing",
  failure: null,
});

export class NoiseSweep {
  #client;
  #changed;
  #curve = emptyCurve();
  /** Only the latest filling goes on. */
  #generation = 0;
  /** Resolves when work may go on; null while it may. */
  #held: { promise: Promise<void>; release: () => void } | null = null;
  /** What the run under way has reported. */
  #reports: StageReport[] = [];

  constructor(changed: (curve: Curve) => void) {
    this.#changed = changed;
    const nothing = () => {};
    this.#client = new Client({
      progress: nothing,
      engine: nothing,
      features: nothing,
      held: nothing,
      opening: nothing,
      stage: (report) => this.#reports.push(report),
    });
  }

  /** Adds runs until every level has been run with so many seeds, from the seed of the settings on. */
  async fill(settings: Settings, seeds: number) {
    const generation = ++this.#generation;
    const missing = missingRuns(this.#curve, settings, seeds);
    const total = levels(settings).length * seeds;
    this.#set({ doing: this.#held ? "waits" : "runs", total, done: total - missing.length, failure: null, secondsLeft: null });
    let spent = 0;
    try {
      for (const [done, { sigma, seed }] of missing.entries()) {
        await this.#held?.promise;
        if (generation !== this.#generation) return;
        const { point, pictures, seconds } = await this.#run({ ...settings, sigma, seed });
        if (generation !== this.#generation) return;
        spent += seconds;
        const points = [...this.#curve.points, point];
        const level = await this.#level(sigma, points, pictures);
        if (generation !== this.#generation) return;
        const others = this.#curve.levels.filter((each) => each.sigma !== sigma);
        this.#set({
          points,
          levels: [...others, level].sort((a, b) => a.sigma - b.sigma),
          done: total - missing.length + done + 1,
          secondsLeft: (spent / (done + 1)) * (missing.length - done - 1),
        });
      }
      this.#set({ doing: "nothing", secondsLeft: null });
    } catch (error) {
      if (generation === this.#generation) this.#set({ doing: "nothing", secondsLeft: null, failure: reason(error) });
    }
  }

  /** Ends the filling and keeps what it has found. */
  stop() {
    this.#generation++;
    this.#client.restart();
    if (this.#curve.doing !== "nothing") this.#set({ doing: "nothing", secondsLeft: null });
  }

  /** Forgets everything: other settings have another curve. */
  clear() {
    this.stop();
    this.#curve = emptyCurve();
    this.#changed(this.#curve);
  }

  /** Waits, or goes on. */
  hold(hold: boolean) {
    if (hold === (this.#held !== null)) return;
    if (hold) {
      let release: () => void = (): void => {};
      const promise = new Promise((resolve: (value: void) => void) => (release = resolve));
      this.#held = { promise, release };
    } else {
      this.#held?.release();
      this.#held = null;
    }
    this.#client.command(hold ? "pause" : "resume");
    if (this.#curve.doing !== "nothing") this.#set({ doing: hold ? "waits" : "runs" });
  }

  async #run(settings: Settings): Promise<{ point: Point; pictures: Sample[]; seconds: number }> {
    const summary = await this.#client.ask({ kind: "load", spec: dataSpec(settings), packUrl: packUrl(settings.data) });
    const indices = Array.from({ length: Math.min(PICTURES, summary.test) }, (_, i) => i);
    const pictures = await this.#client.ask({ kind: "samples", split: "test", indices });
    await this.#client.ask({ kind: "start", settings: engineSettings(settings) });
    await this.#held?.promise;
    this.#reports = [];
    const gallery = { split: "test" as const, indices: [] };
    const outcome = await this.#client.ask({ kind: "run", until: "end", engine: settings.engine, gallery });
    if (typeof outcome === "object") throw new Error(outcome.refused);
    // By their numbers: a round whose engine failed is reported twice.
    const rounds: number[] = [];
    for (const { round, accuracy } of this.#reports) if (accuracy) rounds[round] = accuracy.test ?? NaN;
    const best = this.#reports.findLast(({ best }) => best !== undefined && best !== null)?.best ?? 0;
    const seconds = this.#reports.reduce((sum, report) => sum + report.seconds, 0);
    return {
      point: { sigma: settings.sigma, seed: settings.seed, fixed: rounds[0] ?? NaN, learned: rounds[best] ?? NaN },
      pictures,
      seconds,
    };
  }

  async #level(sigma: number, points: Point[], pictures: Sample[]): Promise<Level> {
    const here = points.filter((point) => point.sigma === sigma);
    const [fixed, learned] = await Promise.all(
      (["fixed", "learned"] as const).map((key) => this.#client.ask({ kind: "spread", values: here.map((point) => point[key]) })),
    );
    const none = { mean: NaN, deviation: 0 };
    return { sigma, seeds: here.length, fixed: fixed ?? none, learned: learned ?? none, pictures };
  }

  #set(change: Partial<Curve>) {
    this.#curve = { ...this.#curve, ...change };
    this.#changed(this.#curve);
  }
}
