/**
 * Noise against accuracy: a complete run for every noise level and seed, in a worker of its own that waits while the page's run goes
 * on.
 *
 * The levels of one seed come first, then those of the next, so that the whole curve is there early and its bands become narrower.
 * Every point is the run that the page itself would make with that noise level and seed. A curve belongs to all other settings: when
 * those change it stays, and the next filling makes another one.
 */
import { Background, type Point } from "./background.svelte";
import { Unsupported, WorkerLost } from "./client";
import { reason } from "./reason";
import type { Sample, Spread } from "./records";
import type { Data } from "./results.svelte";
import type { Missing } from "./needs";
import { sameRun, TABLE, type Row, type Settings } from "./settings";

/** What the seeds so far say of a noise level, and an image of each of two classes. */
export interface Level {
  sigma: number;
  seeds: number;
  fixed: Spread;
  learned: Spread;
  pictures: Sample[];
  data: Data;
}

/** What stopped a filling, and the settings of its run. `lost`: the worker ended; `missing`: what this browser lacks. */
export interface NoiseFailure {
  message: string;
  lost: boolean;
  missing: Missing | null;
  settings: Settings;
}

/** The published sweep goes from a quarter to four. */
const SIGMAS = [0.25, 0.5, 1, 1.5, 2, 3, 4];

/** Classes with an image for each level. */
const PICTURES = 2;

const SEEDS_END = 2 ** 32;

const unique = (values: number[]) => values.filter((value, i) => values.indexOf(value) === i);

export class Curve {
  points: Point[] = $state.raw([]);
  levels: Level[] = $state.raw([]);

  /** @param settings  of its runs; noise level, seed and engine are those of the first one */
  constructor(readonly settings: Settings) {}

  get seeds(): number[] {
    return unique(this.points.map(({ seed }) => seed));
  }

  get sigmas(): number[] {
    return sigmasOf(this.points, this.settings);
  }

  /** Fewest and most seeds of a level. */
  get seedRange(): [number, number] {
    const counts = this.levels.map(({ seeds }) => seeds);
    return [Math.min(...counts), Math.max(...counts)];
  }
}

/** Whether runs of both settings are points of one curve. */
export const sameCurve = (a: Settings, b: Settings) => sameRun({ ...a, sigma: 0, seed: 0 }, { ...b, sigma: 0, seed: 0 });

/** A setting by which curves can differ. */
export type CurveKey = Exclude<Row["key"], "engine" | "sigma" | "seed">;

/** The settings in which a curve differs from others of its data set. */
export function differences(settings: Settings, others: Settings[]): CurveKey[] {
  const same = others.filter(({ data, hub }) => data === settings.data && hub === settings.hub);
  return TABLE.flatMap(({ key, applies }) => {
    if (key === "engine" || key === "sigma" || key === "seed") return [];
    return applies(settings) && same.some((other) => other[key] !== settings[key]) ? [key] : [];
  });
}

/** The noise levels of a curve: the published ones, those it has, and that of the settings. */
export function sigmasOf(points: Point[], { sigma }: Settings): number[] {
  return unique([...SIGMAS, ...points.map((point) => point.sigma), sigma]).sort((a, b) => a - b);
}

/** The seeds of a curve: those it has, then the ones from the seed of the settings on. */
export function seedsOf(points: Point[], settings: Settings, count: number): number[] {
  const seeds = unique(points.map(({ seed }) => seed)).slice(0, count);
  for (let seed = settings.seed; seeds.length < count; seed = (seed + 1) % SEEDS_END) if (!seeds.includes(seed)) seeds.push(seed);
  return seeds;
}

/** The runs that are missing until every level has so many seeds: all levels of a seed, then those of the next. */
export function missingRuns(points: Point[], settings: Settings, count: number): Pick<Point, "sigma" | "seed">[] {
  const sigmas = sigmasOf(points, settings);
  return seedsOf(points, settings, count)
    .flatMap((seed) => sigmas.map((sigma) => ({ sigma, seed })))
    .filter((run) => !points.some(({ sigma, seed }) => sigma === run.sigma && seed === run.seed));
}

/** One image of each of the first classes. */
export function firstOfClasses(samples: Sample[], count: number): Sample[] {
  return samples.filter(({ label }, i) => samples.findIndex((other) => other.label === label) === i).slice(0, count);
}

export class NoiseCurves {
  readonly background = new Background();
  /** All with a point, the oldest first. */
  curves: Curve[] = $state.raw([]);
  /** The curve that gets runs, and how many of those that were asked for it has. */
  filling: { curve: Curve; done: number; total: number; secondsLeft: number | null } | null = $state.raw(null);
  /** What stopped the last filling. */
  failure: NoiseFailure | null = $state.raw(null);

  /** The curve that runs with these settings belong to. */
  of(settings: Settings): Curve | null {
    return this.curves.find((curve) => sameCurve(curve.settings, settings)) ?? null;
  }

  /** Adds runs until every level has so many seeds. */
  async fill(wanted: Settings, seeds: number) {
    const overtaken = this.background.begin();
    const curve = this.of(wanted) ?? new Curve(wanted);
    const missing = missingRuns(curve.points, wanted, seeds);
    const total = sigmasOf(curve.points, wanted).length * seeds;
    this.failure = null;
    this.filling = { curve, total, done: total - missing.length, secondsLeft: null };
    let settings = wanted;
    let spent = 0;
    try {
      for (const [i, run] of missing.entries()) {
        settings = { ...wanted, ...run };
        const { results, prepared, point } = await this.background.run(settings);
        if (overtaken()) return;
        await this.#add(curve, point, results.data, firstOfClasses(prepared.gallery, PICTURES), overtaken);
        if (overtaken()) return;
        spent += results.seconds;
        const left = missing.length - i - 1;
        this.filling = { curve, total, done: total - left, secondsLeft: (spent / (i + 1)) * left };
      }
    } catch (error) {
      if (overtaken()) return;
      const lost = error instanceof WorkerLost;
      this.failure = { message: reason(error), lost, missing: error instanceof Unsupported ? error.missing : null, settings };
    }
    this.stop();
  }

  /** Ends the filling and its worker. Points stay. */
  stop() {
    this.filling = null;
    this.background.end();
  }

  /** Adds a run to a curve. */
  async #add(curve: Curve, point: Point, shown: Data, pictures: Sample[], overtaken: () => boolean) {
    const { sigma } = point;
    const points = [...curve.points, point];
    const here = points.filter((point) => point.sigma === sigma);
    const { fixed, learned } = await this.background.spread(here);
    if (overtaken()) return;
    const known = curve.levels.find((level) => level.sigma === sigma);
    // Only what pictures are drawn with: curves stay as long as the page.
    const data = known?.data ?? { ...shown, samples: [], gallery: [] };
    const level: Level = { sigma, seeds: here.length, fixed, learned, pictures: known?.pictures ?? pictures, data };
    curve.points = points;
    curve.levels = [...curve.levels.filter((each) => each !== known), level].sort((a, b) => a.sigma - b.sigma);
    if (!this.curves.includes(curve)) this.curves = [...this.curves, curve];
  }
}
