/**
 * The life of a run: what each action does to the worker and to the model.
 *
 * Opening settings cancels what is running and prepares round 0. Every step awaits the worker, so a newer opening may
 * overtake an older one; the generation tells them apart, and an overtaken one changes nothing.
 */
import { Client, Unsupported, WorkerLost } from "./client.js";
import { unrun } from "./model.js";
import { dataSpec, engineSettings, format, preset, sameData, settle, shownRange } from "./state.js";

/** @import { Phase, Store } from "./model.js" */
/** @import { Settings } from "./state.js" */
/** @import { EngineName, Look, Outcome, Plan, Sample, Split, StageReport } from "./protocol.js" */

/** Images shown of the training set, and images of the test set that are looked at through M. */
const SAMPLES = 20;
const GALLERY = 10;
/** Images searched for a balanced selection of classes. */
const SEARCHED = 80;
/** Settings changed in quick succession (a held arrow key) are opened once. */
const SETTLE_MS = 150;

const PACK_URL = new URL("./data/mnist.npz", import.meta.url).href;

export class Controller {
  #store;
  #client;
  #generation = 0;
  /** @type {Promise<void>} */
  #preparing = Promise.resolve();
  /** Ends when the worker's run does. @type {Promise<Outcome | void>} */
  #running = Promise.resolve();
  /** Whether what the worker reports belongs to what is on the page. */
  #live = false;
  /** The settings whose images the worker holds. @type {Settings | null} */
  #loaded = null;

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    this.#client = new Client({
      progress: (progress) => this.#live && store.set({ progress }),
      engine: (engine) => this.#live && store.set(engine ? { engine } : { engine, rate: null }),
      stage: (report) => this.#live && this.#stage(report),
      features: (features) => this.#live && store.set({ features: [...store.model.features, features] }),
      held: (held) => this.#live && store.set({ phase: held ? "paused" : "running" }),
    });
  }

  /**
   * Shows other settings: the run in progress is cancelled, its results go, round 0 is prepared.
   * @param {Settings} wanted
   */
  open(wanted) {
    const { settings, corrections } = settle(wanted);
    history.replaceState(null, "", format(settings));
    // Fewer training images have fewer gradients; nobody need be told.
    this.#store.set({ settings, corrections: corrections.filter(({ key }) => key !== "agop") });
    this.prepare();
  }

  /** Loads the data and plans the run for the settings of the model. */
  prepare() {
    const { settings, data } = this.#store.model;
    // Images of another set must not stand under the new set's name; those of the same set stay until the new ones come.
    const keep = data?.summary.name === settings.data ? data : null;
    this.#store.set({ ...unrun(), plan: null, data: keep, plainLooks: keep ? this.#store.model.plainLooks : [] });
    const generation = ++this.#generation;
    const wait = this.#loaded ? SETTLE_MS : 0;
    this.#preparing = this.#attempt(generation, async () => {
      await Promise.all([this.#stop(), new Promise((resolve) => setTimeout(resolve, wait))]);
      if (generation !== this.#generation) return;
      await this.#load(generation, settings);
      const change = await this.#start(settings);
      if (generation === this.#generation) this.#store.set({ ...change, phase: "ready" });
    });
  }

  /** Goes on to the end: after a cancel from the round that was cancelled, after the end from round 0 again. */
  run() {
    return this.#go("end");
  }

  /** Goes on to the end of the round. */
  step() {
    return this.#go("round");
  }

  pause() {
    this.#store.set({ phase: "pausing" });
    this.#client.command("pause");
  }

  resume() {
    this.#client.command("resume");
  }

  /** Stops the run and keeps what it has found. */
  cancel() {
    this.#client.command("cancel");
  }

  newSeed() {
    // Six digits: enough seeds for anyone, short enough to read out.
    const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
    this.open({ ...this.#store.model.settings, seed: random % 1_000_000 });
  }

  /** After a failure: the same settings in a fresh worker. */
  retry() {
    this.#client.restart();
    this.#loaded = null;
    this.prepare();
  }

  /** After a failure: the settings that are known to work. */
  retryWithPreset() {
    this.#client.restart();
    this.#loaded = null;
    this.open(preset(this.#store.model.settings.data));
  }

  /**
   * Chooses the engine that goes on; finished rounds are kept, and it is opened when the run goes on. A paused run lets go
   * of its round, which the new engine will start anew.
   * @param {EngineName} engine
   */
  chooseEngine(engine) {
    const settings = { ...this.#store.model.settings, engine };
    history.replaceState(null, "", format(settings));
    this.#store.set({ settings, engine: null, rate: null, refused: null });
    if (this.#store.model.phase === "paused") this.cancel();
  }

  /** @param {number} chosen */
  choose(chosen) {
    this.#store.set({ chosen });
  }

  /** @param {"round" | "end"} until */
  async #go(until) {
    await this.#preparing;
    const { phase, settings, data } = this.#store.model;
    if (!data || !["ready", "between", "finished", "cancelled"].includes(phase)) return;
    const generation = this.#generation;
    await this.#attempt(generation, async () => {
      this.#store.set({ phase: "running", refused: null });
      if (phase === "finished") {
        const plan = await this.#client.ask({ kind: "start", settings: engineSettings(settings) });
        if (generation !== this.#generation) return;
        this.#store.set({ ...unrun(), plan, phase: "running" });
      }
      this.#live = true;
      const gallery = { split: /** @type {Split} */ ("test"), indices: data.gallery.map(({ index }) => index) };
      const running = this.#client.ask({ kind: "run", until, engine: settings.engine, gallery });
      this.#running = running.catch(() => {});
      const outcome = await running;
      if (generation !== this.#generation) return;
      this.#live = false;
      if (typeof outcome === "object") this.#refuse(outcome.refused, phase === "finished" ? "ready" : phase);
      else this.#store.set({ phase: outcome === "round" ? "between" : outcome });
    });
  }

  /**
   * Says why the chosen engine cannot be used, and leaves the run where it was, to go on with the CPU.
   * @param {string} refused
   * @param {Phase} phase
   */
  #refuse(refused, phase) {
    this.chooseEngine("cpu");
    this.#store.set({ refused, phase });
  }

  /** Cancels the worker's run, if there is one, and waits for its end. */
  async #stop() {
    this.#live = false;
    this.#client.command("cancel");
    await this.#running;
  }

  /**
   * @param {number} generation
   * @param {Settings} settings
   */
  async #load(generation, settings) {
    if (this.#loaded && sameData(this.#loaded, settings)) return;
    this.#loaded = null;
    const packUrl = settings.data === "mnist" || settings.data === "noisy-mnist" ? PACK_URL : null;
    const summary = await this.#client.ask({ kind: "load", spec: dataSpec(settings), packUrl });
    const [training, tests] = await Promise.all([
      this.#client.ask({ kind: "samples", split: "train", indices: firstIndices(summary.train) }),
      this.#client.ask({ kind: "samples", split: "test", indices: firstIndices(summary.test) }),
    ]);
    if (generation !== this.#generation) return;
    this.#loaded = settings;
    const samples = balanced(training, summary.classes, SAMPLES).sort((a, b) => a.label - b.label);
    // From the last class down: of two classes, the one that holds the signal is the first to be looked at.
    const gallery = balanced(tests, summary.classes, GALLERY, (label) => summary.classes - 1 - label);
    const range = shownRange(summary.name) ?? summary.range;
    this.#store.set({ data: { summary, range, samples, gallery }, plainLooks: [], chosen: 0 });
  }

  /**
   * @param {Settings} settings
   * @returns {Promise<{plan: Plan, plainLooks: Look[]}>}
   */
  async #start(settings) {
    const plan = await this.#client.ask({ kind: "start", settings: engineSettings(settings) });
    const indices = this.#store.model.data?.gallery.map(({ index }) => index) ?? [];
    // Before the first update M is the identity: this is the image as the fixed kernel sees it.
    const plainLooks = await this.#client.ask({ kind: "look", split: "test", indices, count: 0 });
    return { plan, plainLooks };
  }

  /** @param {StageReport} report */
  #stage({ round, stage, seconds, accuracy, best, ridge, retries, rate, notice }) {
    const rounds = [...this.#store.model.rounds];
    const before = rounds[round] ?? { accuracy: null, seconds: {}, raisedRidge: null };
    rounds[round] = {
      accuracy: accuracy ?? before.accuracy,
      seconds: { ...before.seconds, [stage]: seconds },
      raisedRidge: retries && ridge !== undefined ? ridge : before.raisedRidge,
    };
    const notices = notice ? [...this.#store.model.notices, notice] : this.#store.model.notices;
    this.#store.set({ rounds, notices, best: best ?? this.#store.model.best, rate: rate ?? this.#store.model.rate });
  }

  /**
   * Runs an action and puts its failure on the page, unless a newer opening made it meaningless.
   * @param {number} generation
   * @param {() => Promise<void>} action
   */
  async #attempt(generation, action) {
    try {
      await action();
    } catch (error) {
      if (generation !== this.#generation) return;
      this.#live = false;
      const lost = error instanceof WorkerLost;
      if (lost) this.#loaded = null;
      const message = error instanceof Error ? error.message : String(error);
      const missing = error instanceof Unsupported ? error.missing : null;
      this.#store.set({ phase: "failed", error: { message, lost, missing } });
    }
  }
}

/** @param {number} available */
function firstIndices(available) {
  return Array.from({ length: Math.min(available, SEARCHED) }, (_, index) => index);
}

/**
 * Up to `count` samples that show the classes as evenly as they come, class by class in turn.
 * @param {Sample[]} samples
 * @param {number} classes
 * @param {number} count
 * @param {(label: number) => number} [rank]  order of the classes
 */
function balanced(samples, classes, count, rank = (label) => label) {
  const byClass = Array.from({ length: classes }, () => /** @type {Sample[]} */ ([]));
  for (const sample of samples) byClass[rank(sample.label)]?.push(sample);
  /** @type {Sample[]} */
  const picked = [];
  for (let turn = 0; picked.length < Math.min(count, samples.length); turn++) {
    for (const members of byClass) {
      const member = members[turn];
      if (member && picked.length < count) picked.push(member);
    }
  }
  return picked;
}
