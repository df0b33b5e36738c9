/** The page's side of a worker. */
import * as Comlink from "comlink";
import type { Computing } from "../worker/computing";
import { firstMissing, type Missing } from "./needs";
import { connectWorker, type ClientWorker } from "./workers";

/**
 * How long a worker may take to start, by try. A connection can stall for ever, as it did in Firefox after half a minute without a
 * request; the next request is then answered at once.
 */
const PATIENCE_MS = [10_000, 15_000, 30_000] as const;

/** This browser lacks what the engine is made of: no worker is started. */
export class Unsupported extends Error {
  constructor(readonly missing: Missing) {
    super(`no ${missing}`);
  }
}

/** The worker itself ended: a trap in wasm, or a script that did not load. Only a new worker can continue. */
export class WorkerLost extends Error {
  /**
   * @param how  `notLoaded`: its script could not be loaded, not at the last try either; `again`: it may be tried once more;
   * `wanted`: the page ended it
   */
  constructor(
    message: string,
    readonly how: "notLoaded" | "again" | "wanted" | "ended" = "ended",
  ) {
    super(message);
  }
}

interface Connection {
  worker: ClientWorker;
  remote: Comlink.Remote<Computing>;
  /** Rejects when the worker ends. */
  lost: Promise<never>;
  lose: (error: WorkerLost) => void;
}

export class Client {
  #connection: Connection | null = null;
  /** How many workers in succession did not start. A connection that drops is often back a moment later. */
  #failed = 0;

  /**
   * Asks the worker; the first question starts it.
   * @throws {Unsupported} where no worker can be started
   * @throws {WorkerLost} when the worker ends before it answers
   */
  async ask<T>(question: (remote: Comlink.Remote<Computing>) => T): Promise<Awaited<T>> {
    const { remote, lost } = (this.#connection ??= this.#connect());
    try {
      return await Promise.race([question(remote), lost]);
    } catch (error) {
      if (error instanceof WorkerLost && error.how === "again") return this.ask(question);
      throw error;
    }
  }

  /** Gives a command to a worker that exists; resolves once the worker has it, or is gone. */
  async tell(command: "pause" | "resume" | "cancel" | "abandon"): Promise<void> {
    if (!this.#connection) return;
    await this.ask((remote) => remote[command]()).catch(() => {});
  }

  /** Ends the worker. The next question starts a fresh one. */
  restart() {
    this.#connection?.lose(new WorkerLost("restarted", "wanted"));
  }

  #connect(): Connection {
    const missing = firstMissing();
    if (missing) throw new Unsupported(missing);
    const worker = connectWorker(this.#failed);
    const remote = Comlink.wrap<Computing>(worker);
    let started = false;
    let lose: Connection["lose"] = () => {};
    const lost = new Promise<never>((_, reject) => {
      lose = (error) => {
        clearTimeout(patience);
        if (this.#connection?.worker === worker) {
          this.#connection = null;
          // Where others share the worker, it frees what it holds for this client.
          remote[Comlink.releaseProxy]();
        }
        worker.terminate();
        reject(error);
      };
    });
    // Every question races with it; without one nobody is told.
    lost.catch(() => {});
    const fail = () => {
      const again = ++this.#failed < PATIENCE_MS.length;
      if (!again) this.#failed = 0;
      lose(new WorkerLost("its script could not be loaded", again ? "again" : "notLoaded"));
    };
    const patience = setTimeout(fail, PATIENCE_MS[this.#failed]);
    // The first message of the worker says that it has started.
    worker.addEventListener(
      "message",
      () => {
        started = true;
        this.#failed = 0;
        clearTimeout(patience);
      },
      { once: true },
    );
    worker.onerror = (event) => {
      event.preventDefault();
      // A script that fails to load gives no reason.
      if (started || event.message) lose(new WorkerLost(event.message || "it gave no reason"));
      else fail();
    };
    return { worker, remote, lost, lose };
  }
}
