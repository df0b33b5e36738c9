/** The page's side of a worker. */
import * as Comlink from "comlink";
import type { Computing } from "../worker/computing";
import { firstMissing, type Missing } from "./needs";
import { startWorker, type ClientWorker } from "./workers";

/** This browser lacks what the engine is made of: no worker is started. */
export class Unsupported extends Error {
  constructor(readonly missing: Missing) {
    super(`no ${missing}`);
  }
}

/** The worker itself ended: a trap in wasm, or a script that did not load. Only a new worker can continue. */
export class WorkerLost extends Error {
  /**
   * @param how  `notLoaded`: its script could not be loaded, not even at the second try; `again`: it may be tried once more;
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
  /** Whether the last worker's script could not be loaded. A connection that drops is often back a moment later: one more try. */
  #failed = false;

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
    const worker = startWorker();
    const remote = Comlink.wrap<Computing>(worker);
    let heard = false;
    let lose: Connection["lose"] = () => {};
    const lost = new Promise<never>((_, reject) => {
      lose = (error) => {
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
    const hear = () => {
      heard = true;
      this.#failed = false;
      worker.removeEventListener("message", hear);
    };
    worker.addEventListener("message", hear);
    worker.onerror = (event) => {
      event.preventDefault();
      // A script that fails to load gives no reason.
      const notLoaded = !heard && !event.message;
      const again = notLoaded && !this.#failed;
      this.#failed = again;
      lose(new WorkerLost(event.message || "its script could not be loaded", again ? "again" : notLoaded ? "notLoaded" : "ended"));
    };
    return { worker, remote, lost, lose };
  }
}
