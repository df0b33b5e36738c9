/** A network that others have trained, in the worker: its file, photographs, and the AGOP over them. */
import type { Pretrained, Session } from "../../pkg/convrfm";
import type {
  HubFile,
  Opening,
  PatchNorms,
  Photograph,
  PretrainedLayer,
  PretrainedPlan,
  Progress,
  WeightsRequest,
} from "../run/records";
import { FILTER_COUNT } from "../run/records";
import { decode } from "../sources/decode";
import { Downloads } from "../sources/download";
import { findOnHub, weights } from "../sources/weights";
import type { Control } from "./control";
import { pace } from "./pace";

/** What the worker lends. */
export interface Surroundings {
  /** The session whose pool the jobs run on. */
  library: Session;
  /** Hands the arrays of a reply over, and reports a trap. */
  answer<T>(action: () => T | Promise<T>): Promise<T>;
  /** Called when computing begins and ends. */
  stage(running: boolean): void;
  /** For cancelling, and for waiting where others share the worker. */
  control: Control;
}

export class PretrainedNetwork {
  readonly #around: Surroundings;
  #network: Pretrained | null = null;
  #opening: AbortController | null = null;
  /** Resolves when the measurement in progress has ended. */
  #measuring: Promise<unknown> = Promise.resolve();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** What the hub says of a network. */
  find(hub: string, name: string): Promise<HubFile> {
    return this.#around.answer(() => this.#whileOpening((signal) => findOnHub(hub, name, signal)));
  }

  /** Reads a network in place of the one before, which stays where that fails. */
  open(request: WeightsRequest, report: (opening: Opening) => void): Promise<PretrainedPlan> {
    return this.#around.answer(() =>
      this.#whileOpening(async (signal) => {
        const isTime = pace();
        const bytes = await weights(request, signal, (now) => {
          if (isTime()) report(now);
        });
        report({ doing: "read", done: 0, total: 0 });
        // A measurement borrows the network.
        this.cancel();
        await this.#measuring.catch(() => {});
        signal.throwIfAborted();
        const network = this.#around.library.pretrained(request.architecture, bytes);
        this.#network?.free();
        this.#network = network;
        return network.plan() as PretrainedPlan;
      }),
    );
  }

  /** Adds a photograph and classifies it. An address leads to a file beside the page. */
  photograph(source: string | Blob, name: string): Promise<Photograph> {
    return this.#around.answer(async () => {
      const blob =
        typeof source === "string"
          ? new Blob([await new Downloads(new AbortController().signal, () => {}).whole(source, "")])
          : source;
      const { width, height, rgba } = await decode(blob, name);
      return this.#opened().photograph(width, height, rgba) as Photograph;
    });
  }

  /** Measures the AGOP of every layer over some photographs. */
  measure(photographs: number[], report: (share: number) => void): Promise<"finished" | "cancelled"> {
    const measuring = this.#around.answer(async () => {
      const network = this.#opened();
      this.#around.control.begin(() => {});
      const isTime = pace();
      const monitor = ({ done }: Progress) => {
        if (isTime()) report(done);
        return this.#around.control.proceed();
      };
      this.#around.stage(true);
      try {
        await network.measure(Uint32Array.from(photographs), monitor);
        return "finished";
      } catch (error) {
        if (error instanceof Error && error.name === "Cancelled") return "cancelled";
        throw error;
      } finally {
        this.#around.control.end();
        this.#around.stage(false);
      }
    });
    this.#measuring = measuring;
    return measuring;
  }

  layer(layer: number): Promise<PretrainedLayer> {
    return this.#around.answer(() => this.#opened().layer(layer, FILTER_COUNT) as PretrainedLayer);
  }

  norms(photograph: number, layer: number): Promise<PatchNorms> {
    return this.#around.answer(() => this.#opened().norms(photograph, layer) as PatchNorms);
  }

  /** Ends a measurement in progress. */
  cancel() {
    this.#around.control.cancel();
  }

  /** Ends a download in progress. */
  abandon() {
    this.#opening?.abort();
  }

  /** Ends what is going on and lets go of the network. */
  async free() {
    this.cancel();
    this.abandon();
    await this.#measuring.catch(() => {});
    this.#network?.free();
    this.#network = null;
  }

  async #whileOpening<T>(action: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.abandon();
    const opening = new AbortController();
    this.#opening = opening;
    try {
      return await action(opening.signal);
    } finally {
      if (this.#opening === opening) this.#opening = null;
    }
  }

  #opened(): Pretrained {
    if (!this.#network) throw new Error("no network is open");
    return this.#network;
  }
}
