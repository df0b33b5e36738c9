/**
 * Complete runs in the background, one after the other in a worker of their own: what sweeps over seeds and noise levels repeat. They
 * wait while the page's run goes on.
 */
import * as Comlink from "comlink";
import { Control } from "../worker/control";
import { Client, WorkerLost } from "./client";
import { packUrl } from "./packs";
import { reason } from "./reason";
import type { Features, OpenRequest, Prepared, Progress, Spread, StageReport } from "./records";
import { bestOfAll, Results } from "./results.svelte";
import { dataSpec, engineSettings, type Settings } from "./settings";

/** Percent on test images of one run: round 0 of the first level, and what validation chose among all levels. */
export interface Point {
  sigma: number;
  seed: number;
  fixed: number;
  learned: number;
}

/** Null before the run has predicted. */
export function pointOf({ settings, levels }: Pick<Results, "settings" | "levels">): Point | null {
  const best = bestOfAll(levels);
  const fixed = levels[0]?.rounds[0]?.accuracy?.test;
  const learned = best && levels[best.level]?.rounds[best.round]?.accuracy?.test;
  return fixed == null || learned == null ? null : { sigma: settings.sigma, seed: settings.seed, fixed, learned };
}

const nothing = () => {};

export class Background {
  /** Whether runs have to wait. */
  waiting: boolean = $state(false);
  /** Whether the run in progress waits for another one that shares its worker. */
  queued: boolean = $state(false);
  /** Share of the run in progress. */
  share: number = $state(0);

  #client = new Client();
  #control = new Control();
  /** Only the latest series goes on. */
  #generation = 0;
  /** What the worker has opened of the reader's own images. */
  #opened: OpenRequest | null = null;

  /** Ends the series before it. Returns whether this one has been ended in its turn. */
  begin(): () => boolean {
    this.end();
    const generation = this.#generation;
    return () => generation !== this.#generation;
  }

  /** Ends the series and its worker. */
  end() {
    this.#generation++;
    this.share = 0;
    this.#opened = null;
    this.#client.restart();
  }

  wait(wait: boolean) {
    if (wait === this.waiting) return;
    this.waiting = wait;
    if (wait) this.#control.pause();
    else this.#control.resume();
    void this.#client.tell(wait ? "pause" : "resume");
  }

  /**
   * @param files  where the images are the reader's own
   * @param shuffled  whether the labels of the training images are permuted by the seed
   * @throws {Error} with the engine's own sentence where the engine that the settings ask for cannot be used
   */
  async run(
    settings: Settings,
    files: OpenRequest | null = null,
    { shuffled = false } = {},
  ): Promise<{ results: Results; prepared: Prepared; point: Point }> {
    const generation = this.#generation;
    const proceed = async () => {
      await this.#control.proceed();
      // Asking the worker would start another one.
      if (generation !== this.#generation) throw new WorkerLost("ended", "wanted");
    };
    await proceed();
    if (files && files !== this.#opened) {
      const { side, colour } = settings;
      await this.#client.ask((remote) => remote.open(files, { side, colour }, Comlink.proxy(nothing)));
      this.#opened = files;
    }
    const prepared = await this.#client.ask((remote) =>
      remote.prepare(dataSpec(settings), engineSettings(settings), packUrl(settings.data), shuffled),
    );
    await this.#client.ask((remote) => remote.adopt());
    // A pause that came before the run would not reach it.
    await proceed();
    this.share = 0;
    const results = new Results(settings, prepared);
    const listener = Comlink.proxy({
      progress: ({ share }: Progress) => (this.share = share),
      engine: nothing,
      stage: (report: StageReport) => results.noteStage(report),
      // Only what compares filters needs them: a curve has dozens of runs.
      features: (features: Features) => shuffled && results.noteFeatures(features),
      waiting: (waiting: boolean) => (this.queued = waiting),
    });
    const outcome = await this.#client.ask((remote) =>
      remote.run({ until: "end", engine: settings.engine, gallery: [] }, listener),
    );
    if (typeof outcome === "object") throw new Error(outcome.refused);
    const point = pointOf(results);
    if (!point) throw new Error(outcome);
    return { results, prepared, point };
  }

  /** Mean and deviation of both numbers: the crate computes them. */
  async spread(points: Point[]): Promise<{ fixed: Spread; learned: Spread }> {
    const of = (values: number[]) => this.#client.ask((remote) => remote.spread(values));
    const [fixed, learned] = await Promise.all([of(points.map(({ fixed }) => fixed)), of(points.map(({ learned }) => learned))]);
    return { fixed, learned };
  }
}

/** One series of runs at a time: whether it goes on, and what stopped the last one. */
export class Series {
  readonly background = new Background();
  going: boolean = $state(false);
  failure: string | null = $state(null);

  /** Ends the series before it. @param work  returns once it has been ended in its turn, which its argument says */
  protected async during(work: (overtaken: () => boolean) => Promise<void>) {
    const overtaken = this.background.begin();
    this.failure = null;
    this.going = true;
    try {
      await work(overtaken);
    } catch (error) {
      if (!overtaken()) this.failure = reason(error);
    }
    if (!overtaken()) this.stop();
  }

  /** Ends the series and its worker. What was found stays. */
  stop() {
    this.going = false;
    this.background.end();
  }
}
