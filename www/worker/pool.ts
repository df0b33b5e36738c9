/**
 * Starts the Workers that share the jobs of CPU engines and networks, and carries messages to and fro. Workers that have had nothing
 * to do for a while are ended, because each holds the transformed training images; the next job starts others in their place.
 *
 * Plain Workers and messages, no SharedArrayBuffer: this works on any static host and inside any frame.
 */
import { compiledModule, Workers } from "../../pkg/convrfm";
import { startAnother } from "./start_another";

/** Each Worker keeps the transformed training images: more of them would cost more memory than they save time. */
const MOST = 8;
/** How often the engine looks up while no Worker has anything to say. */
const TICK_MS = 25;
/** After this time without a stage in progress the Workers end. */
const IDLE_MS = 60_000;
/** More panels than any problem has: the engine makes as many as there are. */
const ALL_PANELS = 2 ** 32 - 1;

/** The name of the pool's workers, which run this worker's script. */
export const POOL = "pool";

type Update = { kind: "update"; of: string; problem: number; content: string | Record<string, unknown> };
type Job = { kind: "job"; of: string; problem: number; number: number; content: unknown };
/** What the engine sends. An update is a name, or a name with its numbers: `"Transform"`, `{ Alpha: { outputs: 2 } }`. */
export type PoolMessage = Update | Job;
/** Messages to a worker. */
export type ToPoolWorker = { module: WebAssembly.Module } | { message: PoolMessage; values: Float32Array };
/** Its answers. */
export type FromPoolWorker = { problem: number; number: number; values: Float32Array };

type Sent = Extract<ToPoolWorker, { message: unknown }>;

/** What a fresh worker has to be told. */
export class Memory {
  /** By problem: the latest update of each name, in order. An update replaces the earlier one of its name; only images are added. */
  #problems = new Map<number, Map<string, Sent>>();
  /** Jobs without an answer, each with the worker that has it. */
  #jobs = new Map<string, { member: number; sent: Sent }>();

  note(member: number, sent: Sent) {
    const { message } = sent;
    if (message.kind === "job") {
      // Two workers may have the same job.
      this.#jobs.set(`${member} ${message.problem} ${message.number}`, { member, sent });
      return;
    }
    const { problem, content, of } = message;
    const name = typeof content === "string" ? content : (Object.keys(content)[0] ?? "");
    if (name === "Unload") {
      this.#problems.delete(problem);
      this.#forgetJobs((job) => job.sent.message.problem === problem);
      return;
    }
    if (name === "Load") this.#problems.set(problem, new Map());
    const updates = this.#problems.get(problem);
    // Panels take most of the memory. A worker can make its own.
    const remembered: Sent =
      name === "Panels"
        ? { message: { kind: "update", of, problem, content: { MakePanels: { panels: ALL_PANELS } } }, values: new Float32Array() }
        : sent;
    // The images of a network come in parts; every member is sent each of them.
    const part = (content as { Images?: { part: number } }).Images?.part ?? "";
    const key = name === "Panels" ? "MakePanels" : `${name}${part}`;
    if (name === "Transform") updates?.delete("MakePanels");
    updates?.delete(key);
    updates?.set(key, remembered);
  }

  done(member: number, problem: number, number: number) {
    this.#jobs.delete(`${member} ${problem} ${number}`);
  }

  gone(member: number) {
    this.#forgetJobs((job) => job.member === member);
  }

  #forgetJobs(matches: (job: { member: number; sent: Sent }) => boolean) {
    for (const [key, job] of this.#jobs) if (matches(job)) this.#jobs.delete(key);
  }

  get busy(): boolean {
    return this.#jobs.size > 0;
  }

  for(member: number): Sent[] {
    const updates = [...this.#problems.values()].flatMap((updates) => [...updates.values()]);
    const jobs = [...this.#jobs.values()].filter((job) => job.member === member);
    return [...updates, ...jobs.map(({ sent }) => sent)];
  }
}

/**
 * Starts a pool for the engines of this thread; no workers where a worker cannot start others. Even one is useful: the engine
 * answers messages while it computes.
 */
export function startPool() {
  if (typeof Worker === "undefined") return { workers: null, run() {}, pause() {}, resume() {} };
  const count = Math.min(navigator.hardwareConcurrency || 1, MOST);
  const module = compiledModule();
  const memory = new Memory();
  /** By member; null once it is lost. */
  const workers: (Worker | null)[] = [];
  let asleep = false;
  /** Stages in progress. */
  let stages = 0;
  let clock: ReturnType<typeof setInterval> | undefined;
  let idle: ReturnType<typeof setTimeout> | undefined;

  function start(member: number) {
    const worker = startAnother(POOL);
    workers[member] = worker;
    worker.onmessage = ({ data }: MessageEvent<FromPoolWorker>) => {
      memory.done(member, data.problem, data.number);
      pool.done(member, data.problem, data.number, data.values);
    };
    /** Its jobs go to the others; the last one's are done by the engine's own thread. */
    const lose = (event: Event) => {
      event.preventDefault();
      // The error of a worker that was ended and replaced concerns nobody.
      if (workers[member] !== worker) return;
      worker.terminate();
      workers[member] = null;
      memory.gone(member);
      pool.gone(member);
    };
    worker.onerror = lose;
    worker.onmessageerror = lose;
    post(member, { module });
    for (const sent of memory.for(member)) post(member, sent);
  }

  const post = (member: number, message: ToPoolWorker) => workers[member]?.postMessage(message);
  const pool = new Workers(count, (member: number, message: PoolMessage, values: Float32Array) => {
    const sent = { message, values };
    memory.note(member, sent);
    // Updates can wait for the first job, which a worker that starts is told of with all updates before it.
    if (!asleep) post(member, sent);
    else if (message.kind === "job") wake();
  });

  function sleep() {
    // Of two stages only one may be paused.
    if (memory.busy) return rest();
    asleep = true;
    for (const worker of workers) worker?.terminate();
  }

  function wake() {
    asleep = false;
    workers.forEach((worker, member) => worker && start(member));
  }

  /** Ends the workers unless a stage begins or goes on before long. */
  function rest() {
    clearTimeout(idle);
    idle = setTimeout(sleep, IDLE_MS);
  }

  for (let member = 0; member < count; member++) start(member);
  rest();
  return {
    workers: pool,
    /** A stage begins or ends: the clock goes while one is in progress. */
    run(running: boolean) {
      stages += running ? 1 : -1;
      clearInterval(clock);
      clock = stages ? setInterval(() => pool.tick(), TICK_MS) : undefined;
      if (stages) clearTimeout(idle);
      else rest();
    },
    /** A stage in progress waits. */
    pause: rest,
    /** It goes on, or is given up. */
    resume() {
      if (stages) clearTimeout(idle);
    },
  };
}
