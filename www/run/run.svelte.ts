/**
 * The life of a run: what each action does to the worker and to what is on show.
 *
 * `settings` is what the reader wants, `results` what is on show. A change of settings never destroys results: images and plan of the
 * next run are prepared beside them, and take their place when it starts. Every step awaits the worker, so a newer change may overtake
 * an older one; the generation tells them apart, and an overtaken one changes nothing.
 */
import * as Comlink from "comlink";
import { HUB } from "../sources/address";
import type { Computing } from "../worker/computing";
import { Client, Unsupported, WorkerLost } from "./client";
import { pinOf, type Pin } from "./pins";
import type { Missing } from "./needs";
import { packUrl } from "./packs";
import { reason } from "./reason";
import type {
  About,
  Drawing,
  EngineInUse,
  EngineName,
  Opening,
  OpenRequest,
  Outcome,
  Prepared,
  Progress,
  Side,
  Way,
} from "./records";
import { NOT_FETCHED } from "./records";
import { dataOf, Results, type Data, type ResultsPhase } from "./results.svelte";
import {
  dataSpec,
  engineSettings,
  BUILT_IN,
  FIRST_SET,
  hubPreset,
  isOpened,
  openedImages,
  ownPreset,
  preset,
  sameRun,
  settle,
  TABLE,
  type BuiltIn,
  type Catalogue,
  type Correction,
  type OpenedImages,
  type Parsed,
  type Settings,
} from "./settings";

/** Where the page stands: "loading" while the next run is prepared, "ready" once it is. */
export type Phase = ResultsPhase | "loading" | "failed";

/** Settings changed in quick succession (a held arrow key) are prepared once. */
const SETTLE_MS = 150;

const MOST_ROUNDS = Math.max(...TABLE.map((row) => (row.key === "rounds" ? row.max(preset("star")) : 0)));

/** What the reader has opened, to go back to it. Each opening has a request of its own. */
export interface OpenedSet {
  request: OpenRequest;
  settings: Settings;
  about: About;
  way: Way;
}

/** A data set on the hub that a link names. Nothing is downloaded before the reader agrees. */
export interface Offer {
  hub: string;
  pool: number;
  accept: () => void;
}

/** What stopped the page. `lost`: the worker ended; `notLoaded`: it never started; `missing`: what this browser lacks. */
export interface Failure {
  message: string;
  lost: boolean;
  notLoaded: boolean;
  missing: Missing | null;
}

export class Run {
  /** What the reader wants. */
  settings: Settings;
  corrections: Correction[] = $state.raw([]);
  /** What is on show. */
  results: Results | null = $state.raw(null);
  /** Images and plan of the next run, where its settings differ from those of the results. */
  prepared: { settings: Settings; data: Data; prepared: Prepared } | null = $state.raw(null);
  failure: Failure | null = $state.raw(null);
  /** Why the settings cannot be run, as the engine says it: too many images for the memory, for example. Results stay on show. */
  impossible: string | null = $state(null);
  /** The run that Reset or Run again has replaced; the worker holds it until another run has finished. */
  before: Results | null = $state.raw(null);
  /** Finished runs that the reader keeps side by side. */
  pins: Pin[] = $state.raw([]);
  /** A finished run that is shipped with the page, for readers who have not run anything yet. */
  example: Results | null = $state.raw(null);
  progress: Progress | null = $state.raw(null);
  /** Null before a run, while it is being opened, and once another one was chosen. */
  engine: EngineInUse | null = $state.raw(null);
  /** Position-layers a second of the last kernel stage. */
  rate: number | null = $state(null);
  /** Why the engine that was asked for cannot be used. */
  refused: string | null = $state(null);
  /** Engines that failed while the run continued. */
  notices: string[] = $state.raw([]);
  /** Why the run was paused by itself; it continues by itself. */
  resting: "hidden" | "scrolled" | null = $state(null);
  opened: OpenedSet | null = $state.raw(null);
  opening: { way: Way; progress: Opening | null } | null = $state.raw(null);
  /** Why the last opening failed. */
  notOpened: { way: Way; error: Error } | null = $state.raw(null);
  /** What a link asks to download. */
  offer: Offer | null = $state.raw(null);
  /** Seeds that were run in this visit, the latest last. */
  seeds: number[] = $state.raw([]);

  #client = new Client();
  #generation = 0;
  #preparing: Promise<void> = Promise.resolve();
  /** The run that goes on, from the press of a button to its end. */
  #going: Promise<void> | null = null;
  /** What was opened last and what it was made into. */
  #openedAs: { request: OpenRequest; images: OpenedImages; side: Side | null } | null = null;
  /** How to read again what was opened before it. */
  #requests = new WeakMap<OpenedImages, OpenRequest>();
  /** Whether the worker holds what was opened; a fresh one knows nothing. */
  #held = false;
  /** The opening that may still change something. */
  #opening: object | null = null;

  /** @param offered  the built-in sets whose pack is there */
  constructor(
    settings: Settings = preset(FIRST_SET),
    corrections: Correction[] = [],
    readonly offered: readonly BuiltIn[] = BUILT_IN,
  ) {
    this.settings = $state.raw(settings);
    this.corrections = corrections;
  }

  /** What an address may mean here. */
  get catalogue(): Catalogue {
    return { offered: this.offered, opened: this.opened?.settings.opened ?? null };
  }

  /** The results that the first screen shows: the shipped run while there are none and the settings are its own. */
  get onShow(): Results | null {
    const { results, example } = this;
    const free = (!results || results.empty) && !this.before;
    return example && free && sameRun(example.settings, this.settings) ? example : results;
  }

  /** Whether the settings, or the files behind them, are no longer those of the results. */
  get changed(): boolean {
    return this.results !== null && !(sameRun(this.results.settings, this.settings) && this.#sameFiles(this.results));
  }

  /** Whether the settings of the results can be had back: files that were replaced cannot. */
  get canUndo(): boolean {
    return this.changed && this.results !== null && this.#sameFiles(this.results);
  }

  /** Whether Step has a round to run. A run of several levels cannot grow, and no run beyond the limit of the settings. */
  get canStep(): boolean {
    const { results, phase } = this;
    if (results?.busy || phase === "failed") return false;
    return phase !== "finished" || (results?.settings.levels === 1 && results.settings.rounds < MOST_ROUNDS);
  }

  /** Whether Run continues the run on show: only the number of rounds was raised. */
  get continues(): boolean {
    const { results, settings } = this;
    if (!results?.live || results.empty || results.settings.levels > 1) return false;
    const { rounds } = settings;
    return rounds > results.settings.rounds && this.#sameFiles(results) && sameRun({ ...results.settings, rounds }, settings);
  }

  get phase(): Phase {
    const { results } = this;
    if (results?.busy) return results.phase;
    if (this.failure || this.impossible !== null) return "failed";
    if (this.prepared || this.offer) return "ready";
    if (results?.live && !this.changed) return results.phase;
    return "loading";
  }

  /** The images that the settings mean, as far as they are loaded; else those of the results. */
  get data(): Data | null {
    return this.prepared?.data ?? this.results?.data ?? null;
  }

  /** The plan of the run that Run would start. */
  get plan() {
    return this.prepared?.prepared.plan ?? this.results?.plan ?? null;
  }

  /** Takes over settings; corrected where they cannot be used. Results on show stay. */
  open(wanted: Settings, corrections?: Correction[]) {
    const settled = settle(wanted);
    this.settings = settled.settings;
    // Fewer training images have fewer gradients: that follows, and is no correction.
    this.corrections = corrections ?? settled.corrections.filter(({ key }) => key !== "agop");
    if (this.offer && this.#isOffered(settled.settings)) return;
    this.prepare();
  }

  /**
   * Takes over what an address says. A set on the hub is offered, and read once the reader agrees; what it holds decides what the address
   * leaves open, so `again` reads the address once more.
   */
  visit({ settings, corrections, side }: Parsed, again: () => Parsed) {
    this.settings = settings;
    this.corrections = corrections;
    if (settings.data !== "hub" || this.#isOpened(settings)) return this.prepare();
    this.#supersede();
    const { hub, pool } = settings;
    const accept = () =>
      this.prepare(async () => {
        await this.#read(this.#hubRequest(settings), side);
        if (this.settings === settings) ({ settings: this.settings, corrections: this.corrections } = again());
        else this.settings = this.#settled();
      });
    this.offer = { hub, pool, accept };
  }

  /** Goes back to the settings of the results. */
  undo() {
    if (this.results && this.canUndo) this.open({ ...this.results.settings, engine: this.settings.engine });
  }

  /**
   * Loads images and plans a run for the settings, unless the results are theirs.
   * @param first  what has to happen before, and may change the settings
   */
  prepare(first?: () => Promise<void>) {
    const generation = this.#supersede();
    if (this.results?.live && !this.changed && !first) return;
    const wait = this.results ? SETTLE_MS : 0;
    this.#preparing = this.#attempt(async () => {
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (generation !== this.#generation) return;
      await first?.();
      if (generation !== this.#generation) return;
      await this.#makeSource();
      if (generation !== this.#generation) return;
      const prepared = await this.#askToPrepare(this.settings);
      if (generation !== this.#generation || !prepared) return;
      this.prepared = prepared;
      if (!this.results || this.results.empty) await this.#adopt();
    }, generation);
  }

  /** Forgets what was prepared or offered, and why that did not work: other settings come. Returns their generation. */
  #supersede(): number {
    this.abandon();
    this.offer = null;
    this.failure = null;
    this.impossible = null;
    this.prepared = null;
    return ++this.#generation;
  }

  /** Null where the engine refuses the settings. A file that could not be fetched is a failure: it may be there next time. */
  async #askToPrepare(settings: Settings): Promise<Run["prepared"]> {
    const generation = this.#generation;
    try {
      const prepared = await this.#client.ask((remote) =>
        remote.prepare(dataSpec(settings), engineSettings(settings), packUrl(settings.data)),
      );
      return { settings, prepared, data: dataOf(prepared, settings) };
    } catch (error) {
      const refused = error instanceof Error && !(error instanceof WorkerLost || error instanceof Unsupported);
      if (!refused || error.name === NOT_FETCHED) throw error;
      if (generation === this.#generation) this.impossible = reason(error);
      return null;
    }
  }

  /** Shows what was prepared in place of the results, which `keep` leaves within reach. */
  async #adopt({ keep = false } = {}) {
    const { prepared, results } = this;
    if (!prepared) return;
    await this.#client.ask((remote) => remote.adopt(keep));
    // Whatever was changed meanwhile: this is the run that the worker shows now.
    this.#show(new Results(prepared.settings, prepared.prepared, this.#filesOf(prepared.settings)));
    if (this.prepared === prepared) this.prepared = null;
    if (keep) this.before = results;
  }

  #show(results: Results) {
    this.results = results;
    this.progress = null;
    this.engine = null;
    this.rate = null;
    this.notices = [];
    this.refused = null;
  }

  /** Runs to the end; after the end again from round 0, or up to the rounds that were added. */
  run() {
    return this.#go("end");
  }

  /** Runs to the end of the round; after the last round one more. */
  step() {
    return this.#go("round");
  }

  stepStage() {
    return this.#go("stage");
  }

  async pause() {
    const { results } = this;
    if (results?.phase !== "running") return;
    results.phase = "pausing";
    // The worker answers at its next checkpoint, and has stopped there.
    await this.#client.tell("pause");
    if (results.phase === "pausing") results.phase = "paused";
  }

  async resume() {
    const { results } = this;
    if (results?.phase !== "paused" && results?.phase !== "pausing") return;
    results.phase = "running";
    await this.#client.tell("resume");
  }

  /** Stops the run and keeps what it has found. */
  cancel() {
    this.#client.tell("cancel");
  }

  newSeed() {
    // Six digits: enough seeds for anyone, short enough to read out.
    const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
    this.open({ ...this.settings, seed: random % 1_000_000 });
  }

  /** Back to round 0; the run on show stays within reach of `restore`. */
  async reset() {
    if (this.results?.busy) this.cancel();
    await this.#going;
    await this.#whenPrepared();
    const { results } = this;
    if (!results || results.empty || this.phase === "failed") return;
    await this.#attempt(() => this.#renew(results));
  }

  /** Shows the run again that Reset or Run again has replaced. */
  async restore() {
    const { before } = this;
    if (!before || this.results?.busy) return;
    this.before = null;
    await this.#attempt(async () => {
      if (before.live) await this.#client.ask((remote) => remote.restore());
      this.#show(before);
      if (before.live && !this.changed) {
        this.prepared = null;
        this.impossible = null;
      }
    });
  }

  /** Keeps the finished run on show. */
  pin(): Pin | null {
    const { results } = this;
    if (results?.phase !== "finished" || this.pinned) return null;
    const number = Math.max(0, ...this.pins.map((pin) => pin.number)) + 1;
    const pin = pinOf(results, number, this.opened?.about.name ?? "");
    this.pins = [...this.pins, pin];
    return pin;
  }

  unpin(pin: Pin) {
    this.pins = this.pins.filter((each) => each !== pin);
  }

  /** The pin of the run on show. */
  get pinned(): Pin | null {
    const { results } = this;
    if (!results) return null;
    return this.pins.find(({ settings, files }) => sameRun(settings, results.settings) && files === results.files) ?? null;
  }

  /** After a failure the same settings; a worker that ended is replaced. */
  retry() {
    if (this.failure?.lost) this.#restart();
    this.prepare();
  }

  /** After a failure: settings that are known to work. */
  retryWithPreset() {
    if (this.failure?.lost) this.#restart();
    const { data } = this.settings;
    // What was opened may be what failed.
    this.open(preset(isOpened(data) ? FIRST_SET : data));
  }

  /**
   * Chooses the engine that continues; finished rounds stay, and it is opened when the run continues. A paused run gives up its round,
   * which the new engine will start again.
   */
  chooseEngine(engine: EngineName) {
    this.settings = { ...this.settings, engine };
    this.engine = null;
    this.rate = null;
    this.refused = null;
    if (this.results?.phase === "paused") this.cancel();
  }

  /**
   * Asks the worker about the run on show. While it runs, the answer comes after the stage. Null where another run came first.
   * Rejects with the engine's own sentence.
   */
  async ask<T>(question: (remote: Comlink.Remote<Computing>) => T): Promise<Awaited<T> | null> {
    const { results } = this;
    if (!results?.live) return null;
    try {
      const reply = await this.#client.ask(question);
      return results === this.results ? reply : null;
    } catch (error) {
      if (results !== this.results) return null;
      if (!(error instanceof WorkerLost)) throw error;
      this.#fail(error);
      return null;
    }
  }

  /** Makes a drawing an image that the rounds are asked about. Null where another run came first. */
  async probe(drawing: Drawing) {
    const { results } = this;
    const probed = await this.ask((remote) => remote.probe(drawing));
    if (probed && results) results.drawn = probed.pixels;
    return probed;
  }

  forgetProbe() {
    if (this.results) this.results.drawn = null;
  }

  /**
   * Opens images of the reader's own. Until they are there everything stays as it is.
   * @returns whether it worked
   */
  async openOwn(request: OpenRequest): Promise<boolean> {
    this.abandon();
    const opening = {};
    this.#opening = opening;
    const { way } = request;
    this.opening = { way, progress: null };
    this.notOpened = null;
    try {
      await this.#preparing;
      if (this.#opening !== opening) return false;
      await this.#read(request, {});
    } catch (error) {
      if (this.#opening !== opening) return false;
      this.#opening = null;
      this.opening = null;
      if (error instanceof WorkerLost) this.#fail(error);
      else this.notOpened = { way, error: error instanceof Error ? error : new Error(reason(error)) };
      return false;
    }
    // Overtaken at the last moment, it is held by the worker all the same, and is one click away.
    if (this.#opening !== opening) return false;
    this.#opening = null;
    if (this.opened) this.open({ ...this.opened.settings, engine: this.settings.engine });
    return true;
  }

  openHub(name: string, count: number) {
    return this.openOwn({ way: "hub", hub: HUB, name, count });
  }

  /** Files could not even be listed. */
  failOpening(error: Error) {
    this.notOpened = { way: "files", error };
  }

  /** Stops the opening in progress. */
  abandon() {
    if (!this.opening) return;
    this.#opening = null;
    this.#client.tell("abandon");
    this.opening = null;
  }

  /** Ends the worker, and with it its pool. */
  destroy() {
    this.#generation++;
    this.#client.restart();
    if (this.results) this.results.live = false;
  }

  /** One run at a time: while one goes on, buttons that start another do nothing. */
  async #go(until: "stage" | "round" | "end") {
    if (this.#going) return;
    this.#going = this.#advance(until);
    await this.#going;
    this.#going = null;
  }

  async #advance(until: "stage" | "round" | "end") {
    // Whoever presses Run wants these images.
    this.offer?.accept();
    await this.#whenPrepared();
    if (this.phase === "failed") return;
    await this.#attempt(async () => {
      const last = this.results?.phase === "finished" ? this.results : null;
      await this.#position(until);
      const { results } = this;
      if (!results || this.impossible !== null) return;
      this.refused = null;
      const { engine } = this.settings;
      const { seed } = results.settings;
      const before = results.phase;
      results.phase = "running";
      this.seeds = [...this.seeds.filter((each) => each !== seed), seed];
      const gallery = results.data.gallery.map(({ index }) => index);
      // After the last round the gradients come first, which otherwise end a round.
      const parts = results === last && until === "round" ? (["stage", "round"] as const) : [until];
      try {
        let outcome: Outcome = "stage";
        for (const until of parts) {
          if (outcome !== "stage") break;
          outcome = await this.#client.ask((remote) => remote.run({ until, engine, gallery }, this.#listenerFor(results)));
        }
        if (typeof outcome === "object") {
          this.chooseEngine("cpu");
          this.refused = outcome.refused;
          results.phase = before;
        } else if (outcome === "restarted") {
          results.noteCancelled();
        } else {
          results.phase = outcome === "round" || outcome === "stage" ? "between" : outcome;
        }
        if (outcome === "finished" && this.before) {
          this.before = null;
          await this.#client.ask((remote) => remote.forget());
        }
      } catch (error) {
        results.phase = "cancelled";
        throw error;
      }
    });
  }

  /** Brings the right run to where it continues: the one on show, one round longer or again from round 0, or the next one. */
  async #position(until: "stage" | "round" | "end") {
    const { results } = this;
    if (results && this.continues) return this.#extend(results, this.settings.rounds);
    if (this.prepared) return this.#adopt();
    if (results?.phase !== "finished") return;
    if (until !== "end" && results.settings.levels === 1) return this.#extend(results, results.settings.rounds + 1);
    return this.#renew(results);
  }

  async #extend(results: Results, rounds: number) {
    await this.#client.ask((remote) => remote.extend(rounds));
    this.prepared = null;
    results.settings = { ...results.settings, rounds };
    if (this.settings.rounds < rounds) this.settings = { ...this.settings, rounds };
  }

  /** Prepares the run on show once more and shows that, at round 0. The one with results stays within reach. */
  async #renew({ settings }: Results) {
    if (!this.prepared) {
      const prepared = await this.#askToPrepare(settings);
      if (!prepared) return;
      this.prepared = prepared;
    }
    // One that was replaced before has more rounds than this one, which has not finished since.
    await this.#adopt({ keep: !this.before });
  }

  #listenerFor(results: Results) {
    return Comlink.proxy({
      progress: (progress: Progress) => {
        results.noteProgress(progress);
        if (results === this.results) this.progress = progress;
      },
      engine: (engine: EngineInUse | null) => {
        this.engine = engine;
        if (!engine) this.rate = null;
      },
      stage: (report: Parameters<Results["noteStage"]>[0]) => {
        results.noteStage(report);
        this.rate = report.rate ?? this.rate;
        if (report.notice) this.notices = [...this.notices, report.notice];
      },
      features: (features: Parameters<Results["noteFeatures"]>[0]) => results.noteFeatures(features),
    });
  }

  /** Resolves once nothing is being prepared; changes that come meanwhile included. */
  async #whenPrepared() {
    let last;
    do {
      last = this.#preparing;
      await last;
    } while (last !== this.#preparing);
  }

  /** The files that settings mean, by the request that opened them. */
  #filesOf({ data }: Settings): OpenRequest | null {
    return isOpened(data) ? (this.opened?.request ?? null) : null;
  }

  #sameFiles(results: Results): boolean {
    return results.files === this.#filesOf(results.settings);
  }

  #hubRequest({ hub, pool }: Settings): OpenRequest {
    return { way: "hub", hub: HUB, name: hub, count: pool };
  }

  /** Whether the set that was opened last is the one that the settings mean. */
  #isOpened({ data, hub, pool, opened }: Settings) {
    if (!this.#openedAs) return false;
    const { request, images } = this.#openedAs;
    return request.way === "hub"
      ? data === "hub" && request.name === hub && request.count === pool
      : data === "own" && images === opened;
  }

  /** Whether the reader has not yet agreed to what these settings need. */
  #isOffered(settings: Settings) {
    return settings.data === "hub" && settings.hub === this.offer?.hub && !this.#isOpened(settings);
  }

  /** @param known  where the same is read again */
  async #read(request: OpenRequest, wanted: Partial<Side>, known: OpenedImages | null = null) {
    const { way } = request;
    this.opening = { way, progress: null };
    const { about, side } = await this.#client.ask((remote) => remote.open(request, wanted, this.#reportOpening()));
    const which = request.way === "hub" ? { data: "hub" as const, hub: request.name } : { data: "own" as const, hub: "" };
    const images = known ?? openedImages(which, about, side);
    this.#requests.set(images, request);
    this.#openedAs = { request, images, side };
    this.#held = true;
    this.opened = { request, settings: this.#presetOf(request, images), about, way };
    this.opening = null;
    this.notOpened = null;
  }

  #presetOf(request: OpenRequest, images: OpenedImages): Settings {
    return request.way === "hub" ? hubPreset(request.name, images, request.count, this.settings) : ownPreset(images, this.settings);
  }

  #reportOpening() {
    return Comlink.proxy((progress: Opening) => {
      if (this.opening) this.opening = { ...this.opening, progress };
    });
  }

  /** Has the worker hold what the settings mean, in the size they say; then what is there limits the settings. */
  async #makeSource() {
    const { settings } = this;
    if (settings.data !== "own" && settings.data !== "hub") return;
    const { side, colour } = settings;
    const isOpened = this.#isOpened(settings);
    if (!isOpened || !this.#held) {
      const known = settings.data === "own" || isOpened ? settings.opened : null;
      const request = settings.data === "hub" ? this.#hubRequest(settings) : known && this.#requests.get(known);
      if (!request) return; // no address and no control leads here
      await this.#read(request, { side, colour }, known);
    } else if (this.#openedAs?.side && (this.#openedAs.side.side !== side || this.#openedAs.side.colour !== colour)) {
      const { way } = this.#openedAs.request;
      this.opening = { way, progress: null };
      const about = await this.#client.ask((remote) => remote.gather({ side, colour }, this.#reportOpening()));
      this.#openedAs.side = { side, colour };
      this.opening = null;
      if (this.opened) this.opened = { ...this.opened, about, settings: { ...this.opened.settings, side, colour } };
    } else {
      return;
    }
    this.settings = this.#settled();
  }

  /** The settings within the limits of what was just opened. */
  #settled() {
    return settle({ ...this.settings, opened: this.#openedAs?.images ?? null }).settings;
  }

  /** A fresh worker knows nothing. */
  #restart() {
    this.#client.restart();
    this.#loseAll();
  }

  #loseAll() {
    this.#held = false;
    for (const results of [this.results, this.before]) if (results) results.live = false;
  }

  #fail(error: unknown) {
    const lost = error instanceof WorkerLost;
    if (lost && error.how === "wanted") return;
    if (lost) this.#loseAll();
    this.opening = null;
    const notLoaded = lost && error.how === "notLoaded";
    this.failure = { message: reason(error), lost, notLoaded, missing: error instanceof Unsupported ? error.missing : null };
  }

  /** Runs an action and shows its failure, unless a newer change, if `generation` is given, made it meaningless. */
  async #attempt(action: () => Promise<void>, generation?: number) {
    try {
      await action();
    } catch (error) {
      const overtaken = generation !== undefined && generation !== this.#generation;
      if (!overtaken || error instanceof WorkerLost) this.#fail(error);
    }
  }
}
