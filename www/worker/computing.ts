/**
 * What the page can ask of its worker. Comlink makes every method a message and its promise.
 *
 * There are two sessions: `shown` holds the run whose results are on the page, `prepared` the images and settings of the next one, so
 * that a change of settings never destroys results. A `Session` must not be called while one of its stages runs; the lock sees to that.
 * Between two stages of a run the lock is free, and waiting questions are answered.
 */
import * as Comlink from "comlink";
import init, { Session } from "../../pkg/convrfm.js";
import type {
  About,
  Changed,
  DataSpec,
  DataSummary,
  Deeper,
  Drawing,
  EngineInUse,
  EngineName,
  EngineSettings,
  Explain,
  Explained,
  Features,
  FilterMatches,
  Inspection,
  Look,
  NetworkLayer,
  NetworkPlan,
  NetworkSettings,
  Opened,
  Opening,
  OpenRequest,
  Outcome,
  Outcomes,
  PatchComponents,
  PatchView,
  Place,
  Plan,
  Prepared,
  Probed,
  Progress,
  Sample,
  Side,
  Split,
  Spread,
  StageReport,
} from "../run/records";
import { reason } from "../run/reason";
import { DEEPER, FILTER_COUNT, LOOK_COUNT, STRONGEST, NOT_FETCHED } from "../run/records";
import type { Opener } from "../sources/open";
import { Control } from "./control";
import { fetchEngine } from "./engine";
import { fetchPatiently } from "./files";
import { Lock } from "./lock";
import { nextMacrotask } from "./macrotask";
import { pace } from "./pace";
import { startPool } from "./pool";
import type { PretrainedNetwork } from "./pretrained";
import { firstIndices, gallery, samples } from "./selection";
import { NetworkTraining, type TrainingListener } from "./training";
import { Turns } from "./turns";

/** What a run reports while it goes on. */
export interface RunListener {
  progress(progress: Progress): void;
  /** Null while the engine is being opened. */
  engine(engine: EngineInUse | null): void;
  stage(report: StageReport): void;
  features(features: Features): void;
  /** Whether the run waits for another one that shares the worker. */
  waiting(waiting: boolean): void;
}

export interface RunRequest {
  until: "stage" | "round" | "end";
  engine: EngineName;
  /** Test images to look at through every M. */
  gallery: number[];
}

type EngineOfRun = { wanted: EngineName; inUse: EngineInUse };

export class Computing {
  #lock = new Lock();
  /** The one that was there first, where several share a worker: its library and its pool serve all. */
  #first: Computing | null;
  #turns: Turns | null;
  #control: Control;
  #loading: Promise<Session> | null = null;
  #shown: Session | null = null;
  #prepared: Session | null = null;
  /** The run that Reset or Run again has replaced, until another one has finished. */
  #before: { session: Session; engine: EngineOfRun | null } | null = null;
  #pool: ReturnType<typeof startPool> | null = null;
  #opener: Opener | null = null;
  #opening: AbortController | null = null;
  /** The engine that the shown run was asked to use, and what came of it. */
  #engine: EngineOfRun | null = null;
  /** Why "auto" took the CPU: this machine will not change, and trying a software adapter takes seconds. */
  #noGpu: EngineInUse | null = null;
  #network: NetworkTraining | null = null;
  #pretrained: PretrainedNetwork | null = null;
  /** The training in progress, or the last. */
  #training: Promise<unknown> = Promise.resolve();
  /** Sample packs already fetched, by address. */
  #packs = new Map<string, Uint8Array>();

  /** @param first  where several share a worker: the first of them, which has none */
  constructor(first: Computing | null = null, turns: Turns | null = null) {
    this.#first = first;
    this.#turns = first ? first.#turns : turns;
    this.#control = new Control(this.#turns);
    if (first) this.#packs = first.#packs;
    // The module downloads while the page settles what to ask first. That question tells of a failure.
    this.#library().catch(() => {});
  }

  /** The page has let go of it: ends what is going on and frees what it holds. Others may share the worker. */
  [Comlink.finalizer]() {
    this.abandon();
    this.cancel();
    this.#network?.control.cancel();
    void this.#lock.run(async () => {
      await this.#training;
      for (const session of [this.#shown, this.#prepared, this.#before?.session]) session?.free();
      this.#network?.free();
      await this.#pretrained?.free();
      if (this.#first) (await this.#loading)?.free();
    });
  }

  /**
   * Loads images and plans a run on them, beside the run that is shown.
   * @param shuffled  whether the labels of the training images are permuted by the seed
   */
  prepare(spec: DataSpec, settings: EngineSettings, packUrl: string | null, shuffled: boolean = false): Promise<Prepared> {
    return this.#serve(async () => {
      const library = await this.#library();
      const pack = packUrl === null ? undefined : await this.#fetchPack(packUrl);
      const session = library.sibling();
      try {
        const summary = session.load(spec, pack) as DataSummary;
        if (shuffled) session.shuffleLabels();
        const plan = session.start(settings) as Plan;
        const chosen = gallery(this.#samplesOf(session, "test", firstIndices(summary.test, summary.classes)), summary.classes);
        const result: Prepared = {
          summary,
          plan,
          samples: samples(this.#samplesOf(session, "train", firstIndices(summary.train, summary.classes)), summary.classes),
          gallery: chosen,
          // Before the first update M is the identity: these are the images as the fixed kernel sees them.
          plainLooks: this.#looks(
            session,
            chosen.map(({ index }) => index),
            0,
          ),
        };
        this.#prepared?.free();
        this.#prepared = session;
        return result;
      } catch (error) {
        session.free();
        throw error;
      }
    });
  }

  /** Shows what was prepared last. The run that was shown is gone, unless it is to be kept for `restore`. */
  adopt(keep = false): Promise<void> {
    return this.#serve(() => {
      if (!this.#prepared) throw new Error("nothing is prepared");
      if (keep && this.#shown) {
        this.#before?.session.free();
        this.#before = { session: this.#shown, engine: this.#engine };
      } else {
        this.#shown?.free();
      }
      this.#shown = this.#prepared;
      this.#prepared = null;
      this.#engine = null;
    });
  }

  /** Shows the run again that was kept. */
  restore(): Promise<void> {
    return this.#serve(() => {
      if (!this.#before) throw new Error("no run is kept");
      this.#shown?.free();
      this.#shown = this.#before.session;
      this.#engine = this.#before.engine;
      this.#before = null;
    });
  }

  /** Lets go of the run that was kept. */
  forget(): Promise<void> {
    return this.#serve(() => {
      this.#before?.session.free();
      this.#before = null;
    });
  }

  /** Lets the shown run continue up to `rounds` rounds. */
  extend(rounds: number): Promise<void> {
    return this.#serve(() => this.#session().extend(rounds));
  }

  samples(split: Split, indices: number[]): Promise<Sample[]> {
    return this.#serve(() => this.#samplesOf(this.#session(), split, indices));
  }

  /** The class of each of the first `count` images. */
  labels(split: Split, count: number): Promise<Uint16Array> {
    return this.#serve(() => Uint16Array.from({ length: count }, (_, index) => this.#session().label(split, index)));
  }

  /** Images of the test set as the kernel sees them, through the latest M. */
  look(indices: number[], count: number): Promise<Look[]> {
    return this.#serve(() => this.#looks(this.#session(), indices, count));
  }

  /** The reader's drawing as the kernel weighs it: the norm of every patch through the latest M. */
  probeNorms(): Promise<Float32Array> {
    return this.#serve(() => this.#session().filtered("probe", 0, 0));
  }

  inspect(place: Place): Promise<Inspection> {
    return this.#serve(() => ({ place, ...this.#session().inspect(place) }));
  }

  patch(place: Place, position: number, train: number): Promise<PatchView> {
    return this.#serve(() => ({ place, position, train, ...this.#session().patch(place, position, train) }));
  }

  explain(wanted: Explain): Promise<Explained> {
    if (wanted.what === "matrix") return this.#explainMatrix(wanted);
    return this.#serve(() => {
      const session = this.#session();
      if (wanted.what === "kernel") return session.explainKernel(wanted.place, wanted.train, wanted.position);
      if (wanted.what === "answer") return session.explainAnswer(wanted.place);
      const { what, place, position } = wanted;
      return what === "gradient" ? session.explainGradient(place, position) : session.explainSeen(place, position);
    });
  }

  probe(drawing: Drawing): Promise<Probed> {
    return this.#serve(() => this.#session().probe(drawing));
  }

  deeper(level: number, split: Split, index: number, filters: number = DEEPER.filters): Promise<Deeper> {
    return this.#serve(() => this.#session().deeper(level, split, index, filters, DEEPER.places, DEEPER.drawn));
  }

  /** The training patches with the strongest response to each filter of the first level's best round. */
  strongest(): Promise<Deeper> {
    return this.#serve(() => this.#session().deeper(0, "test", 0, STRONGEST.filters, STRONGEST.places, 1));
  }

  /** The leading eigenvectors of the covariance of the training patches, which depends on no label. */
  patchComponents(): Promise<PatchComponents> {
    return this.#serve(() => this.#session().patchComponents(FILTER_COUNT));
  }

  /** Compares filters with templates; null for patches that are too small. */
  matchFilters(filters: Float32Array, patch: number, channels: number): Promise<FilterMatches | null> {
    return this.#serve(async () => (await this.#library()).matchFilters(filters, patch, channels));
  }

  outcomes(round: number, split: Split): Promise<Outcomes> {
    return this.#serve(() => this.#session().outcomes(round, split));
  }

  changed(split: Split, from: number, to: number): Promise<Changed> {
    return this.#serve(() => this.#session().changed(split, from, to));
  }

  spread(values: number[]): Promise<Spread> {
    return this.#serve(async () => (await this.#library()).spread(Float64Array.from(values)));
  }

  /** Prepares a network for the images of the run on show, in place of the one before. */
  prepareNetwork(settings: NetworkSettings): Promise<NetworkPlan> {
    return this.#serve(() => {
      const network = new NetworkTraining(this.#session().network(settings), new Control(this.#turns));
      this.#network?.free();
      this.#network = network;
      return network.plan;
    });
  }

  /** Trains the network that was prepared, or goes on with it. */
  trainNetwork(listener: TrainingListener): Promise<"finished" | "cancelled"> {
    const stage = (running: boolean) => this.#pool?.run(running);
    return this.#answer(() => {
      const training = this.#trained().go(listener, stage);
      this.#training = training.catch(() => {});
      return training;
    });
  }

  /** A layer of the network after an epoch. */
  networkLayer(epoch: number, layer: number): Promise<NetworkLayer> {
    return this.#answer(() => this.#trained().layer(epoch, layer, FILTER_COUNT));
  }

  /** For every epoch the correlation of the first layer's filters with a matrix over the same patches; NaN where it is not defined. */
  networkAgainst(matrix: Float32Array): Promise<Float64Array> {
    return this.#answer(() => this.#trained().against(matrix));
  }

  /** A network that others have trained; what it needs is loaded when one is opened. */
  pretrained(): Promise<PretrainedNetwork & Comlink.ProxyMarked> {
    return this.#serve(async () => {
      const [{ PretrainedNetwork }, library] = await Promise.all([import("./pretrained"), this.#library()]);
      this.#pretrained ??= new PretrainedNetwork({
        control: new Control(this.#turns),
        library,
        answer: (action) => this.#answer(action),
        stage: (running) => this.#pool?.run(running),
      });
      return Comlink.proxy(this.#pretrained);
    });
  }

  commandNetwork(command: "pause" | "resume" | "cancel") {
    if (command === "pause") this.#pool?.pause();
    else this.#pool?.resume();
    this.#network?.control[command]();
  }

  /** The bytes of a result file. JSON knows no NaN and has null in its place. */
  results(format: "npz" | "json"): Promise<Uint8Array> {
    return this.#serve(() =>
      format === "npz"
        ? this.#session().resultsArchive()
        : new TextEncoder().encode(JSON.stringify(this.#session().resultsObject())),
    );
  }

  /** Opens images of the reader's own. `wanted` is what a link says of their size. */
  open(request: OpenRequest, wanted: Partial<Side>, report: (opening: Opening) => void): Promise<Opened> {
    return this.#whileOpening((opener, signal, progress) => opener.open(request, wanted, signal, progress), report);
  }

  /** Makes the pictures that were opened into images of another size or colour. */
  gather(side: Side, report: (opening: Opening) => void): Promise<About> {
    return this.#whileOpening((opener, signal, progress) => opener.gather(side, signal, progress), report);
  }

  pause() {
    this.#control.pause();
    this.#pool?.pause();
  }

  resume() {
    this.#pool?.resume();
    this.#control.resume();
  }

  cancel() {
    this.#pool?.resume();
    this.#control.cancel();
  }

  /** Ends the opening in progress. */
  abandon() {
    this.#opening?.abort();
  }

  /** Runs stages until the stage, the round or the run ends. */
  async run(request: RunRequest, listener: RunListener): Promise<Outcome> {
    this.#control.begin((waiting) => listener.waiting(waiting));
    try {
      return await this.#run(request, listener);
    } finally {
      this.#control.end();
    }
  }

  async #run({ until, engine: wanted, gallery }: RunRequest, listener: RunListener): Promise<Outcome> {
    // Opening a graphics processor takes it from the run that computes on it.
    if (this.#turns && !(await this.#control.proceed())) return "cancelled";
    if (this.#engine?.wanted !== wanted) {
      const refused = await this.#serve(() => this.#useEngine(wanted, listener));
      if (refused !== null) return { refused };
    }
    if (this.#engine) await listener.engine(this.#engine.inUse);
    for (;;) {
      if (!(await this.#control.proceed())) return "cancelled";
      const report = await this.#serve(() => this.#advance(listener, gallery));
      if (report === "restarted") return "restarted";
      if (report.finished) return "finished";
      if (until === "stage") return "stage";
      if (until === "round" && (report.stage === "predict" || report.stage === "convolve")) return "round";
    }
  }

  /** Runs one stage and reports it. The page has drawn what it needs of a report before the next stage begins. */
  async #advance(listener: RunListener, gallery: number[]): Promise<StageReport | "restarted"> {
    const isTime = pace();
    const monitor = (progress: Progress) => {
      // Workers finish the jobs they have begun after a pause; the page shows none of that.
      if (!this.#control.paused && (isTime() || progress.done >= 1)) listener.progress(progress);
      return this.#control.proceed();
    };
    const session = this.#session();
    let report: StageReport;
    this.#pool?.run(true);
    try {
      report = (await session.advance(monitor)) as StageReport;
    } catch (error) {
      if (error instanceof Error && error.name === "Cancelled") return "restarted";
      throw error;
    } finally {
      this.#pool?.run(false);
    }
    if (this.#engine && this.#engine.inUse.description !== report.engine) {
      // It lost a worker, or it failed and another engine continued. The notice says why; the reason of the first is not its own.
      const { inUse } = this.#engine;
      const kind = report.engine.startsWith("gpu") ? "gpu" : "cpu";
      this.#engine.inUse = { engine: kind, description: report.engine, reason: kind === inUse.engine ? inUse.reason : "" };
      // A GPU that was asked for and given up is opened again when it is asked for again.
      if (this.#engine.wanted === "gpu") this.#engine.wanted = kind;
      await listener.engine(this.#engine.inUse);
    }
    await listener.stage(report);
    // The page looks through the M of the first level; it asks for what deeper levels have learned.
    if (report.features && report.level === 0) await listener.features(await this.#features(session, report.round + 1, gallery));
    return report;
  }

  /** The M that `round` will use. */
  async #features(session: Session, round: number, gallery: number[]): Promise<Features> {
    const spectrum = session.spectrum();
    const dimension = spectrum.length;
    const count = Math.min(FILTER_COUNT, dimension);
    const looks: Look[] = [];
    for (const index of gallery) {
      looks.push(...this.#looks(session, [index], Math.min(LOOK_COUNT, dimension)));
      await this.#control.proceed(); // a pause must not wait for the whole gallery
    }
    const features = { round, dimension, count, filters: session.filters(count), spectrum, matrix: session.matrix(), looks };
    return transferred(features);
  }

  /** Continues with another engine; the current round starts again. Returns the engine's own sentence where it cannot. */
  async #useEngine(wanted: EngineName, listener: RunListener): Promise<string | null> {
    await listener.engine(null);
    try {
      const known = wanted === "auto" ? (this.#first ?? this).#noGpu : null;
      const inUse = (await this.#session().useEngine(known ? "cpu" : wanted)) as EngineInUse;
      if (wanted === "auto" && inUse.engine === "cpu") (this.#first ?? this).#noGpu ??= inUse;
      this.#engine = { wanted, inUse: known ?? inUse };
      return null;
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) throw error;
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** A second or two of gradients, image by image: a run in progress waits, and Cancel ends it. */
  #explainMatrix({ round, row, column }: Extract<Explain, { what: "matrix" }>): Promise<Explained> {
    return this.#serve(async () => {
      const before = this.#control.cancels;
      const session = this.#session();
      const outerProducts = new Float64Array(session.sampleImages(round));
      for (let index = 0; index < outerProducts.length; index++) {
        outerProducts[index] = session.outerProduct(round, row, column, index);
        await nextMacrotask();
        if (this.#control.cancels !== before) throw new Error("cancelled");
      }
      return session.explainMatrix(round, row, column, outerProducts);
    });
  }

  async #whileOpening<T>(
    action: (opener: Opener, signal: AbortSignal, progress: (opening: Opening) => void) => Promise<T>,
    report: (opening: Opening) => void,
  ): Promise<T> {
    const library = await this.#library();
    const opening = new AbortController();
    this.#opening = opening;
    const isTime = pace();
    const progress = (now: Opening) => {
      if (isTime()) report(now);
    };
    try {
      this.#opener ??= new (await import("../sources/open")).Opener(library);
      return await action(this.#opener, opening.signal, progress);
    } finally {
      if (this.#opening === opening) this.#opening = null;
    }
  }

  /** The session that holds the reader's own images and the pool; runs are its siblings. */
  #library(): Promise<Session> {
    const first = this.#first;
    if (first) {
      return (this.#loading ??= first.#library().then(
        (session) => {
          this.#pool = first.#pool;
          return session.sibling();
        },
        (error: unknown) => {
          this.#loading = null;
          throw error;
        },
      ));
    }
    this.#loading ??= fetchEngine((response) => init({ module_or_path: response })).then(
      () => {
        this.#pool = startPool();
        const session = new Session();
        if (this.#pool.workers) session.useWorkers(this.#pool.workers);
        return session;
      },
      (error: unknown) => {
        this.#loading = null;
        throw notFetched(reason(error));
      },
    );
    return this.#loading;
  }

  #trained(): NetworkTraining {
    if (!this.#network) throw new Error("no network is prepared");
    return this.#network;
  }

  #session(): Session {
    if (!this.#shown) throw new Error("no run is shown");
    return this.#shown;
  }

  #samplesOf(session: Session, split: Split, indices: number[]): Sample[] {
    return indices.map((index) => ({ split, index, label: session.label(split, index), pixels: session.image(split, index) }));
  }

  #looks(session: Session, indices: number[], count: number): Look[] {
    return indices.map((index) => ({ split: "test", index, count, maps: session.filtered("test", index, count) }));
  }

  async #fetchPack(url: string) {
    let pack = this.#packs.get(url);
    if (!pack) {
      const { pathname } = new URL(url);
      const buffer = await fetchPatiently(url, (response) => response.arrayBuffer()).catch((error: unknown) => {
        throw notFetched(`${pathname}: ${reason(error)}`);
      });
      pack = new Uint8Array(buffer);
      this.#packs.set(url, pack);
    }
    return pack;
  }

  /** Waits for the lock and answers. */
  #serve<T>(action: () => T | Promise<T>): Promise<T> {
    return this.#answer(() => this.#lock.run(action));
  }

  /**
   * Hands the reply's arrays over. A trap leaves the engine unable to continue: the page is told as of a crash, and starts a new
   * worker.
   */
  async #answer<T>(action: () => T | Promise<T>): Promise<T> {
    try {
      return transferred(await action());
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      self.reportError(error);
      return new Promise(() => {});
    }
  }
}

const notFetched = (message: string) => Object.assign(new Error(message), { name: NOT_FETCHED });

/** Marks all typed arrays in a value, at any depth, to be transferred instead of copied. */
function transferred<T>(value: T): T {
  const buffers = new Set<Transferable>();
  const collect = (part: unknown) => {
    if (ArrayBuffer.isView(part)) buffers.add(part.buffer as ArrayBuffer);
    else if (part && typeof part === "object") Object.values(part).forEach(collect);
  };
  collect(value);
  return buffers.size ? Comlink.transfer(value, [...buffers]) : value;
}
