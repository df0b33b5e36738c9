/** A network that others have trained: opening it, photographs, and the AGOP over them. */
import * as Comlink from "comlink";
import { HUB } from "../sources/address";
import type { PretrainedNetwork } from "../worker/pretrained";
import { WorkerLost } from "./client";
import { samplePhotographs } from "./photographs";
import { reason } from "./reason";
import type { HubFile, Opening, Photograph, PretrainedPlan, WeightsRequest } from "./records";
import type { Run } from "./run.svelte";

/** A photograph with what is known of it. */
export interface Shown {
  /** Of the file, without the ending for a sample. */
  name: string;
  /** Author and licence; null for the reader's own. */
  licence: string | null;
  report: Photograph;
}

/** What was opened: its name, and its licence where it is known. */
export interface Origin {
  name: string;
  licence: string | null;
}

/** More photographs change the correlations little: 0.92 for the stem of EfficientNet-Lite0 with twelve. */
const MOST_MEASURED = 12;

export class PretrainedNetworks {
  phase: "idle" | "finding" | "opening" | "photographs" | "measuring" | "opened" = $state("idle");
  opening: Opening | null = $state.raw(null);
  /** Why something failed, in a sentence of the page or the engine. */
  refused: string | null = $state(null);
  /** A file on the hub that was found, and waits for the reader to agree to its size. */
  found: HubFile | null = $state.raw(null);
  origin: Origin | null = $state.raw(null);
  plan: PretrainedPlan | null = $state.raw(null);
  photographs: Shown[] = $state.raw([]);
  /** Number of the photograph on show. */
  shown: number = $state(0);
  layer: number = $state(0);
  /** Share of the measurement that is done. */
  share: number = $state(0);
  /** Photographs in the AGOP. */
  measured: number = $state(0);
  /** Changes with everything that changes the answers of the worker. */
  version: number = $state(0);

  readonly #run: Run;
  /** The worker that holds the network. */
  #of: unknown = null;
  #remote: Promise<Comlink.Remote<PretrainedNetwork & Comlink.ProxyMarked>> | null = null;
  /** The opening that may still change something. */
  #latest: object | null = null;

  constructor(run: Run) {
    this.#run = run;
  }

  get busy(): boolean {
    return this.phase !== "idle" && this.phase !== "opened";
  }

  /** Asks the hub for a network; nothing is downloaded before the reader agrees to its size. */
  async find(name: string) {
    if (this.busy) return;
    this.found = null;
    await this.#while("finding", async (current) => {
      const found = await this.ask((remote) => remote.find(HUB, name));
      if (current()) this.found = found;
    });
  }

  /** Opens a network in place of the one before, which stays where that fails. */
  async open(request: WeightsRequest, origin: Origin) {
    if (this.busy) return;
    const opened = await this.#while("opening", async (current) => {
      const progress = Comlink.proxy((opening: Opening) => (this.opening = opening));
      const plan = await this.ask((remote) => remote.open(request, progress));
      if (!current()) return;
      [this.plan, this.origin, this.found] = [plan, origin, null];
      [this.photographs, this.shown, this.layer, this.measured] = [[], 0, 0, 0];
      this.version++;
    });
    if (opened) await this.#look();
  }

  /** Adds a photograph of the reader's own. */
  async add(file: File) {
    if (this.busy) return;
    const before = this.photographs.length;
    if (!(await this.#while("photographs", () => this.#add(file, file.name, null)))) return;
    this.shown = before;
    // Over the page's own photographs it is known.
    if (!this.measured) await this.measure();
  }

  /** Measures the AGOP over the photographs. */
  async measure() {
    if (this.busy || !this.photographs.length) return;
    await this.#while("measuring", async () => {
      this.share = 0;
      const numbers = this.photographs.slice(0, MOST_MEASURED).map(({ report }) => report.photograph);
      const progress = Comlink.proxy((share: number) => (this.share = share));
      if ((await this.ask((remote) => remote.measure(numbers, progress))) === "cancelled") return;
      this.measured = numbers.length;
      this.version++;
    });
  }

  /** Ends what is in progress. */
  cancel() {
    if (this.phase === "measuring") {
      void this.ask((remote) => remote.cancel()).catch(() => {});
    } else if (this.busy) {
      this.#latest = null;
      void this.ask((remote) => remote.abandon()).catch(() => {});
      this.#rest();
    }
  }

  /** The page's photographs, one after the other, and then their AGOP. */
  async #look() {
    const all = await this.#while("photographs", async (current) => {
      for (const { name, url, licence } of samplePhotographs()) if (current()) await this.#add(url, name, licence);
    });
    if (all) await this.measure();
  }

  async #add(source: string | File, name: string, licence: string | null) {
    const report = await this.ask((remote) => remote.photograph(source, name));
    this.photographs = [...this.photographs, { name, licence, report }];
  }

  #rest() {
    this.phase = this.plan ? "opened" : "idle";
    this.opening = null;
  }

  /** Runs an action. Returns whether it has succeeded and was not cancelled, which it may ask for. */
  async #while(phase: PretrainedNetworks["phase"], action: (current: () => boolean) => Promise<void>): Promise<boolean> {
    const latest = {};
    const current = () => this.#latest === latest;
    this.#latest = latest;
    this.refused = null;
    this.phase = phase;
    try {
      await action(current);
    } catch (error) {
      if (error instanceof WorkerLost) this.#lose(error);
      else if (current()) this.refused = reason(error);
    }
    if (!current()) return false;
    this.#rest();
    return this.refused === null;
  }

  #lose(error: WorkerLost) {
    this.#forget();
    this.#run.noteLost(error);
  }

  #forget() {
    this.#remote = null;
    this.#latest = null;
    [this.plan, this.photographs, this.phase, this.opening] = [null, [], "idle", null];
  }

  /**
   * Asks the worker.
   * @throws {WorkerLost} when it ends, and the network with it
   */
  ask<T>(question: (remote: Comlink.Remote<PretrainedNetwork & Comlink.ProxyMarked>) => T): Promise<Awaited<T>> {
    return this.#run.client.ask(async (remote) => {
      // The run may have lost its worker, and with it this network, while nothing was asked here.
      if (this.#of !== remote) {
        if (this.plan) this.#forget();
        [this.#of, this.#remote] = [remote, null];
      }
      this.#remote ??= remote.pretrained() as unknown as Promise<Comlink.Remote<PretrainedNetwork & Comlink.ProxyMarked>>;
      return question(await this.#remote);
    }) as Promise<Awaited<T>>;
  }
}
