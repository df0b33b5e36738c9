/** What users of the package see: `ConvRfm` without the way to its computing side, which differs between browsers and Node. */
import type { Accuracy, DataSpec, DataSummary, EngineName, Progress, RunSettings, SourceName } from "../www/run/generated.js";
import { dataSpec, engineSettings } from "../www/run/settings/engine.js";
import { ownPreset, preset } from "../www/run/settings/presets.js";
import { largestPooling } from "../www/run/settings/table.js";

export type { Accuracy, DataSummary, EngineName, Progress, RunSettings };

/** Data sets that are made from a seed. */
export type DataSetName = Extract<SourceName, "star" | "dead-leaves" | "local-signal">;
const DATA_SETS: string[] = ["star", "dead-leaves", "local-signal"] satisfies DataSetName[];
const ENGINES: string[] = ["auto", "cpu", "gpu"] satisfies EngineName[];
/** What `src/data/limits.rs` allows. */
const MAX_CLASSES = 10_000;

/** Images of your own, from which training, validation and test images are drawn by seed. */
export interface LabelledImages {
  /** (image, channel, row, column); finite values, about 0 to 1 */
  pixels: Float32Array;
  /** the class of each image, from 0 */
  labels: ArrayLike<number>;
  /** 1 unless given */
  channels?: number;
  height: number;
  width: number;
  /** names of the classes; their numbers unless given */
  classes?: string[];
}

/** All settings of a run; what is not given is what the page begins with for the same images. */
export type Settings = RunSettings & Omit<DataSpec, "name">;

export interface Options {
  data: DataSetName | LabelledImages;
  settings?: Partial<Settings>;
  /** `auto`, the default, takes the graphics processor where there is one that passes its self-test. */
  engine?: EngineName;
  /** Browsers: the folder of `worker.js` and `convrfm_bg.wasm`, unless they lie beside the script. */
  base?: string | URL;
}

/** The average gradient outer product M of a round, from which the next round takes its features. d = channels x patch x patch. */
export interface Agop {
  /** d */
  dimension: number;
  /** M over its trace, (d, d) */
  matrix: Float32Array;
  /** eigenvalues over the trace, (d), largest first */
  shares: Float32Array;
  /** the leading eigenvectors, (8, channels, patch, patch) */
  filters: Float32Array;
}

/** A round that has ended. Round 0 is the fixed kernel. */
export interface Round {
  level: number;
  round: number;
  /** percent, and mean squared errors; null where there are no such images */
  accuracy: Accuracy;
  ridge: number;
  /** null in the last round, which learns nothing more, and in levels after the first */
  agop: Agop | null;
  /** of computing */
  seconds: number;
  /** the engine in words */
  engine: string;
  /** what happened when an engine failed and the run went on with another */
  notice: string | null;
}

export interface Prediction {
  /** the class of each image */
  labels: Uint16Array;
  /** (image, class) */
  scores: Float32Array;
}

export interface RunOptions {
  signal?: AbortSignal;
  /** at most every 80 ms */
  onProgress?: (progress: Progress) => void;
}

/** The computing side, as `engine.ts` has it. */
export interface Computing {
  open(images: LabelledImages | null, spec: DataSpec, settings: RunSettings, engine: EngineName): Promise<DataSummary>;
  round(report?: (progress: Progress) => void): Promise<Round | null>;
  predict(pixels: Float32Array, round: number | undefined): Promise<Prediction>;
  cancel(): unknown;
}

export interface Connection {
  computing: Computing;
  /** Rejects when the computing side ends; null where it cannot. */
  lost: Promise<never> | null;
  end(): void;
}

export class Model {
  #options: Options;
  #connect: (base: Options["base"]) => Promise<Connection>;
  #connection: Promise<Connection> | null = null;
  #opened: Promise<DataSummary> | null = null;
  #running = false;
  #freed = false;

  protected constructor(options: Options, connect: (base: Options["base"]) => Promise<Connection>) {
    check(options ?? {});
    this.#options = options;
    this.#connect = connect;
  }

  /** Loads the images and describes them. `run` does so by itself. */
  async data(): Promise<DataSummary> {
    if (this.#freed) throw new Error("this model was freed");
    return (this.#opened ??= this.#open());
  }

  /**
   * Runs round by round. A run that was left or cancelled goes on with the next call, from the round that it was in.
   * @throws the reason of `signal` when that is aborted, and what `onProgress` throws
   */
  async *run({ signal, onProgress }: RunOptions = {}): AsyncGenerator<Round, void, void> {
    if (this.#running) throw new Error("this model is running already; wait until its loop has ended");
    this.#running = true;
    const cancel = () => void this.#ask((computing) => computing.cancel()).catch(() => {});
    signal?.addEventListener("abort", cancel);
    let failure: { error: unknown } | null = null;
    // Thrown in the worker, it would be nobody's error.
    const report = (progress: Progress) => {
      try {
        onProgress?.(progress);
      } catch (error) {
        failure ??= { error };
        cancel();
      }
    };
    const check = () => {
      signal?.throwIfAborted();
      if (failure) throw failure.error;
    };
    try {
      for (;;) {
        check();
        await unlessAborted(this.data(), signal);
        const round = await this.#ask((computing) => computing.round(onProgress && report));
        check();
        if (!round) return;
        yield round;
      }
    } catch (error) {
      check();
      throw this.#freed ? new Error("this model was freed") : error;
    } finally {
      this.#running = false;
      signal?.removeEventListener("abort", cancel);
    }
  }

  /**
   * Predicts images of the same shape as those of the data, (image, channel, row, column).
   * @param round  of the first level; unless given, the round that was best on the validation images
   */
  async predict(pixels: Float32Array, round?: number): Promise<Prediction> {
    checkPixels(pixels);
    await this.data();
    return this.#ask((computing) => computing.predict(pixels, round));
  }

  /** Ends the workers and lets go of all memory. */
  free(): void {
    this.#freed = true;
    void this.#connection?.then(({ end }) => end()).catch(() => {});
  }

  [Symbol.dispose](): void {
    this.free();
  }

  #open() {
    const { data, settings, engine = "auto" } = this.#options;
    const first = typeof data === "string" ? preset(data) : ownPreset(facts(data));
    const { name, ...draw } = dataSpec(first);
    const defaults: Settings = { ...draw, ...engineSettings(first) };
    checkSettings(settings, defaults);
    // The default pooling may be too large for the user's patches, levels and images.
    const pooling = Math.min(defaults.pooling, largestPooling({ ...first, ...settings } as typeof first));
    const { train, validation, test, seed, sigma, frame, ...run } = { ...defaults, pooling, ...settings };
    const spec = { name, train, validation, test, seed, sigma, frame };
    const images = typeof data === "string" ? null : withClasses(data);
    return this.#ask((computing) => computing.open(images, spec, run, engine));
  }

  async #ask<T>(question: (computing: Computing) => T | Promise<T>): Promise<T> {
    if (this.#freed) throw new Error("this model was freed");
    const { computing, lost } = await (this.#connection ??= this.#connect(this.#options.base));
    return lost ? Promise.race([question(computing), lost]) : question(computing);
  }
}

/** What is waited for, or the reason of the signal: loading cannot be cancelled, but nobody has to wait for it. */
function unlessAborted<T>(waited: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return waited;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort);
    void waited.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

const whole = (value: unknown, least: number) => Number.isInteger(value) && (value as number) >= least;

function check({ data, engine = "auto" }: Options) {
  if (!ENGINES.includes(engine)) throw new TypeError(`engine: ${engine}, expected one of ${ENGINES.join(", ")}`);
  if (typeof data === "string") {
    if (!DATA_SETS.includes(data)) throw new TypeError(`data: ${data}, expected images or one of ${DATA_SETS.join(", ")}`);
    return;
  }
  if (typeof data !== "object" || data === null)
    throw new TypeError(`data: ${data}, expected images or one of ${DATA_SETS.join(", ")}`);
  const { pixels, labels, channels = 1, height, width, classes } = data;
  checkPixels(pixels);
  if (!whole(labels?.length, 0)) throw new TypeError("data.labels: expected an array with the class of each image");
  if (classes !== undefined && !(Array.isArray(classes) && classes.every((name) => typeof name === "string")))
    throw new TypeError("data.classes: expected an array with the name of each class");
  for (const [name, value] of Object.entries({ channels, height, width }))
    if (!whole(value, 1)) throw new RangeError(`data.${name}: ${value}, expected a whole number of at least 1`);
  const expected = labels.length * channels * height * width;
  if (pixels.length !== expected)
    throw new RangeError(
      `data.pixels: ${pixels.length} values, expected ${expected} for ${labels.length} labels and images of ${channels} x ${height} x ${width}`,
    );
  const most = (classes?.length ?? MAX_CLASSES) - 1;
  for (let image = 0; image < labels.length; image++) {
    const label = labels[image];
    if (!whole(label, 0) || Number(label) > most)
      throw new RangeError(`data.labels: ${label} of image ${image}, expected a whole number from 0 to ${most}`);
  }
}

/** Names and kinds; the crate knows the limits. */
function checkSettings(settings: Record<string, unknown> = {}, defaults: Settings) {
  const words: Record<string, string> = { ridge: "grid", agopSamples: "all" };
  for (const [name, value] of Object.entries(settings)) {
    if (!(name in defaults))
      throw new TypeError(`settings.${name}: there is no such setting, expected one of ${Object.keys(defaults).join(", ")}`);
    const [fits, expected] =
      typeof defaults[name as keyof Settings] === "boolean"
        ? [typeof value === "boolean", "true or false"]
        : name === "ridge" || name === "sigma"
          ? [Number.isFinite(value) && Number(value) >= 0, "a number of at least 0"]
          : [whole(value, 0), "a whole number of at least 0"];
    const word = words[name];
    if (!fits && (word === undefined || value !== word))
      throw new TypeError(`settings.${name}: ${value}, expected ${expected}${word ? ` or "${word}"` : ""}`);
  }
}

function checkPixels(pixels: unknown) {
  if (!(pixels instanceof Float32Array)) throw new TypeError("pixels: expected a Float32Array");
}

function withClasses(images: LabelledImages): LabelledImages {
  const labels = Array.from(images.labels);
  const count = labels.reduce((most, label) => Math.max(most, label + 1), 0);
  const { pixels, channels = 1, height, width, classes = Array.from({ length: count }, (_, label) => String(label)) } = images;
  return { pixels, labels, channels, height, width, classes };
}

/** What the page would know of these images. */
function facts({ labels, channels = 1, height, width }: LabelledImages) {
  const facts = { channels, side: Math.min(height, width), pool: labels.length, test: 0 };
  return { data: "own", hub: "", name: "", facts, side: null } as const;
}
