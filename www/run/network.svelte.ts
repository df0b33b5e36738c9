/**
 * A small convolutional network that is trained on the images of the run on show, and what came of every epoch. A training stays, with
 * the settings it belongs to, until the next one.
 */
import * as Comlink from "comlink";
import type { Computing } from "../worker/computing";
import { WorkerLost } from "./client";
import { reason } from "./reason";
import type { EpochReport, NetworkPlan, NetworkSettings, Progress } from "./records";
import type { Results } from "./results.svelte";
import type { Run } from "./run.svelte";

/** What the reader may choose; the rest follows from the run. */
export interface NetworkChoice {
  layers: number;
  width: number;
  epochs: number;
  /** Standard deviation of the first weights. */
  init: number | "he";
}

/** One training. */
export interface Training {
  /** The run whose images it learns from. */
  results: Results;
  settings: NetworkSettings;
  plan: NetworkPlan;
}

type NetworkPhase = "idle" | "preparing" | "running" | "paused" | "cancelled" | "finished" | "failed";

/** More would take minutes. */
export const MOST_LAYERS = 4;
/** The smaller, the more features are learned; but at the 0.005 of the paper, 400 dead leaves are too few to leave the start. */
const INIT = 0.02;
/** About sixteen steps in an epoch: 16 images in a step for 300, 64 for 1,000. */
const batchOf = (images: number) => Math.min(128, 2 ** Math.round(Math.log2(Math.max(images, 16) / 16)));
/**
 * The random part of the first filters fades, and what was learned remains: 400 dead leaves and one layer end with a correlation of
 * 0.66 instead of 0.59 with ConvRFM's M, and of 0.98 instead of 0.96 with the AGOP.
 */
export const WEIGHT_DECAY = 0.01;
/** Enough for a stable AGOP, and a third of the time of an epoch. */
const AGOP_SAMPLES = 50;

export class Networks {
  /** What the reader has chosen. */
  chosen: Partial<NetworkChoice> = $state.raw({});
  phase: NetworkPhase = $state("idle");
  training: Training | null = $state.raw(null);
  /** Epoch 0 is the untrained network. */
  epochs: EpochReport[] = $state.raw([]);
  /** Share of the training that is done. */
  share: number = $state(0);
  /** The engine's own sentence, where it refuses the settings or training leads to numbers that are not finite. */
  refused: string | null = $state(null);
  /** The epoch that is shown; null follows the training. */
  wanted: number | null = $state(null);
  layer: number = $state(0);
  /** Whether a training in progress waits: the page's run goes on, or nobody can be looking. */
  resting: boolean = $state(false);

  /** Whether it waits for a run that shares its worker. */
  queued: boolean = $state(false);

  #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  /** As many layers as the run's kernel has, unless the reader chose others; a single one learns fast. */
  get choice(): NetworkChoice {
    const depth = (this.#run.results?.settings ?? this.#run.settings).depth;
    const layers = this.chosen.layers ?? Math.min(depth, MOST_LAYERS);
    return { layers, width: 16, epochs: layers === 1 ? 40 : 20, init: INIT, ...this.chosen };
  }

  get busy(): boolean {
    return this.phase === "preparing" || this.phase === "running" || this.phase === "paused";
  }

  /** The epoch that is shown; none before the untrained network is known. */
  get shown(): EpochReport | undefined {
    return this.epochs[this.wanted ?? this.epochs.length - 1];
  }

  /** Whether Train would go on with the training that was cancelled: the reader has chosen nothing else since. */
  get continues(): boolean {
    const { training, choice } = this;
    const same = (key: keyof NetworkChoice) => training?.settings[key] === choice[key];
    const sameChoice = (["layers", "width", "epochs", "init"] as const).every(same);
    return this.phase === "cancelled" && training?.results === this.#run.results && this.#run.results?.live === true && sameChoice;
  }

  /** Shows an epoch; the latest one follows the training. */
  show(epoch: number) {
    const known = this.epochs.length - 1;
    this.wanted = epoch >= known && this.busy ? null : Math.max(Math.min(epoch, known), 0);
  }

  /** Trains a network on the images of the run on show. */
  start() {
    const { results } = this.#run;
    if (!results?.live || this.busy) return;
    void this.#start(results);
  }

  pause() {
    if (this.phase !== "running") return;
    this.phase = "paused";
    void this.#command("pause");
  }

  resume() {
    if (this.phase !== "paused") return;
    this.phase = "running";
    if (!this.resting) void this.#command("resume");
  }

  /** Lets a training in progress wait, or go on unless the reader has paused it. */
  rest(rest: boolean) {
    if (rest === this.resting) return;
    this.resting = rest;
    if (this.phase === "running") void this.#command(rest ? "pause" : "resume");
  }

  /** Stops the training. Finished epochs stay. */
  cancel() {
    if (this.phase === "running" || this.phase === "paused") void this.#command("cancel");
  }

  async #start(results: Results) {
    this.refused = null;
    if (!this.continues) {
      const before = this.phase;
      this.phase = "preparing";
      const { layers } = this.choice;
      const { patch, seed } = results.settings;
      const settings: NetworkSettings = {
        ...this.choice,
        patch,
        seed,
        weightDecay: WEIGHT_DECAY,
        batch: batchOf(results.data.summary.train),
        agopSamples: AGOP_SAMPLES,
      };
      const plan = await this.ask((remote) => remote.prepareNetwork(settings));
      if (!plan) {
        // What was there before was not touched.
        if (this.training) this.phase = before;
        return;
      }
      // Another run has come: the network would learn from its images.
      if (results !== this.#run.results) {
        this.phase = "idle";
        this.training = null;
        this.epochs = [];
        return;
      }
      this.training = { results, settings, plan };
      this.epochs = [];
      this.share = 0;
      this.wanted = null;
      this.layer = Math.min(this.layer, layers - 1);
    }
    this.phase = "running";
    const total = this.training?.settings.epochs ?? 1;
    const listener = Comlink.proxy({
      progress: ({ share }: Progress) => (this.share = share),
      epoch: (report: EpochReport) => {
        this.epochs = [...this.epochs, report];
        this.share = report.epoch / total;
      },
      waiting: (waiting: boolean) => (this.queued = waiting),
    });
    const outcome = this.ask((remote) => remote.trainNetwork(listener));
    if (this.resting) void this.#command("pause");
    this.phase = (await outcome) ?? this.phase;
  }

  #command(command: "pause" | "resume" | "cancel") {
    return this.#run.client.ask((remote) => remote.commandNetwork(command)).catch(() => {});
  }

  /** Asks the worker. Null where the engine refuses, or the worker ends, and the network with it. */
  async ask<T>(question: (remote: Comlink.Remote<Computing>) => T): Promise<Awaited<T> | null> {
    try {
      return await this.#run.client.ask(question);
    } catch (error) {
      if (error instanceof WorkerLost) {
        this.training = null;
        this.epochs = [];
        this.phase = "idle";
        this.#run.noteLost(error);
      } else {
        this.refused = reason(error);
        this.phase = "failed";
      }
      return null;
    }
  }
}
