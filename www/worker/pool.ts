/**
 * Starts the Workers that share the CPU engine's jobs, and carries messages between them and the engine.
 *
 * Plain Workers and messages, no SharedArrayBuffer: this works on any static host and inside any frame.
 */
import { compiledModule, Workers } from "../../pkg/convrfm";

/** Each Worker keeps the transformed training images: more of them would cost more memory than they save time. */
const MOST = 8;
/** How often the engine looks up while no Worker has anything to say. */
const TICK_MS = 25;

/** The name of the pool's workers, which run this worker's script. */
export const POOL = "pool";

/** What the engine sends. */
export type PoolMessage =
  { kind: "update"; problem: number; content: unknown } | { kind: "job"; problem: number; number: number; content: unknown };
/** Messages to a worker. */
export type ToPoolWorker = { module: WebAssembly.Module } | { message: PoolMessage; values: Float32Array };
/** Its answers. */
export type FromPoolWorker = { problem: number; number: number; values: Float32Array };

/**
 * Starts a pool for the engines of this thread; no workers where a worker cannot start others. Even one is useful: the engine
 * answers messages while it computes. `run(true)` starts the clock while the engine computes, `run(false)` stops it.
 */
export function startPool() {
  const count = Math.min(navigator.hardwareConcurrency || 1, MOST);
  if (typeof Worker === "undefined") return { workers: null, run() {} };
  const module = compiledModule();
  const workers = Array.from({ length: count }, (_, member) => {
    const worker = new Worker(self.location.href, { type: "module", name: POOL });
    worker.onmessage = ({ data }: MessageEvent<FromPoolWorker>) => pool.done(member, data.problem, data.number, data.values);
    /** Its jobs go to the others; the last one's are done by the engine's own thread. */
    const lose = (event: Event) => {
      event.preventDefault();
      worker.terminate();
      pool.gone(member);
    };
    worker.onerror = lose;
    worker.onmessageerror = lose;
    return worker;
  });
  const post = (member: number, message: ToPoolWorker) => workers[member]?.postMessage(message);
  const pool = new Workers(count, (member: number, message: PoolMessage, values: Float32Array) =>
    post(member, { message, values }),
  );
  workers.forEach((_, member) => post(member, { module }));
  let clock: ReturnType<typeof setInterval> | undefined;
  return {
    workers: pool,
    run(running: boolean) {
      clearInterval(clock);
      clock = running ? setInterval(() => pool.tick(), TICK_MS) : undefined;
    },
  };
}
