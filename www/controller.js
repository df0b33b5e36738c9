/**
 * The life of a run: what each action does to the worker and to the model.
 *
 * Opening settings cancels what is running and prepares round 0. Every step awaits the worker, so a newer opening may
 * overtake an older one; the generation tells them apart, and an overtaken one changes nothing.
 */
import { Client, Unsupported, WorkerLost } from "./client.js";
import { HUB } from "./hub.js";
import { unrun } from "./model.js";
import { packUrl } from "./packs.js";
import { reason } from "./reason.js";
import { dataSpec, engineSettings, format, hubPreset, isOpened, learnOpened, parse, preset, sameData, settle, shownRange } from "./state.js";
import { Said } from "./source/said.js";
import { classNames } from "./strings/words.js";

/** @import { Deeper, Model, Phase, Store } from "./model.js" */
/** @import { Settings, View } from "./state.js" */
/** @import { Drawing, EngineName, Look, OpenRequest, Outcome, Plan, Progress, Question, Replies, Sample, Side, Split, Stage, StageReport } from "./protocol.js" */

/** Images shown of the training set, and of how many classes; images of the test set that are looked at through M. */
const SAMPLES = 20;
export const SHOWN_CLASSES = 10;
const GALLERY = 10;
/** Images searched for a balanced selection of classes: so many, and so many for each class. */
const SEARCHED = 80;
const SEARCHED_PER_CLASS = 4;
/** Settings changed in quick succession (a held arrow key) are opened once. */
const SETTLE_MS = 150;

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
  /** What was opened last and what it was made into. @type {{request: OpenRequest, side: Side | null} | null} */
  #opened = null;
  /** Whether the worker holds what was opened; a fresh one knows nothing. */
  #held = false;
  /** The opening that may still change something; a newer one, or other settings, take its place. @type {object | null} */
  #opening = null;

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    this.#client = new Client({
      progress: (progress) => this.#live && this.#progress(progress),
      engine: (engine) => this.#live && store.set(engine ? { engine } : { engine, rate: null }),
      stage: (report) => this.#live && this.#stage(report),
      features: (features) => this.#live && store.set({ features: [...store.model.features, features] }),
      held: (held) => this.#live && store.set({ phase: held ? "paused" : "running" }),
      opening: (progress) => store.model.opening && store.set({ opening: { ...store.model.opening, progress } }),
    });
  }

  /**
   * Shows other settings: the run in progress is cancelled, its results go, round 0 is prepared.
   * @param {Settings} wanted
   */
  open(wanted) {
    const { settings, corrections } = settle(wanted);
    this.#address(settings);
    // Fewer training images have fewer gradients; nobody need be told.
    this.#store.set({ settings, corrections: corrections.filter(({ key }) => key !== "agop") });
    this.prepare();
  }

  /**
   * Changes what the page shows beside the run: the step of the tour, the language.
   * @param {Partial<View>} change
   */
  look(change) {
    const view = { ...this.#store.model.view, ...change };
    this.#store.set({ view });
    this.#address(this.#store.model.settings, view);
  }

  /** Has the address say what the page shows. @param {Settings} settings @param {View} [view] */
  #address(settings, view = this.#store.model.view) {
    history.replaceState(null, "", format(settings, view));
  }

  /**
   * Shows what an address says. A set on the hub is read first: what it holds decides what the address leaves open.
   * @param {string} search
   */
  visit(search) {
    const { settings, corrections, side, view } = parse(search);
    this.#store.set({ settings, corrections, view });
    this.prepare(async () => {
      if (settings.data !== "hub" || this.#isOpened(settings)) return;
      await this.#read(this.#hubRequest(settings), side);
      const { settings: known, corrections } = parse(search);
      this.#store.set({ settings: known, corrections });
    });
  }

  /**
   * Loads the data and plans the run for the settings of the model.
   * @param {() => Promise<void>} [first]  what has to come before, and may change the settings
   */
  prepare(first) {
    const { settings, data } = this.#store.model;
    // Images of another set must not stand under the new set's name; those of the same set stay until the new ones come.
    const keep = data && data.from.data === settings.data && data.from.hub === settings.hub ? data : null;
    this.abandon();
    this.#store.set({ ...unrun(), plan: null, data: keep, plainLooks: keep ? this.#store.model.plainLooks : [] });
    const generation = ++this.#generation;
    const wait = this.#loaded ? SETTLE_MS : 0;
    this.#preparing = this.#attempt(generation, async () => {
      await Promise.all([this.#stop(), new Promise((resolve) => setTimeout(resolve, wait))]);
      if (generation !== this.#generation) return;
      await first?.();
      if (generation !== this.#generation) return;
      await this.#makeSource(this.#store.model.settings);
      if (generation !== this.#generation) return;
      const { settings } = this.#store.model;
      await this.#load(generation, settings);
      const change = await this.#start(settings);
      if (generation === this.#generation) this.#store.set({ ...change, phase: "ready" });
    });
  }

  /**
   * Opens images of the reader's own and shows them. Until they are there everything stays as it is, but for a run, which is
   * cancelled and can go on where it was.
   * @param {OpenRequest} request
   * @returns {Promise<boolean>}  whether it worked
   */
  async openOwn(request) {
    this.abandon();
    const opening = {};
    this.#opening = opening;
    const { way } = request;
    this.#store.set({ opening: { way, progress: null }, notOpened: null });
    try {
      await this.#preparing;
      await this.#stop();
      if (this.#opening !== opening) return false;
      await this.#read(request, {});
    } catch (error) {
      if (this.#opening !== opening) return false;
      this.#opening = null;
      this.#store.set({ opening: null, notOpened: { way, message: reason(error), said: error instanceof Said } });
      // What is on the page has to be loaded again.
      if (error instanceof WorkerLost) {
        this.#forget();
        this.prepare();
      }
      return false;
    }
    // Overtaken at the last moment, it is held by the worker all the same, and is one click away.
    if (this.#opening !== opening) return false;
    this.#opening = null;
    this.open(this.#store.model.opened?.settings ?? preset("star"));
    return true;
  }

  /**
   * @param {string} name
   * @param {number} count
   */
  openHub(name, count) {
    return this.openOwn({ way: "hub", hub: HUB, name, count });
  }

  /** Files could not even be listed. @param {string} message */
  failOpening(message) {
    this.#store.set({ notOpened: { way: "files", message, said: true } });
  }

  /** Stops the opening that is under way. */
  abandon() {
    if (!this.#store.model.opening) return;
    this.#opening = null;
    this.#client.command("abandon");
    this.#store.set({ opening: null });
  }

  /** Stops the opening and, where a link asked for it and nothing else is there, shows the first set. */
  cancelOpening() {
    this.abandon();
    if (this.#store.model.phase === "loading") this.open(preset("star", this.#store.model.settings));
  }

  /** @param {Settings} settings @returns {OpenRequest} */
  #hubRequest({ hub, pool }) {
    return { way: "hub", hub: HUB, name: hub, count: pool };
  }

  /** Whether the set that was opened last is the one that the settings mean. @param {Settings} settings */
  #isOpened({ data, hub, pool }) {
    const request = this.#opened?.request;
    if (!request) return false;
    return request.way === "hub" ? data === "hub" && request.name === hub && request.count === pool : data === "own";
  }

  /**
   * @param {OpenRequest} request
   * @param {Partial<Side>} wanted
   */
  async #read(request, wanted) {
    const { way } = request;
    this.#store.set({ opening: { way, progress: null } });
    const { about, side } = await this.#client.ask({ kind: "open", request, wanted });
    this.#opened = { request, side };
    this.#held = true;
    this.#loaded = null;
    const data = way === "hub" ? "hub" : "own";
    learnOpened(data, about, side);
    const { settings: kept } = this.#store.model;
    const settings = request.way === "hub" ? hubPreset(request.name, request.count, kept) : preset("own", kept);
    this.#store.set({ opened: { settings, about, way }, opening: null, notOpened: null });
  }

  /**
   * Has the worker hold what the settings mean, in the size they say; then what is there limits the settings.
   * @param {Settings} settings
   */
  async #makeSource(settings) {
    if (settings.data !== "own" && settings.data !== "hub") return;
    const { side, colour } = settings;
    if (!this.#isOpened(settings) && settings.data === "hub") {
      await this.#read(this.#hubRequest(settings), { side, colour });
    } else if (!this.#opened) {
      return; // no address and no control leads here
    } else if (!this.#held) {
      await this.#read(this.#opened.request, { side, colour });
    } else if (this.#opened.side && (this.#opened.side.side !== side || this.#opened.side.colour !== colour)) {
      const { way } = this.#opened.request;
      this.#store.set({ opening: { way, progress: null } });
      const about = await this.#client.ask({ kind: "gather", side: { side, colour } });
      this.#opened.side = { side, colour };
      this.#loaded = null;
      learnOpened(settings.data, about, { side, colour });
      const { opened } = this.#store.model;
      this.#store.set({ opening: null, opened: opened && { ...opened, about, settings: { ...opened.settings, side, colour } } });
    } else {
      return;
    }
    const settled = settle(this.#store.model.settings);
    this.#store.set({ settings: settled.settings });
    this.#address(settled.settings);
  }

  /** A worker is gone, and all it held. */
  #forget() {
    this.#loaded = null;
    this.#held = false;
  }

  /** Goes on to the end: after a cancel from the round that was cancelled, after the end from round 0 again. */
  run() {
    return this.#go("end");
  }

  /** Goes on to the end of the round. */
  step() {
    return this.#go("round");
  }

  /** Goes on to the end of the stage. */
  stepStage() {
    return this.#go("stage");
  }

  /**
   * What a view wants to know beside the run; while one goes on, the answer comes after the stage. Null where other images or
   * settings came first. Rejects with the engine's own sentence.
   * @template {Question} Q
   * @param {Q} question
   * @returns {Promise<Replies[Q["kind"]] | null>}
   */
  async ask(question) {
    const generation = this.#generation;
    await this.#preparing;
    if (generation !== this.#generation || this.#store.model.phase === "failed") return null;
    try {
      const reply = await this.#client.ask(question);
      return generation === this.#generation ? reply : null;
    } catch (error) {
      if (generation !== this.#generation) return null;
      if (!(error instanceof WorkerLost)) throw error;
      await this.#attempt(generation, () => Promise.reject(error));
      return null;
    }
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
    this.#forget();
    this.visit(location.search);
  }

  /** After a failure: the settings that are known to work. */
  retryWithPreset() {
    this.#client.restart();
    this.#forget();
    const { data } = this.#store.model.settings;
    // What was opened may be what failed.
    this.open(preset(data === "own" || data === "hub" ? "star" : data));
  }

  /**
   * Chooses the engine that goes on; finished rounds are kept, and it is opened when the run goes on. A paused run lets go
   * of its round, which the new engine will start anew.
   * @param {EngineName} engine
   */
  chooseEngine(engine) {
    const settings = { ...this.#store.model.settings, engine };
    this.#address(settings);
    this.#store.set({ settings, engine: null, rate: null, refused: null });
    if (this.#store.model.phase === "paused") this.cancel();
  }

  /**
   * Makes a drawing an image that the rounds are asked about. Null where other images came first.
   * @param {Drawing} drawing
   */
  async probe(drawing) {
    const probed = await this.ask({ kind: "probe", drawing });
    if (probed) this.#store.set({ drawn: probed.pixels });
    return probed;
  }

  /** The drawing was wiped out. */
  forgetProbe() {
    if (this.#store.model.drawn) this.#store.set({ drawn: null });
  }

  /** @param {number} chosen */
  choose(chosen) {
    this.#store.set({ chosen });
  }

  /** @param {"stage" | "round" | "end"} until */
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
      else if (outcome === "restarted") this.#cancelled();
      else this.#store.set({ phase: outcome === "round" || outcome === "stage" ? "between" : outcome });
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
    const loaded = await this.#client.ask({ kind: "load", spec: dataSpec(settings), packUrl: packUrl(settings.data) });
    // The names of the reader's own classes are the reader's.
    const summary = isOpened(settings.data) ? loaded : { ...loaded, classNames: loaded.classNames.map((name) => classNames[name] ?? name) };
    const [training, tests] = await Promise.all([
      this.#client.ask({ kind: "samples", split: "train", indices: firstIndices(summary.train, summary.classes) }),
      this.#client.ask({ kind: "samples", split: "test", indices: firstIndices(summary.test, summary.classes) }),
    ]);
    if (generation !== this.#generation) return;
    this.#loaded = settings;
    const shown = training.filter(({ label }) => label < SHOWN_CLASSES);
    const samples = balanced(shown, summary.classes, SAMPLES).sort((a, b) => a.label - b.label);
    // From the last class down: of two classes, the one that holds the signal is the first to be looked at.
    const gallery = balanced(tests, summary.classes, GALLERY, (label) => summary.classes - 1 - label);
    const range = shownRange(settings) ?? summary.range;
    this.#store.set({ data: { summary, range, samples, gallery, from: settings }, plainLooks: [], chosen: 0, drawn: null });
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

  /** @param {Progress} progress */
  #progress(progress) {
    this.#restart(progress);
    this.#store.set({ progress });
  }

  /** The stage that was under way was given up, and its round with it; a convolution costs no round. */
  #cancelled() {
    const { at } = this.#store.model;
    if (!at) this.#giveUp(0, 0);
    else if (at.stage === "convolve") this.#giveUp(at.level + 1, 0);
    else if (at.stage === "agop") this.#giveUp(at.level, at.round + 1);
    // After the predictions only the AGOP can be cancelled, and it leaves the round's accuracies in place.
    else if (at.stage !== "predict") this.#giveUp(at.level, at.round);
    this.#store.set({ phase: "cancelled" });
  }

  /** What is known of a level. @param {number} level */
  #level(level) {
    const { rounds, best, deeper } = this.#store.model;
    return level === 0 ? { rounds, best, convolution: 0 } : (deeper[level - 1] ?? { rounds: [], best: null, convolution: 0 });
  }

  /** @param {number} level @param {Partial<Deeper>} change */
  #setLevel(level, change) {
    const { rounds, best, convolution } = { ...this.#level(level), ...change };
    if (level === 0) {
      this.#store.set({ rounds, best });
    } else {
      const deeper = [...this.#store.model.deeper];
      deeper[level - 1] = { rounds, best, convolution };
      this.#store.set({ deeper });
    }
  }

  /**
   * A round that is at its kernel, but has found something before, has been begun anew, on another engine say.
   * @param {{level: number, round: number, stage: Stage}} at
   */
  #restart({ level, round, stage }) {
    if (stage === "kernel" && this.#level(level).rounds[round]) this.#giveUp(level, round);
  }

  /** What the engine no longer holds goes from the page too: it cannot be asked about any more. @param {number} level @param {number} round */
  #giveUp(level, round) {
    const rounds = this.#level(level).rounds.slice(0, round);
    this.#setLevel(level, { rounds, best: rounds.at(-1)?.best ?? null });
    /** @type {Model["at"]} */
    const before = level > 0 ? { level: level - 1, round: this.#store.model.settings.rounds - 1, stage: "convolve" } : null;
    this.#store.set({ at: round > 0 ? { level, round: round - 1, stage: "agop" } : before });
  }

  /** @param {StageReport} report */
  #stage({ level, round, stage, seconds, accuracy, best, ridge, retries, rate, notice }) {
    this.#restart({ level, round, stage });
    const { model } = this.#store;
    this.#store.set({ notices: notice ? [...model.notices, notice] : model.notices, at: { level, round, stage }, rate: rate ?? model.rate });
    if (stage === "convolve") {
      this.#setLevel(level + 1, { convolution: seconds });
      return;
    }
    const { rounds: known, best: kept } = this.#level(level);
    const rounds = [...known];
    const before = rounds[round] ?? { accuracy: null, seconds: {}, ridge: null, raised: false, best: null };
    rounds[round] = {
      accuracy: accuracy ?? before.accuracy,
      seconds: { ...before.seconds, [stage]: seconds },
      ridge: ridge ?? before.ridge,
      raised: ridge === undefined ? before.raised : Boolean(retries),
      best: best ?? before.best,
    };
    this.#setLevel(level, { rounds, best: best ?? kept });
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
      if (lost) this.#forget();
      const message = reason(error);
      const missing = error instanceof Unsupported ? error.missing : null;
      this.#store.set({ phase: "failed", error: { message, lost, missing }, opening: null });
    }
  }
}

/** @param {number} available @param {number} classes */
function firstIndices(available, classes) {
  return Array.from({ length: Math.min(available, Math.max(SEARCHED, SEARCHED_PER_CLASS * classes)) }, (_, index) => index);
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
