/** The page's side of a worker. */
import * as Comlink from "comlink";
import type { Computing } from "../worker/computing";
import { firstMissing, type Missing } from "./needs";

/** This browser lacks what the engine is made of: no worker is started. */
export class Unsupported extends Error {
  constructor(readonly missing: Missing) {
    super(`no ${missing}`);
  }
}

/** The worker itself ended: a trap in wasm, or a script that did not load. Only a new worker can continue. */
export class WorkerLost extends Error {}

interface Connection {
  worker: Worker;
  remote: Comlink.Remote<Computing>;
  /** Rejects when the worker ends. */
  lost: Promise<never>;
  lose: (reason: string) => void;
}

export class Client {
  #connection: Connection | null = null;

  /**
   * Asks the worker; the first question starts it.
   * @throws {Unsupported} where no worker can be started
   * @throws {WorkerLost} when the worker ends before it answers
   */
  async ask<T>(question: (remote: Comlink.Remote<Computing>) => T): Promise<Awaited<T>> {
    const { remote, lost } = (this.#connection ??= connect(() => (this.#connection = null)));
    return Promise.race([question(remote), lost]);
  }

  /** Gives a command to a worker that exists; resolves once the worker has it, or is gone. */
  async tell(command: "pause" | "resume" | "cancel" | "abandon"): Promise<void> {
    if (!this.#connection) return;
    await this.ask((remote) => remote[command]()).catch(() => {});
  }

  /** Ends the worker. The next question starts a fresh one. */
  restart() {
    this.#connection?.lose("restarted");
  }
}

function connect(gone: () => void): Connection {
  const missing = firstMissing();
  if (missing) throw new Unsupported(missing);
  const worker = new Worker(new URL("../worker.ts", import.meta.url), { type: "module" });
  let lose: Connection["lose"] = () => {};
  const lost = new Promise<never>((_, reject) => {
    lose = (reason) => {
      worker.terminate();
      gone();
      reject(new WorkerLost(reason));
    };
  });
  // Every question races with it; without one nobody is told.
  lost.catch(() => {});
  worker.onerror = (event) => {
    event.preventDefault();
    lose(event.message || "the worker could not be loaded");
  };
  return { worker, remote: Comlink.wrap<Computing>(worker), lost, lose };
}
