/**
 * The life of a run: what each action does to the worker and to what is on show.
 *
 * `settings` is what the reader wants, `results` what is on show. A change of settings never destroys results: images and plan of the
 * next run are prepared beside them, and take their place when it starts. Every step awaits the worker, so a newer change may overtake
 * an older one; the generation tells them apart, and an overtaken one changes nothing.
 */
import * as Comlink from "comlink";
import type { Computing } from "../worker/computing";
import { Unsupported, WorkerLost } from "./client";
import { hubRequest } from "./own.svelte";
import { packUrl } from "./packs";
import { reason } from "./reason";
import { NOT_FETCHED, type Drawing, type EngineName, type OpenRequest } from "./records";
import { dataOf, Results } from "./results.svelte";
import {
  dataSpec,
  engineSettings,
  FIRST_SET,
  isOpened,
  preset,
  settle,
  type Correction,
  type Parsed,
  type Settings,
} from "./settings";
import { RunState } from "./state.svelte";

/** Settings changed in quick succession (a held arrow key) are prepared once. */
const SETTLE_MS = 150;

export class Run extends RunState {
  #generation = 0;
  #preparing: Promise<void> = Promise.resolve();
  /** The run that goes on, from the press of a button to its end. */
  #going: Promise<void> | null = null;

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
    if (settings.data !== "hub" || this.own.isOpened(settings)) return this.prepare();
    this.#supersede();
    const { hub, pool } = settings;
    const accept = () =>
      this.prepare(async () => {
        await this.own.read(hubRequest(settings), side, settings);
        if (this.settings === settings) ({ settings: this.settings, corrections: this.corrections } = again());
        else this.settings = this.own.settled(this.settings);
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
      if (await this.own.makeSource(this.settings)) this.settings = this.own.settled(this.settings);
      if (generation !== this.#generation) return;
      const prepared = await this.#askToPrepare(this.settings);
      if (generation !== this.#generation || !prepared) return;
      this.prepared = prepared;
      if (!this.results || this.results.empty) await this.#adopt();
    }, generation);
  }

  /** Forgets what was prepared or offered, and why that did not work: other settings come. Returns their generation. */
  #supersede(): number {
    this.own.abandon();
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
      const prepared = await this.client.ask((remote) =>
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
    await this.client.ask((remote) => remote.adopt(keep));
    // Whatever was changed meanwhile: this is the run that the worker shows now.
    this.#show(new Results(prepared.settings, prepared.prepared, this.own.filesOf(prepared.settings)));
    if (this.prepared === prepared) this.prepared = null;
    if (keep) this.before = results;
  }

  #show(results: Results) {
    this.results = results;
    this.execution.clear();
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
    if (this.results) await this.execution.pause(this.results);
  }

  async resume() {
    if (this.results) await this.execution.resume(this.results);
  }

  cancel() {
    this.execution.cancel();
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
      if (before.live) await this.client.ask((remote) => remote.restore());
      this.#show(before);
      if (before.live && !this.changed) {
        this.prepared = null;
        this.impossible = null;
      }
    });
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
    this.execution.forgetEngine();
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
      const reply = await this.client.ask(question);
      return results === this.results ? reply : null;
    } catch (error) {
      if (results !== this.results) return null;
      if (!(error instanceof WorkerLost)) throw error;
      this.#fail(error);
      return null;
    }
  }

  /** The worker ended while it did something else than the run. */
  noteLost(error: WorkerLost) {
    this.#fail(error);
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
    try {
      if (!(await this.own.open(request, this.settings, this.#preparing))) return false;
    } catch (error) {
      this.#fail(error);
      return false;
    }
    if (this.own.opened) this.open({ ...this.own.opened.settings, engine: this.settings.engine });
    return true;
  }

  openHub(name: string, count: number) {
    return this.openOwn(hubRequest({ ...this.settings, hub: name, pool: count }));
  }

  /** Ends the worker, and with it its pool. */
  destroy() {
    this.#generation++;
    this.client.restart();
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
      await this.#position(until);
      const { results } = this;
      if (!results || this.impossible !== null) return;
      const { seed } = results.settings;
      this.seeds = [...this.seeds.filter((each) => each !== seed), seed];
      const outcome = await this.execution.advance(results, until, this.settings.engine);
      if (typeof outcome === "object") {
        this.chooseEngine("cpu");
        this.execution.refused = outcome.refused;
      } else if (outcome === "finished" && this.before) {
        this.before = null;
        await this.client.ask((remote) => remote.forget());
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
    await this.client.ask((remote) => remote.extend(rounds));
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

  /** Resolves once nothing is being prepared; changes that come meanwhile included. */
  async #whenPrepared() {
    let last;
    do {
      last = this.#preparing;
      await last;
    } while (last !== this.#preparing);
  }

  /** Whether the reader has not yet agreed to what these settings need. */
  #isOffered(settings: Settings) {
    return settings.data === "hub" && settings.hub === this.offer?.hub && !this.own.isOpened(settings);
  }

  /** A fresh worker knows nothing. */
  #restart() {
    this.client.restart();
    this.#loseAll();
  }

  #loseAll() {
    this.own.lose();
    for (const results of [this.results, this.before]) if (results) results.live = false;
  }

  #fail(error: unknown) {
    const lost = error instanceof WorkerLost;
    if (lost && error.how === "wanted") return;
    if (lost) this.#loseAll();
    this.own.opening = null;
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
