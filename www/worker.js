/**
 * The computing half of the page: owns the engine's `Session` and runs one question after the other.
 *
 * `Session` must not be called while one of its stages is under way, so questions wait in a queue; a run answers waiting
 * questions between its stages. Commands (pause, resume, cancel) act inside a stage: the engine calls `beat` every few
 * milliseconds, and `beat` lets the event loop deliver messages before it lets the engine go on.
 */
import init, { Session } from "../pkg/convrfm.js";
import { startPool } from "./pool.js";
import { DEEPER, FILTER_COUNT, LOOK_COUNT } from "./protocol.js";
import { reason } from "./reason.js";
import { Said } from "./source/said.js";

/** @import { Opener } from "./source/open.js" */
/** @import { Command, DataSummary, EngineInUse, EngineName, EngineSettings, Explain, Explained, FromWorker, Look, Opening, Outcome, Progress, Question, Replies, Sample, Split, ToWorker } from "./protocol.js" */

/** The page draws progress at most this often; more messages would only queue up behind each other. */
const PROGRESS_INTERVAL_MS = 40;

/** What is answered between the stages of a run: quick questions that change nothing. @type {Set<Question["kind"]>} */
const BETWEEN_STAGES = new Set(["samples", "look", "inspect", "patch", "explain", "outcomes", "changed", "probe", "deeper", "spread"]);

/** @type {{id: number, question: Question}[]} */
const queue = [];
let busy = false;
let cancelled = false;
/** How often Cancel has been obeyed. */
let cancels = 0;
/** Resolves when the user goes on; null while nothing is held. @type {{promise: Promise<void>, release: () => void} | null} */
let hold = null;

/** @type {Promise<Session> | null} */
let loading = null;
/** @type {Opener | null} */
let opener = null;
/** The opening that is under way. @type {AbortController | null} */
let opening = null;
/** @type {ReturnType<typeof startPool> | null} */
let pool = null;
/** @type {DataSummary | null} */
let summary = null;
/** @type {EngineSettings | null} */
let settings = null;
/** The engine asked for since the run was started, and what came of it. @type {{wanted: EngineName, inUse: EngineInUse} | null} */
let engine = null;
/** Why "auto" took the CPU: this machine will not change, and trying a software adapter takes seconds. @type {EngineInUse | null} */
let noGpu = null;
/** Sample packs already fetched, by address. @type {Map<string, Uint8Array>} */
const packs = new Map();

self.onmessage = (/** @type {MessageEvent<ToWorker>} */ { data }) => {
  if ("command" in data) {
    obey(data.command);
  } else {
    // Commands that came before a run was asked for are none for it; those that come while it waits are.
    if (data.question.kind === "run") {
      cancelled = false;
      hold?.release();
      hold = null;
    }
    queue.push(data);
    if (!busy) serve();
  }
};

/** Questions that do not wait for an entry of M to be explained. @type {Set<Question["kind"]>} */
const ENDS_EXPLAINING = new Set(["load", "start", "run"]);

/** @param {Command} command */
function obey(command) {
  if (command === "abandon") {
    opening?.abort();
  } else if (command === "pause" && !hold) {
    /** @type {() => void} */
    let release = () => {};
    const promise = new Promise((/** @type {(value: void) => void} */ resolve) => (release = resolve));
    hold = { promise, release };
    tell({ event: "held", held: true });
  } else if (command !== "pause") {
    if (command === "cancel") {
      cancelled = true;
      cancels++;
    }
    if (hold) {
      hold.release();
      hold = null;
      tell({ event: "held", held: false });
    }
  }
}

async function serve() {
  busy = true;
  for (let next = queue.shift(); next; next = queue.shift()) await answer(next);
  busy = false;
}

/** @param {{id: number, question: Question}} asked */
async function answer({ id, question }) {
  try {
    const reply = await respond(question);
    tell({ id, reply }, transferables(reply));
  } catch (error) {
    // A trap leaves the engine in no state to go on: the page hears of it as of a crash and starts a new worker.
    if (error instanceof WebAssembly.RuntimeError) self.reportError(error);
    else tell({ id, failure: reason(error), said: error instanceof Said });
  }
}

/**
 * @param {Question} question
 * @returns {Promise<Replies[keyof Replies]>}
 */
async function respond(question) {
  loading ??= init().then(() => {
    pool = startPool();
    const session = new Session();
    if (pool.workers) session.useWorkers(pool.workers);
    return session;
  });
  const session = await loading;
  switch (question.kind) {
    case "open":
      return whileOpening(session, (opener, signal, report) => opener.open(question.request, question.wanted, signal, report));
    case "gather":
      return whileOpening(session, (opener, signal, report) => opener.gather(question.side, signal, report));
    case "load": {
      const pack = question.packUrl === null ? undefined : await fetchPack(question.packUrl);
      const loaded = /** @type {DataSummary} */ (session.load(question.spec, pack));
      summary = loaded;
      return loaded;
    }
    case "start":
      settings = question.settings;
      engine = null;
      return session.start(question.settings);
    case "samples":
      return question.indices.map((index) => sample(session, question.split, index));
    case "look":
      return looks(session, question.split, question.indices, question.count);
    case "inspect":
      return { place: question.place, ...session.inspect(question.place) };
    case "patch": {
      const { place, position, train } = question;
      return { place, position, train, ...session.patch(place, position, train) };
    }
    case "explain":
      return explain(session, question.explain);
    case "probe":
      return session.probe(question.drawing);
    case "deeper":
      return session.deeper(question.level, question.split, question.index, DEEPER.filters, DEEPER.places, DEEPER.drawn);
    case "outcomes":
      return session.outcomes(question.round, question.split);
    case "changed":
      return session.changed(question.split, question.from, question.to);
    case "spread":
      return session.spread(Float64Array.from(question.values));
    case "results":
      return question.format === "npz" ? session.resultsArchive() : json(session.resultsObject());
    case "run":
      return run(session, question);
  }
}

/**
 * Something that can be told to stop and says how far it is.
 * @template T
 * @param {Session} session
 * @param {(opener: Opener, signal: AbortSignal, report: (opening: Opening) => void) => Promise<T>} action
 * @returns {Promise<T>}
 */
async function whileOpening(session, action) {
  opening = new AbortController();
  let lastTold = 0;
  /** @param {Opening} now */
  const report = (now) => {
    if (performance.now() - lastTold < PROGRESS_INTERVAL_MS) return;
    lastTold = performance.now();
    tell({ event: "opening", opening: now });
  };
  try {
    // Its words wait for their language, and before that a worker would hear nothing of what is said to it.
    opener ??= new (await import("./source/open.js")).Opener(session);
    return await action(opener, opening.signal, report);
  } finally {
    opening = null;
  }
}

/**
 * Goes on with another engine; the round that is under way starts anew. Returns the engine's own sentence where it cannot.
 * @param {Session} session
 * @param {EngineName} wanted
 * @returns {Promise<string | null>}
 */
async function useEngine(session, wanted) {
  tell({ event: "engine", engine: null });
  try {
    const known = wanted === "auto" ? noGpu : null;
    const inUse = /** @type {EngineInUse} */ (await session.useEngine(known ? "cpu" : wanted));
    if (wanted === "auto" && inUse.engine === "cpu") noGpu ??= inUse;
    engine = { wanted, inUse: known ?? inUse };
    return null;
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    return reason(error);
  }
}

/**
 * Runs stages until the round or the run ends, reporting every stage.
 * @param {Session} session
 * @param {Extract<Question, {kind: "run"}>} question
 * @returns {Promise<Outcome>}
 */
async function run(session, { until, engine: wanted, gallery }) {
  if (engine?.wanted !== wanted) {
    const refused = await useEngine(session, wanted);
    if (refused !== null) return { refused };
  }
  if (engine) tell({ event: "engine", engine: engine.inUse });
  let lastTold = 0;
  /** @param {Progress} progress */
  const beat = async (progress) => {
    const now = performance.now();
    // A run that is held stands still on the page, too: members of the pool still finish what they have begun.
    if (!hold && (now - lastTold >= PROGRESS_INTERVAL_MS || progress.done >= 1)) {
      lastTold = now;
      tell({ event: "progress", progress });
    }
    return proceed();
  };
  for (;;) {
    if (!(await proceed())) return "cancelled";
    let report;
    pool?.run(true);
    try {
      report = await session.advance(beat);
    } catch (error) {
      if (error instanceof Error && error.name === "Cancelled") return "restarted";
      throw error;
    } finally {
      pool?.run(false);
    }
    if (engine && engine.inUse.description !== report.engine) {
      // It lost a worker; or it failed, and another one went on: the reason for the first is none for it, the notice says why.
      const kind = report.engine.startsWith("gpu") ? "gpu" : "cpu";
      engine.inUse = { engine: kind, description: report.engine, reason: kind === engine.inUse.engine ? engine.inUse.reason : "" };
      // A GPU that was asked for and given up is opened again when it is asked for again.
      if (engine.wanted === "gpu") engine.wanted = kind;
      tell({ event: "engine", engine: engine.inUse });
    }
    tell({ event: "stage", report });
    // The page looks through the first level's M; what deeper ones have learned it asks for.
    if (report.features && report.level === 0) await tellFeatures(session, report.round + 1, gallery);
    if (report.finished) return "finished";
    const roundEnds = report.stage === "agop" || report.stage === "convolve";
    if (until === "stage") return "stage";
    if (roundEnds && until === "round") return "round";
    // What was asked meanwhile, a picture through the new filters say, need not wait for the end of the run.
    while (queue[0] && BETWEEN_STAGES.has(queue[0].question.kind)) {
      await answer(/** @type {{id: number, question: Question}} */ (queue.shift()));
    }
  }
}

/** Delivers waiting messages, waits while held; false when the run is to stop. */
async function proceed() {
  await nextMacrotask();
  while (hold) await hold.promise;
  return !cancelled;
}

const channel = new MessageChannel();
/** @type {(() => void)[]} */
const waiting = [];
channel.port1.onmessage = () => waiting.shift()?.();

/** One turn of the event loop. setTimeout(0) would sleep 4 ms after a few nested calls; a message does not. */
function nextMacrotask() {
  return new Promise((/** @type {(value: void) => void} */ resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });
}

/**
 * @param {Session} session
 * @param {number} round  the round that will use these features
 * @param {{split: Split, indices: number[]}} gallery
 */
async function tellFeatures(session, round, gallery) {
  if (!summary || !settings) return;
  const dimension = summary.channels * settings.patch ** 2;
  const count = Math.min(FILTER_COUNT, dimension);
  /** @type {Look[]} */
  const seen = [];
  for (const index of gallery.indices) {
    seen.push(...looks(session, gallery.split, [index], Math.min(LOOK_COUNT, dimension)));
    await proceed(); // a pause must not wait for the whole gallery
  }
  const features = {
    round,
    dimension,
    count,
    filters: session.filters(count),
    spectrum: session.spectrum(),
    matrix: session.matrix(),
    looks: seen,
  };
  tell({ event: "features", features }, [
    features.filters.buffer,
    features.spectrum.buffer,
    features.matrix.buffer,
    ...transferables(features.looks),
  ]);
}

/**
 * @param {Session} session
 * @param {Explain} wanted
 * @returns {Promise<Explained>}
 */
async function explain(session, wanted) {
  if (wanted.what === "kernel") return session.explainKernel(wanted.place, wanted.train, wanted.position);
  if (wanted.what === "answer") return session.explainAnswer(wanted.place);
  if (wanted.what !== "matrix") {
    const { what, place, position } = wanted;
    return what === "gradient" ? session.explainGradient(place, position) : session.explainSeen(place, position);
  }
  const { round, row, column } = wanted;
  // A second or two of gradients, image by image: a run that is under way can be paused and cancelled meanwhile, and one that
  // waits, or other images, need not wait for it.
  const before = cancels;
  const outerProducts = new Float64Array(session.sampleImages(round));
  for (let index = 0; index < outerProducts.length; index++) {
    outerProducts[index] = session.outerProduct(round, row, column, index);
    await nextMacrotask();
    if (cancels !== before || queue.some(({ question }) => ENDS_EXPLAINING.has(question.kind))) throw new Error("cancelled");
  }
  return session.explainMatrix(round, row, column, outerProducts);
}

/**
 * A file's bytes; JSON knows no NaN and has null in its place.
 * @param {unknown} value
 */
function json(value) {
  return new TextEncoder().encode(JSON.stringify(value));
}

/**
 * @param {Session} session
 * @param {Split} split
 * @param {number} index
 * @returns {Sample}
 */
function sample(session, split, index) {
  return { split, index, label: session.label(split, index), pixels: session.image(split, index) };
}

/**
 * @param {Session} session
 * @param {Split} split
 * @param {number[]} indices
 * @param {number} count
 * @returns {Look[]}
 */
function looks(session, split, indices, count) {
  return indices.map((index) => ({ split, index, count, maps: session.filtered(split, index, count) }));
}

/** @param {string} url */
async function fetchPack(url) {
  let pack = packs.get(url);
  if (!pack) {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${new URL(url).pathname}: ${response.status} ${response.statusText}`);
    pack = new Uint8Array(await response.arrayBuffer());
    packs.set(url, pack);
  }
  return pack;
}

/**
 * The buffers of a reply, handed over instead of copied: those of all typed arrays in it, at any depth.
 * @param {unknown} reply
 * @returns {Transferable[]}
 */
function transferables(reply) {
  if (ArrayBuffer.isView(reply)) return [/** @type {ArrayBuffer} */ (reply.buffer)];
  return reply && typeof reply === "object" ? Object.values(reply).flatMap(transferables) : [];
}

/**
 * @param {FromWorker} message
 * @param {Transferable[]} [transfer]
 */
function tell(message, transfer = []) {
  self.postMessage(message, { transfer });
}
