/**
 * What the loop shows and how it is asked for: one image, one round, one class, one patch, one training image.
 *
 * Questions follow from the state alone. Each carries a key made of all that it depends on; an answer whose key is no longer
 * the wanted one is dropped, and while one question of a kind is under way only the last wanted one waits behind it.
 */
import { Store } from "../../model.js";
import { reason } from "../../reason.js";
import { Latest } from "./latest.js";

/** @import { Controller } from "../../controller.js" */
/** @import { Data, Model } from "../../model.js" */
/** @import { Explain, Explained, Inspection, PatchView, Place, Sample, Split } from "../../protocol.js" */

/** The number whose arithmetic is shown. @typedef {{what: "kernel", train: number} | {what: "answer" | "gradient" | "seen"} | {what: "matrix", row: number, column: number}} Asked */

/** The image that goes round: one of the gallery, or what the reader drew. @typedef {{split: Split, index: number, label: number, pixels: Float32Array}} Subject */

/**
 * @typedef {object} Shown
 * @property {Model} run
 * @property {Subject | null} subject
 * @property {boolean} mine  whether the reader's drawing is the subject, while there is one
 * @property {number} round
 * @property {number | null} held  the round the reader chose; null follows the run
 * @property {number} viewed  the round whose M the last stations show: the next one, as soon as that is known
 * @property {number} output  the class asked about
 * @property {number} position  the patch pointed at
 * @property {boolean} moved  whether the reader chose it; until then it is where the kernel looks most
 * @property {number | null} pointed  the training image pointed at; null is the nearest one
 * @property {Inspection | null} now  the image in the round
 * @property {Inspection | null} next  the image in the viewed round
 * @property {PatchView | null} patch  the patch in the round
 * @property {PatchView | null} after  the patch in the viewed round
 * @property {Uint16Array | null} labels  of the training images
 * @property {Asked | null} asked
 * @property {Explained | null} explained  what is asked, and nothing else; null until it is there
 * @property {string | null} unexplained  why it will not be there
 * @property {string | null} trouble  why a question was not answered
 * @property {number} pictures  how many training pictures are known; they are drawn again as it grows
 */

/** Labels are read so many images at a time: the images come along and are let go. */
const BATCH = 500;

/** What a drawing is to the engine. */
const PROBE = /** @type {const} */ ({ split: "probe", index: 0, label: -1 });

/** Training pictures kept. */
const KEPT = 400;

export class Inquiry {
  #controller;
  #inspections = new Latest();
  #patches = new Latest();
  #explanations = new Latest();
  #keys = { inspect: "", patch: "", explain: "" };
  /** Counts the loaded sets and started runs, so that keys of one are none of another. */
  #serial = 0;
  /** @type {Map<number, Sample>} */
  #train = new Map();
  /** The set whose labels are being read. @type {Data["summary"] | null} */
  #reading = null;
  /** @type {Set<number>} */
  #coming = new Set();

  /**
   * @param {Store} page
   * @param {Controller} controller
   */
  constructor(page, controller) {
    this.#controller = controller;
    /** @type {Shown} */
    const first = { run: page.model, ...blank(), mine: false, held: null, asked: null };
    this.loop = new Store(first);
    page.watch(
      ({ data, plan }) => [data, plan],
      ({ data }) => this.#begin(data),
    );
    page.watch(
      ({ drawn }) => [drawn],
      ({ drawn }) => this.loop.set({ mine: drawn !== null && this.loop.model.mine }),
    );
    page.watch(
      (model) => [model],
      (run) => {
        this.loop.set({ run });
        this.#settle();
      },
    );
  }

  /** @param {Partial<Pick<Shown, "held" | "mine" | "output" | "position" | "pointed" | "asked">>} change */
  set(change) {
    // Asked for once more, what could not be explained is tried once more.
    if (change.asked && this.loop.model.unexplained !== null) this.#keys.explain = "";
    this.loop.set({ ...change, ...(change.position !== undefined && { moved: true }) });
    this.#settle();
  }

  /** The training image whose pixels are wanted; asked for where it is not known. @param {number} index */
  train(index) {
    const known = this.#train.get(index);
    if (!known && !this.#coming.has(index) && this.loop.model.labels) this.#fetch([index]);
    return known;
  }

  /** The training image pointed at, or the nearest. */
  pointed() {
    const { pointed, now } = this.loop.model;
    return pointed ?? now?.kernel?.order[0] ?? null;
  }

  /** @param {Data | null} data */
  #begin(data) {
    this.#serial++;
    const { data: before } = this.loop.model.run;
    this.#keys = { inspect: "", patch: "", explain: "" };
    if (data === before && this.loop.model.labels) {
      const { labels, position, moved, output } = this.loop.model;
      this.loop.set({ ...blank(), labels, position, moved, output, asked: null });
      return;
    }
    this.#train.clear();
    this.#coming.clear();
    this.loop.set({ ...blank(), position: -1, held: null, mine: false, asked: null });
    if (data) this.#readLabels(data);
  }

  /** @param {Data} data */
  async #readLabels({ summary }) {
    if (this.#reading === summary) return;
    this.#reading = summary;
    const labels = new Uint16Array(summary.train);
    for (let from = 0; from < summary.train; from += BATCH) {
      const indices = Array.from({ length: Math.min(BATCH, summary.train - from) }, (_, i) => from + i);
      const samples = await this.#controller.ask({ kind: "samples", split: "train", indices }).catch(() => null);
      if (this.#reading !== summary) return;
      if (!samples) {
        this.#reading = null; // other settings came first; they will begin anew
        return;
      }
      for (const sample of samples) {
        labels[sample.index] = sample.label;
        if (this.#train.size < KEPT) this.#train.set(sample.index, sample);
      }
    }
    this.#reading = null;
    this.loop.set({ labels, pictures: this.#train.size });
  }

  /** @param {number[]} indices */
  async #fetch(indices) {
    for (const index of indices) this.#coming.add(index);
    const samples = await this.#controller.ask({ kind: "samples", split: "train", indices }).catch(() => null);
    for (const index of indices) this.#coming.delete(index);
    for (const sample of samples ?? []) this.#train.set(sample.index, sample);
    for (const index of this.#train.keys()) {
      if (this.#train.size <= 2 * KEPT) break;
      this.#train.delete(index);
    }
    this.loop.set({ pictures: this.loop.model.pictures + indices.length });
  }

  /** Brings what is shown in line with the run, and asks for what is missing. */
  #settle() {
    const { run, held, mine, position, moved, output: chosen, now, subject: before, viewed: viewedBefore } = this.loop.model;
    const { data, settings } = run;
    const sample = data?.gallery[run.chosen];
    if (!data || !sample || run.phase === "loading" || run.phase === "failed") {
      this.loop.set({ subject: null, asked: null });
      this.#explain();
      return;
    }
    const latest = Math.max(0, ...run.features.map((features) => features.round));
    const busyWith = Math.min(run.at?.round ?? 0, latest);
    // The AGOP of a round ends it: what follows is the next one, which has M and nothing else yet.
    const round = Math.min(held ?? (run.at?.stage === "agop" && run.phase !== "finished" ? latest : busyWith), latest);
    const viewed = Math.min(round + 1, latest);
    const drawn = mine ? run.drawn : null;
    const of = drawn ? PROBE : sample;
    const same = now && now.place.index === of.index && now.place.split === of.split && now.place.round === round;
    // While the pen goes on, the drawing stands there as it was when the numbers beside it were computed.
    const pixels = drawn && same ? now.pixels : (drawn ?? sample.pixels);
    /** @type {Subject} */
    const subject = before?.pixels === pixels ? before : drawn ? { ...PROBE, pixels } : sample;
    const [rows, columns] = [data.summary.height - settings.patch + 1, data.summary.width - settings.patch + 1];
    const outside = position < 0 || position >= rows * columns;
    const change = {
      subject,
      round,
      viewed,
      position: outside || !moved ? striking(run, subject, rows * columns) : position,
      moved: moved && !outside,
      output: chosen >= 0 && chosen < data.summary.classes ? chosen : Math.max(subject.label, 0),
    };
    this.loop.set({
      ...change,
      ...(viewed !== viewedBefore && { next: null, after: null }),
      ...(!same && { now: null, next: null, patch: null, after: null, pointed: null }),
    });
    this.#inspect();
  }

  #inspect() {
    const { run, subject, round, viewed, output } = this.loop.model;
    if (!subject) return;
    const done = Object.keys(run.rounds[round]?.seconds ?? {}).length;
    const where = { split: subject.split, index: subject.index, output };
    const key = [this.#serial, run.drawn && subject.split === "probe" ? drawingNumber(run.drawn) : 0, subject.split, subject.index, output, round, viewed, done].join();
    if (key !== this.#keys.inspect) {
      this.#keys.inspect = key;
      this.#inspections.want(async () => {
        const [now, next] = await this.#two((place) => this.#controller.ask({ kind: "inspect", place: { ...place, ...where } }), round, viewed);
        if (key !== this.#keys.inspect) return;
        this.loop.set({ now, next });
        this.#settle();
      });
    } else {
      this.#look(key);
    }
    this.#explain();
  }

  /** @param {string} inspected */
  #look(inspected) {
    const { round, viewed, position, now, output, subject } = this.loop.model;
    if (!subject || !now) return;
    const train = this.pointed() ?? 0;
    const where = { split: subject.split, index: subject.index, output };
    const key = [inspected, position, train].join();
    if (key !== this.#keys.patch) {
      this.#keys.patch = key;
      this.#patches.want(async () => {
        if (key !== this.#keys.patch) return;
        const [patch, after] = await this.#two(
          (place) => this.#controller.ask({ kind: "patch", place: { ...place, ...where }, position, train }),
          round,
          viewed,
        );
        if (key === this.#keys.patch) this.loop.set({ patch, after });
      });
    }
  }

  /** Drops the arithmetic of what is no longer asked, and asks for that of what is. */
  #explain() {
    const { asked, now, subject, round, viewed, output, position, explained, unexplained } = this.loop.model;
    // An entry of M depends on no image, and takes a second: only another entry or another M asks again.
    const of = asked?.what === "matrix" ? [this.#serial, viewed] : asked?.what === "answer" ? [this.#keys.inspect] : [this.#keys.inspect, position];
    const key = asked ? [...of, ...Object.values(asked)].join() : "";
    if (key !== this.#keys.explain) {
      this.#keys.explain = "";
      if (explained !== null || unexplained !== null) this.loop.set({ explained: null, unexplained: null });
    }
    if (key === this.#keys.explain || !asked || !now || !subject) return;
    this.#keys.explain = key;
    // Not the place of `now`: that may still be of the class chosen before.
    const explain = question(asked, { round, split: subject.split, index: subject.index, output }, viewed, position);
    this.#explanations.want(async () => {
      if (key !== this.#keys.explain) return;
      /** @type {Partial<Shown>} */
      const answer = await this.#controller.ask({ kind: "explain", explain }).then(
        (explained) => ({ explained }),
        (error) => ({ unexplained: reason(error) }),
      );
      if (key === this.#keys.explain) this.loop.set(answer);
    });
  }

  /**
   * The same of the round and of the viewed round, which may be one.
   * @template T
   * @param {(place: {round: number}) => Promise<T | null>} ask
   * @param {number} round
   * @param {number} viewed
   * @returns {Promise<[T | null, T | null]>}
   */
  async #two(ask, round, viewed) {
    const first = await this.#answered(ask({ round }));
    return [first, viewed === round ? first : await this.#answered(ask({ round: viewed }))];
  }

  /**
   * Null, and the reason on the page, where a question is refused.
   * @template T
   * @param {Promise<T | null>} reply
   * @returns {Promise<T | null>}
   */
  async #answered(reply) {
    try {
      const answer = await reply;
      if (answer !== null && this.loop.model.trouble !== null) this.loop.set({ trouble: null });
      return answer;
    } catch (error) {
      this.loop.set({ trouble: reason(error) });
      return null;
    }
  }
}

/** @returns {Omit<Shown, "run" | "mine" | "held" | "asked">} */
function blank() {
  return {
    subject: null,
    round: 0,
    viewed: 0,
    output: -1,
    position: -1,
    moved: false,
    pointed: null,
    now: null,
    next: null,
    patch: null,
    after: null,
    labels: null,
    explained: null,
    unexplained: null,
    trouble: null,
    pictures: 0,
  };
}

/**
 * The patch that is the longest as far as is known through M, else as it is: where there is something to see.
 * @param {Model} run
 * @param {Subject} subject
 * @param {number} positions
 */
function striking({ features, plainLooks, chosen }, subject, positions) {
  const looks = [features.at(-1)?.looks[chosen], plainLooks[chosen]];
  const look = subject.split === "probe" ? undefined : looks.find((each) => each?.index === subject.index);
  let best = Math.floor(positions / 2);
  for (let position = 0; position < positions; position++) {
    if ((look?.maps[position] ?? 0) > (look?.maps[best] ?? 0)) best = position;
  }
  return best;
}

/**
 * @param {Asked} asked
 * @param {Place} place
 * @param {number} viewed
 * @param {number} position
 * @returns {Explain}
 */
function question(asked, place, viewed, position) {
  switch (asked.what) {
    case "kernel":
      return { what: "kernel", place, train: asked.train, position };
    case "answer":
      return { what: "answer", place };
    case "gradient":
      return { what: "gradient", place, position };
    case "seen":
      return { what: "seen", place: { ...place, round: viewed }, position };
    case "matrix":
      return { what: "matrix", round: viewed, row: asked.row, column: asked.column };
  }
}

/** @type {WeakMap<Float32Array, number>} */
const drawings = new WeakMap();
let lastDrawing = 0;

/** Drawings differ although all of them are image 0 of the probe. @param {Float32Array} pixels */
function drawingNumber(pixels) {
  const known = drawings.get(pixels) ?? ++lastDrawing;
  drawings.set(pixels, known);
  return known;
}
