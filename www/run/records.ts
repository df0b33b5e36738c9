/**
 * What the page and its worker say to each other: types only, plus the few constants both sides must agree on.
 *
 * The shapes that come from the engine (`DataSpec` .. `StageReport`) are those of the `Session` class of `pkg/convrfm.js`;
 * shapes are given as (rows, columns) of row-major arrays, with the field's letters: c channels, H x W pixels, q patch side,
 * d = c q^2 patch dimension, M the feature matrix (patch AGOP).
 */

/**
 * The built-in sets and the sample packs by their names in the engine; "own" and "hub" are what the reader opened, from files
 * or the webcam, and from the hub.
 */
export type DataName =
  "star" | "dead-leaves" | "mnist" | "noisy-mnist" | "local-signal" | "fashion-mnist" | "cifar-10" | "svhn" | "own" | "hub";
/** "probe" is the one image that the reader drew. */
export type Split = "train" | "validation" | "test" | "probe";
/** "convolve" is what comes between two levels. */
export type Stage = "kernel" | "solve" | "predict" | "agop" | "convolve";

/** What the reader may ask for. */
export type EngineName = "auto" | "cpu" | "gpu";

/** The engine in use: its kind, one line about it and its adapter, and why it is this one. */
export type EngineInUse = { engine: "cpu" | "gpu"; description: string; reason: string };

/**
 * What to load: a built-in set or "opened", its split sizes, the seed of every random draw, the noise level where the set has
 * one, and whether the images are put in frames of noise.
 */
export type DataSpec = {
  name: string;
  train: number;
  validation: number;
  test: number;
  seed: number;
  sigma: number;
  frame: boolean;
};

export interface DataSummary {
  name: string;
  channels: number;
  height: number;
  width: number;
  classes: number;
  classNames: string[];
  train: number;
  validation: number;
  test: number;
  countsPerClass: Record<Exclude<Split, "probe">, number[]>;
  /** smallest and largest pixel value */
  range: [number, number];
  source: string;
  licence: string;
  /** images that occur more than once, kept on one side of the split */
  duplicates: number;
  /** what the reader of the files has to say */
  notes: string[];
}

/** A named file; the path is the one inside the folder it came in. */
export type Entry = { path: string; file: Blob };

/** What the reader opens. `hub` is the address of the server, `count` the training images wanted of it. */
export type OpenRequest =
  | { way: "files"; entries: Entry[] }
  | { way: "hub"; hub: string; name: string; count: number }
  | { way: "camera"; classes: string[]; shots: { label: number; picture: Blob }[] };

export type Way = OpenRequest["way"];

/** What pictures are made into. */
export type Side = { side: number; colour: boolean };

/** All that was opened; of these images each split is drawn. */
export interface About {
  name: string;
  channels: number;
  height: number;
  width: number;
  classNames: string[];
  train: number;
  /** 0 where the files make no difference */
  test: number;
  /** images per class */
  counts: { train: number[]; test: number[] };
  range: [number, number];
  source: string;
  licence: string;
  notes: string[];
}

/** `side` is null where the images came as arrays of pixels and have the size they have. */
export type Opened = { about: About; side: Side | null };

/** How far an opening is: bytes of a download, seconds of a wait, pictures decoded; a total of 0 is unknown. */
export type Opening = { doing: "list" | "download" | "wait" | "read" | "decode"; done: number; total: number };

export interface EngineSettings {
  /** q, pixels */
  patch: number;
  /** L, convolution + ReLU layers */
  depth: number;
  /** lambda, relative to the largest kernel value; of a grid the validation images choose in each round */
  ridge: number | "grid";
  /** kernel fits; the number of updates of M is one less */
  rounds: number;
  /** training images averaged over in the AGOP */
  agopSamples: number | "all";
  /** 1 to L; level l has a kernel of depth L - l */
  levels: number;
  /** filters drawn between two levels */
  width: number;
  /** whether what they make goes through a ReLU */
  relu: boolean;
}

/** What a run will need; `seconds` of computing, as far as they are known before. */
export type Plan = { bytes: number; seconds: number | null; engine: string };

/** `done` is the share of the stage, `share` the share of the whole run, both 0..1. */
export type Progress = { level: number; round: number; stage: Stage; done: number; share: number; secondsLeft: number | null };

/** Accuracies in percent; errors are mean squares of f - y over images and outputs. */
export type Accuracy = { validation: number | null; test: number | null; validationError: number | null; testError: number | null };

export interface StageReport {
  level: number;
  round: number;
  stage: Stage;
  seconds: number;
  /** no stage is left in the run */
  finished: boolean;
  /** after "solve": the ridge that was used, chosen of a grid or not */
  ridge?: number;
  /** after "solve": how often a larger ridge had to be tried */
  retries?: number;
  /** of the ridge regression, relative */
  residual?: number;
  /** after "solve": largest kernel value on the training images */
  scale?: number;
  /** after "predict" */
  accuracy?: Accuracy;
  /** after "predict": the round kept so far, chosen on validation */
  best?: number;
  /** after "agop": M has changed */
  features?: boolean;
  /** description of the engine that ran the stage */
  engine: string;
  /** position-layers a second, of a kernel stage */
  rate?: number | null;
  /** what happened when an engine failed and the run went on with another */
  notice?: string | null;
}

/** One image with its label; `pixels` is (c, H, W). */
export type Sample = { split: Split; index: number; label: number; pixels: Float32Array };

/** One image seen through M: `maps` is (1 + count, H-q+1, W-q+1), first ||sqrt(M) u_p||, then ||v v^T u_p|| per leading eigenvector. */
export type Look = { split: Split; index: number; count: number; maps: Float32Array };

/** M after an AGOP stage. `round` is the round that will use it (the AGOP of round t gives the features of round t + 1). */
export interface Features {
  round: number;
  /** d */
  dimension: number;
  /** how many leading filters are in `filters` */
  count: number;
  /** (count, c, q, q), unit norm */
  filters: Float32Array;
  /** (d), largest first, sums to 1 */
  spectrum: Float32Array;
  /** (d, d) */
  matrix: Float32Array;
  /** the gallery images seen through this M */
  looks: Look[];
}

/**
 * An image under the machine of one round: with that round's patch transform and, once they are solved for, its weights.
 * `output` is the class whose prediction f is asked about.
 */
export type Place = { round: number; split: Split; index: number; output: number };

/** What the machine of a round makes of an image; null is what that round has not computed yet. */
export interface Inspection {
  place: Place;
  /** -1 of a probe */
  label: number;
  /** (c, H, W) */
  pixels: Float32Array;
  /** (c, H, W): sqrt(M / trace M) u_p at the centre pixel of every patch, 0 in the margin; round 0: the image itself */
  seen: Float32Array;
  /**
   * K(x, train) / s, and the training images from the nearest on: by `similarity`, K(x, x') / sqrt(K(x, x) K(x', x')), where it is
   * given, else by K.
   */
  kernel: { values: Float32Array; similarity?: Float32Array; order: Uint32Array } | null;
  /** f(x), one number per class */
  answer: Float32Array | null;
  /** alpha of the output, one number per training image */
  weights: Float32Array | null;
  /** |d f / d u_p| at every position (H-q+1, W-q+1) */
  gradient: Float32Array | null;
}

/**
 * One patch of an image: u_p, sqrt(M / trace M) u_p and d f / d u_p, each (c, q, q); `nearest` is the same patch of the training
 * image asked for.
 */
export type PatchView = {
  place: Place;
  position: number;
  train: number;
  patch: Float32Array;
  seen: Float32Array;
  gradient: Float32Array | null;
  nearest: Float32Array;
};

/** A sum written out: its largest terms, and what all the others add. */
export type Term = { index: number; factors: number[]; product: number };

/**
 * The arithmetic of one number, in double precision. Sums give their largest terms and the sum of all others.
 * kernel: K(x, train) / s. The layers' values at one position each: the position asked for, and in later layers the one whose
 * window it is in the middle of. S, T, N, N' before, `sOut` = r k1 and `tOut` = T k0 after.
 * answer: f_o(x) = sum_i K(x, x_i) / s alpha_io; factors: K / s, alpha.
 * gradient: |g_p|^2 = sum_j g_pj^2; factors: g_pj.
 * matrix: M_ij = mean over the sample images of sum over positions and outputs of g_i g_j; terms are the first images in order, factors none.
 * seen: |sqrt(M / trace M) u_p|^2 = sum_r share_r (v_r . u_p)^2; factors: share, v_r . u_p.
 */
export type Explained =
  | {
      what: "kernel";
      train: number;
      position: number;
      channels: number;
      inner: number;
      value: number;
      whole: number;
      scale: number;
      positions: number;
      layers: {
        position: number;
        s: number;
        t: number;
        n: number;
        m: number;
        r: number;
        rho: number;
        k0: number;
        k1: number;
        sOut: number;
        tOut: number;
      }[];
    }
  | { what: "answer" | "gradient" | "seen"; value: number; terms: Term[]; others: number; rest: number }
  | { what: "matrix"; row: number; column: number; value: number; trace: number; terms: Term[]; others: number; rest: number };

/** What is to be explained. */
export type Explain =
  | { what: "kernel"; place: Place; train: number; position: number }
  | { what: "answer"; place: Place }
  | { what: "gradient" | "seen"; place: Place; position: number }
  | { what: "matrix"; round: number; row: number; column: number };

/** How a round did on a part: `confusion` is (classes, classes), rows the truth, columns the answer. */
export type Outcomes = { confusion: Uint32Array; answers: Uint32Array };

/** Images of a part answered wrongly by one round and rightly by another, and the other way round. */
export type Changed = { gained: Uint32Array; lost: Uint32Array };

/**
 * What the reader draws. Strokes are points (x, y, x, y, ...) in any unit, y downwards, the pen's radius in the same; they are
 * brought to size as the digits of MNIST are. A star is put with its upper left corner at (row, column) into noise.
 */
export type Drawing = { way: "digit"; strokes: Float32Array[]; pen: number } | { way: "star"; row: number; column: number };

/** The drawn image and what every round so far answers; `seconds` of computing. */
export type Probed = { pixels: Float32Array; answers: Float32Array[]; seconds: number };

/**
 * What a level has learned: the leading eigenvectors of M (count of `shares`) as filters over first images, `fields` (count, c, side,
 * side); for each the training images that answer strongest, the fields there as `strongest` (count, places, c, side, side) and the
 * `responses` (count, places); the image asked about convolved with random filters from N(0, M / trace M), `learned`, and with the same
 * random numbers from N(0, I / d), `isotropic`: each (drawn, rows, columns).
 */
export type Deeper = {
  level: number;
  round: number;
  side: number;
  shares: Float32Array;
  fields: Float32Array;
  strongest: Float32Array;
  responses: Float32Array;
  rows: number;
  columns: number;
  learned: Float32Array;
  isotropic: Float32Array;
};

/**
 * How a run stopped. Cancelled between two stages it goes on where it was; in the middle of one ("restarted") its round is given
 * up and starts anew. `refused` says in words why the wanted engine cannot be used.
 */
export type Outcome = "finished" | "stage" | "round" | "cancelled" | "restarted" | { refused: string };

/** Mean and standard deviation (of a sample: over n - 1; 0 of one value). */
export type Spread = { mean: number; deviation: number };

/** A data set loaded and a run planned on it: images to show of it, and the gallery as the fixed kernel sees it. */
export interface Prepared {
  summary: DataSummary;
  plan: Plan;
  samples: Sample[];
  gallery: Sample[];
  plainLooks: Look[];
}

/** Classes whose images are shown. */
export const SHOWN_CLASSES = 10;

/** Leading filters drawn per round; fewer where the patch has fewer dimensions. */
export const FILTER_COUNT = 8;

/** Of a level: leading filters, training images that answer strongest to each, and random filters. */
export const DEEPER = { filters: 4, places: 4, drawn: 6 };

/** Leading filters an image is seen through. */
export const LOOK_COUNT = 4;
