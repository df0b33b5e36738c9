/** The computing side of a model: one run, in a worker or on Node's own thread. */
import { Lock } from "../www/worker/lock.js";
import { pace } from "../www/worker/pace.js";
import type { startPool } from "../www/worker/pool.js";
import type { DataSpec, DataSummary, EngineName, Progress, RunSettings, StageReport } from "../www/run/generated.js";
import { Session } from "./convrfm.js";
import type { LabelledImages, Prediction, Round } from "./model.js";

/** Leading filters of a round. */
const FILTERS = 8;

export class Engine {
  #session = new Session();
  #lock = new Lock();
  #turn: () => Promise<void>;
  #pool: ReturnType<typeof startPool> | null;
  #classes = 0;
  #cancelled = false;
  /** The round that predicts unless another is named. */
  #best = 0;

  /** @param turn  lets the event loop deliver messages */
  constructor(turn: () => Promise<void>, pool: ReturnType<typeof startPool> | null) {
    this.#turn = turn;
    this.#pool = pool;
    if (pool?.workers) this.#session.useWorkers(pool.workers);
  }

  /** Loads the images and prepares a run on them. */
  open(images: LabelledImages | null, spec: DataSpec, settings: RunSettings, engine: EngineName): Promise<DataSummary> {
    return this.#lock.run(async () => {
      if (images) {
        const { pixels, labels, channels = 1, height, width, classes = [] } = images;
        this.#session.openArrays(pixels, Uint16Array.from(labels), channels, height, width, classes);
      }
      const summary: DataSummary = this.#session.load(spec);
      this.#session.start(settings);
      this.#classes = summary.classes;
      await this.#session.useEngine(engine);
      return summary;
    });
  }

  /** Computes until a round ends; null when none is left. A round that was cancelled starts again with the next call. */
  round(report?: (progress: Progress) => void): Promise<Round | null> {
    return this.#lock.run(async () => {
      this.#cancelled = false;
      const stages: Partial<Record<StageReport["stage"], StageReport>> = {};
      while (!this.#session.finished()) {
        const done = await this.#stage(report);
        stages[done.stage] = done;
        const { level, round, stage, engine } = done;
        if (stage !== "predict") continue;
        if (level === 0) this.#best = done.best ?? round;
        const all = Object.values(stages);
        return {
          level,
          round,
          accuracy: done.accuracy ?? { validation: null, test: null, validationError: null, testError: null },
          ridge: stages.solve?.ridge ?? 0,
          agop: stages.agop && level === 0 ? this.#agop() : null,
          seconds: all.reduce((sum, { seconds }) => sum + seconds, 0),
          engine,
          notice: all.flatMap(({ notice }) => notice ?? []).join(" ") || null,
        };
      }
      return null;
    });
  }

  /** Ends the round in progress. */
  cancel() {
    this.#cancelled = true;
  }

  /** A value for each class and image, and the class with the largest. */
  predict(pixels: Float32Array, round: number | undefined): Promise<Prediction> {
    return this.#lock.run(() => {
      const scores = this.#session.predict(round ?? this.#best, pixels);
      const classes = this.#classes;
      const labels = Uint16Array.from({ length: scores.length / classes }, (_, image) => {
        const own = scores.subarray(image * classes, (image + 1) * classes);
        return own.indexOf(Math.max(...own));
      });
      return { labels, scores };
    });
  }

  /** Ends the round in progress and lets go of all memory. */
  free() {
    this.#cancelled = true;
    void this.#lock.run(() => this.#session.free());
  }

  async #stage(report?: (progress: Progress) => void): Promise<StageReport> {
    const isTime = pace();
    const monitor = async (progress: Progress) => {
      if (report && (isTime() || progress.done >= 1)) report(progress);
      await this.#turn();
      return !this.#cancelled;
    };
    this.#pool?.run(true);
    try {
      return await this.#session.advance(monitor);
    } finally {
      this.#pool?.run(false);
    }
  }

  #agop() {
    const shares = this.#session.spectrum();
    return { dimension: shares.length, matrix: this.#session.matrix(), shares, filters: this.#session.filters(FILTERS) };
  }
}
