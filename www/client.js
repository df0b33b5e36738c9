/** The page's side of the worker: questions become promises, events become callbacks. */
import { firstMissing } from "./needs.js";
import { Said } from "./source/said.js";
import { language } from "./strings/words.js";

/** @import { Command, EngineInUse, Features, FromWorker, Opening, Progress, Question, Replies, StageReport, ToWorker } from "./protocol.js" */

/**
 * @typedef {object} Listener
 * @property {(progress: Progress) => void} progress
 * @property {(engine: EngineInUse | null) => void} engine  null while it is being opened
 * @property {(report: StageReport) => void} stage
 * @property {(features: Features) => void} features
 * @property {(held: boolean) => void} held
 * @property {(opening: Opening) => void} opening
 */

/** @import { Missing } from "./needs.js" */

/** @typedef {{resolve: (reply: any) => void, reject: (error: Error) => void}} Pending */

/** No worker is started in this browser, now or later: it lacks what the engine is made of. */
export class Unsupported extends Error {
  /** @param {Missing} missing */
  constructor(missing) {
    super(`no ${missing}`);
    this.missing = missing;
  }
}

/** The worker itself died (a trap in wasm, the script did not load): only a new one can go on. */
export class WorkerLost extends Error {}

export class Client {
  /** @type {Worker | null} */
  #worker = null;
  /** @type {Map<number, Pending>} */
  #pending = new Map();
  #nextId = 0;
  #listener;

  /** @param {Listener} listener */
  constructor(listener) {
    this.#listener = listener;
  }

  /**
   * Asks one question; the first one starts the worker. Rejects with the engine's own sentence.
   * @throws {Unsupported} where no worker can be started
   * @template {Question} Q
   * @param {Q} question
   * @returns {Promise<Replies[Q["kind"]]>}
   */
  ask(question) {
    this.#worker ??= this.#spawn();
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#send({ id, question });
    });
  }

  /** @param {Command} command */
  command(command) {
    this.#send({ command });
  }

  /** Ends the worker; the next question starts a fresh one, which knows nothing. */
  restart() {
    this.#worker?.terminate();
    this.#worker = null;
    this.#fail("restarted");
  }

  #spawn() {
    const missing = firstMissing();
    if (missing) throw new Unsupported(missing);
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: language });
    worker.onmessage = ({ data }) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      this.#worker = null;
      this.#fail(event.message || "the worker could not be loaded");
    };
    return worker;
  }

  /** @param {string} reason */
  #fail(reason) {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(new WorkerLost(reason));
  }

  /** @param {ToWorker} message */
  #send(message) {
    this.#worker?.postMessage(message);
  }

  /** @param {FromWorker} message */
  #receive(message) {
    if ("event" in message) {
      if (message.event === "progress") this.#listener.progress(message.progress);
      else if (message.event === "engine") this.#listener.engine(message.engine);
      else if (message.event === "stage") this.#listener.stage(message.report);
      else if (message.event === "features") this.#listener.features(message.features);
      else if (message.event === "opening") this.#listener.opening(message.opening);
      else this.#listener.held(message.held);
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if ("failure" in message) pending?.reject(message.said ? new Said(message.failure) : new Error(message.failure));
    else pending?.resolve(message.reply);
  }
}
