/** A network that is trained on the images of the run on show. It holds no session: questions about the run are answered meanwhile. */
import type { NetworkEpochs, NetworkRun } from "../../pkg/convrfm";
import type { EpochReport, NetworkLayer, NetworkPlan, Progress } from "../run/records";
import type { Control } from "./control";
import { pace } from "./pace";

/** What a training reports while it goes on. */
export interface TrainingListener {
  progress(progress: Progress): void;
  epoch(report: EpochReport): void;
  /** Whether the training waits for a run that shares the worker. */
  waiting(waiting: boolean): void;
}

export class NetworkTraining {
  readonly plan: NetworkPlan;
  #run: NetworkRun;
  #epochs: NetworkEpochs;

  constructor(
    run: NetworkRun,
    readonly control: Control,
  ) {
    this.#run = run;
    this.#epochs = run.epochs();
    this.plan = run.plan() as NetworkPlan;
  }

  /**
   * Trains until no epoch is left.
   * @param stage  called when computing begins and ends
   */
  async go(listener: TrainingListener, stage: (running: boolean) => void): Promise<"finished" | "cancelled"> {
    this.control.begin((waiting) => listener.waiting(waiting));
    try {
      return await this.#go(listener, stage);
    } finally {
      this.control.end();
    }
  }

  async #go(listener: TrainingListener, stage: (running: boolean) => void): Promise<"finished" | "cancelled"> {
    const isTime = pace();
    const monitor = (progress: Progress) => {
      if (!this.control.paused && progress.stage === "train" && isTime()) listener.progress(progress);
      return this.control.proceed();
    };
    for (;;) {
      if (!(await this.control.proceed())) return "cancelled";
      let report: EpochReport;
      stage(true);
      try {
        report = (await this.#run.advance(monitor)) as EpochReport;
      } catch (error) {
        if (error instanceof Error && error.name === "Cancelled") return "cancelled";
        throw error;
      } finally {
        stage(false);
      }
      await listener.epoch(report);
      if (report.finished) return "finished";
    }
  }

  layer(epoch: number, layer: number, filters: number): NetworkLayer {
    return this.#epochs.layer(epoch, layer, filters) as NetworkLayer;
  }

  against(matrix: Float32Array): Float64Array {
    return this.#epochs.against(matrix);
  }

  free() {
    this.#epochs.free();
    this.#run.free();
  }
}
