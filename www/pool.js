/**
 * Starts the Workers that share the CPU engine's jobs, and carries messages between them and the engine.
 *
 * Plain Workers and messages, no SharedArrayBuffer: this works on any static host and inside any frame.
 */
import { compiledModule, Workers } from "../pkg/convrfm.js";

/** Each Worker keeps the transformed training images: more of them would cost more memory than they save time. */
const MOST = 8;
/** How often the engine looks up while no Worker has anything to say. */
const TICK_MS = 25;

/** Messages to a Worker. @typedef {{module: WebAssembly.Module} | {news: unknown, values: Float32Array} | {number: number, job: unknown}} ToMember */
/** Its answers. @typedef {{number: number, values: Float32Array}} FromMember */

/**
 * A pool for the engines of this thread; none where Workers cannot start Workers. One is worth having: the engine answers while it computes.
 * Returns what lets its clock run: `run(true)` while the engine computes.
 */
export function startPool() {
  const count = Math.min(navigator.hardwareConcurrency || 1, MOST);
  if (typeof Worker === "undefined") return { run() {} };
  const module = compiledModule();
  const workers = Array.from({ length: count }, (_, member) => {
    const worker = new Worker(new URL("./member.js", import.meta.url), { type: "module" });
    worker.onmessage = (/** @type {MessageEvent<FromMember>} */ { data }) => pool.done(member, data.number, data.values);
    /** Its jobs go to the others; the last one's are done by the engine's own thread. @param {Event} event */
    const lose = (event) => {
      event.preventDefault();
      worker.terminate();
      pool.gone(member);
    };
    worker.onerror = lose;
    worker.onmessageerror = lose;
    return worker;
  });
  /** @param {number} member @param {ToMember} message */
  const post = (member, message) => workers[member]?.postMessage(message);
  const pool = new Workers(count, (/** @type {number} */ member, /** @type {number | null} */ number, /** @type {unknown} */ head, /** @type {Float32Array} */ values) =>
    post(member, number === null ? { news: head, values } : { number, job: head }),
  );
  workers.forEach((_, member) => post(member, { module }));
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let clock;
  return {
    /** @param {boolean} running */
    run(running) {
      clearInterval(clock);
      clock = running ? setInterval(() => pool.tick(), TICK_MS) : undefined;
    },
  };
}
