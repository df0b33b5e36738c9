/** What the page shows, as one plain object; views watch the parts they draw. */

/** @import { Correction, Settings, View } from "./state.js" */
/** @import { Away } from "./attention.js" */
/** @import { Missing } from "./needs.js" */
/** @import { About, Accuracy, DataSummary, EngineInUse, Features, Look, Opening, Plan, Progress, Sample, Stage, Way } from "./protocol.js" */

/**
 * Where the run stands. "between": a step is done and rounds are left. "pausing": asked, not yet held.
 * @typedef {"loading" | "ready" | "running" | "pausing" | "paused" | "between" | "finished" | "cancelled" | "failed"} Phase
 */

/**
 * One round of the table: what is known of it so far.
 * @typedef {object} Round
 * @property {Accuracy | null} accuracy
 * @property {Partial<Record<Stage, number>>} seconds
 * @property {number | null} ridge  that was used: the one set or chosen, or a larger one where that did not work
 * @property {boolean} raised  whether it is such a larger one
 * @property {number | null} best  the round that was kept by validation once this one had answered
 */

/**
 * A level after the first: its rounds, the one it keeps, and the seconds of the convolution that it began with.
 * @typedef {{rounds: Round[], best: number | null, convolution: number}} Deeper
 */

/**
 * The loaded data set with the images that are shown of it, the pixel values drawn as black and white, and the settings that
 * it was loaded for.
 * @typedef {{summary: DataSummary, range: [number, number], samples: Sample[], gallery: Sample[], from: Settings}} Data
 */

/**
 * A finished run that was kept to be compared; `number` counts the runs that were pinned, `data` is the name of its images.
 * @typedef {{number: number, data: string, settings: Settings, rounds: Round[], best: number | null, seconds: number}} Pin
 */

/** What the reader has opened, to go back to it. @typedef {{settings: Settings, about: About, way: Way}} Opened */

/**
 * @typedef {object} Model
 * @property {Settings} settings
 * @property {Correction[]} corrections
 * @property {View} view
 * @property {Phase} phase
 * @property {Data | null} data
 * @property {Plan | null} plan
 * @property {Look[]} plainLooks  the gallery as the fixed kernel sees it: ||u_p||
 * @property {number} chosen  place in the gallery
 * @property {Round[]} rounds  of the first level, as all that is said of rounds unless a level is named
 * @property {{level: number, round: number, stage: Stage} | null} at  the stage that was finished last
 * @property {number | null} best  round kept by validation
 * @property {Deeper[]} deeper  the levels after the first that have begun
 * @property {Features[]} features  one per update of M
 * @property {Progress | null} progress
 * @property {Away | null} resting  why a run was paused by itself, and goes on by itself
 * @property {EngineInUse | null} engine  null before a run, while it is being opened, and once another one was chosen
 * @property {number | null} rate  position-layers a second, of the last kernel stage
 * @property {string[]} notices  engines that failed while the run went on
 * @property {{message: string, lost: boolean, missing: Missing | null} | null} error  missing: what this browser lacks
 * @property {Opened | null} opened
 * @property {{way: Way, progress: Opening | null} | null} opening  what is being opened
 * @property {{way: Way, message: string, said: boolean} | null} notOpened  why the last opening failed; said in the words of the page
 * @property {Pin[]} pins  the oldest first
 * @property {Float32Array | null} drawn  what the reader drew, as the machine gets it: (c, H, W)
 * @property {string | null} refused  why the engine that was asked for cannot be used
 */

/**
 * A model before anything was computed.
 * @param {Settings} settings
 * @param {Correction[]} corrections
 * @param {View} view
 * @returns {Model}
 */
export function blank(settings, corrections, view) {
  return { settings, corrections, view, data: null, plan: null, plainLooks: [], chosen: 0, drawn: null, pins: [], opened: null, opening: null, notOpened: null, ...unrun() };
}

/**
 * The part of the model that a run fills.
 * @returns {Pick<Model, "phase" | "rounds" | "at" | "best" | "deeper" | "features" | "progress" | "resting" | "engine" | "rate" | "notices" | "error" | "refused">}
 */
export function unrun() {
  return {
    phase: "loading",
    rounds: [],
    at: null,
    best: null,
    deeper: [],
    features: [],
    progress: null,
    resting: null,
    engine: null,
    rate: null,
    notices: [],
    error: null,
    refused: null,
  };
}

/** @param {Phase} phase */
export function isBusy(phase) {
  return phase === "running" || phase === "pausing" || phase === "paused";
}

/**
 * The features to look through: the latest while the run goes on, in the end those of the round that is kept.
 * @param {Model} model
 */
export function shownFeatures({ features, phase, best }) {
  const kept = phase === "finished" ? features.find(({ round }) => round === best) : undefined;
  return kept ?? features.at(-1);
}

/** A hidden page, and a frame out of sight, get no frames to draw in; their watchers are told all the same, by then. */
const NO_FRAME_MS = 500;

/**
 * Of a frame's 16 ms, what drawing may take before the rest of it waits for the next frame. At the end of a round nearly all parts
 * have something to draw, and together held up the page for 50 to 94 ms.
 */
const DRAWING_MS = 6;

/**
 * Holds a model and tells the watchers of what changed, in their order, at most once a frame and over as many frames as it takes.
 * @template {object} [M=Model]
 */
export class Store {
  /** @type {M} */
  model;
  /** @type {{select: (model: M) => unknown[], draw: (model: M) => void, last: unknown[] | null}[]} */
  #watchers = [];
  /** @type {((model: M) => void)[]} */
  #drawn = [];
  #due = false;
  /** The watcher that is told next, and the model that it is told of: none sees another model than the one before it. @type {{next: number, model: M} | null} */
  #telling = null;

  /** @param {M} model */
  constructor(model) {
    this.model = model;
  }

  /** @param {Partial<M>} change */
  set(change) {
    this.model = { ...this.model, ...change };
    this.#ask();
  }

  /**
   * Draws now, and again in every frame in which one of the selected values is another one.
   * @param {(model: M) => unknown[]} select
   * @param {(model: M) => void} draw
   */
  watch(select, draw) {
    const watcher = { select, draw, last: select(this.model) };
    this.#watchers.push(watcher);
    draw(this.model);
  }

  /** Calls when every watcher has drawn. @param {(model: M) => void} call */
  whenDrawn(call) {
    this.#drawn.push(call);
    call(this.model);
  }

  /** Draws everything again, after a change that is not in the model (colour scheme, width). */
  redraw() {
    for (const watcher of this.#watchers) watcher.last = null;
    this.#ask();
  }

  #ask() {
    if (this.#due) return;
    this.#due = true;
    const tell = () => {
      cancelAnimationFrame(frame);
      clearTimeout(late);
      this.#due = false;
      this.#tell();
    };
    const frame = requestAnimationFrame(tell);
    const late = setTimeout(tell, NO_FRAME_MS);
  }

  #tell() {
    const start = performance.now();
    const { next, model } = (this.#telling ??= { next: 0, model: this.model });
    for (const [index, watcher] of this.#watchers.entries()) {
      if (index < next) continue;
      const selected = watcher.select(model);
      if (watcher.last && selected.every((value, i) => value === watcher.last?.[i])) continue;
      if (performance.now() - start > DRAWING_MS) {
        this.#telling = { next: index, model };
        this.#ask();
        return;
      }
      watcher.last = selected;
      watcher.draw(model);
    }
    this.#telling = null;
    if (model !== this.model) this.#ask();
    else for (const call of this.#drawn) call(model);
  }
}
