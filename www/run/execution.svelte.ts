/** A run in progress: carrying it on, pausing it, and what the worker reports of it beside its results. */
import * as Comlink from "comlink";
import type { Client } from "./client";
import type { EngineInUse, EngineName, Outcome, Progress } from "./records";
import type { Results } from "./results.svelte";

export class Execution {
  progress: Progress | null = $state.raw(null);
  /** Null before a run, while it is being opened, and once another one was chosen. */
  engine: EngineInUse | null = $state.raw(null);
  /** Position-layers a second of the last kernel stage. */
  rate: number | null = $state(null);
  /** Why the engine that was asked for cannot be used. */
  refused: string | null = $state(null);
  /** Whether the run waits for another one that shares its worker. */
  waiting: boolean = $state(false);
  /** Engines that failed while the run continued. */
  notices: string[] = $state.raw([]);

  #client: Client;
  /** Whose progress is on show: reports may come after another run has taken its place. */
  #results: Results | null = null;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Another run is on show. */
  clear() {
    this.#results = null;
    this.progress = null;
    this.notices = [];
    this.forgetEngine();
  }

  forgetEngine() {
    this.engine = null;
    this.rate = null;
    this.refused = null;
  }

  /**
   * Carries a run on.
   * @param until  how far
   */
  async advance(results: Results, until: "stage" | "round" | "end", engine: EngineName): Promise<Outcome> {
    this.refused = null;
    this.#results = results;
    const before = results.phase;
    results.phase = "running";
    const gallery = results.data.gallery.map(({ index }) => index);
    try {
      const outcome = await this.#client.ask((remote) => remote.run({ until, engine, gallery }, this.#listenerFor(results)));
      if (typeof outcome === "object") results.phase = before;
      else if (outcome === "restarted") results.noteCancelled();
      else results.phase = outcome === "round" || outcome === "stage" ? "between" : outcome;
      return outcome;
    } catch (error) {
      results.noteCancelled();
      throw error;
    }
  }

  async pause(results: Results) {
    if (results.phase !== "running") return;
    results.phase = "pausing";
    // The worker answers at its next checkpoint, and has stopped there.
    await this.#client.tell("pause");
    if (results.phase === "pausing") results.phase = "paused";
  }

  async resume(results: Results) {
    if (results.phase !== "paused" && results.phase !== "pausing") return;
    results.phase = "running";
    await this.#client.tell("resume");
  }

  /** Stops the run and keeps what it has found. */
  cancel() {
    void this.#client.tell("cancel");
  }

  #listenerFor(results: Results) {
    return Comlink.proxy({
      progress: (progress: Progress) => {
        results.noteProgress(progress);
        if (results === this.#results) this.progress = progress;
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
      waiting: (waiting: boolean) => (this.waiting = waiting),
    });
  }
}
