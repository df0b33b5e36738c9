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
 * @typedef {"star" | "dead-leaves" | "mnist" | "noisy-mnist" | "local-signal" | "fashion-mnist" | "cifar-10" | "svhn" | "own" | "hub"} DataName
 */
/** "probe" is the one image that the reader drew. @typedef {"train" | "validation" | "test" | "probe"} Split */
/** "convolve" is what comes between two levels. @typedef {"kernel" | "solve" | "predict" | "agop" | "convolve"} Stage */

/** What the reader may ask for. @typedef {"auto" | "cpu" | "gpu"} EngineName */

/**
 * The engine in use: its kind, one line about it and its adapter, and why it is this one.
 * @typedef {{engine: "cpu" | "gpu", description: string, reason: string}} EngineInUse
 */

/**
 * What to load: a built-in set or "opened", its split sizes, the seed of every random draw, the noise level where the set has
 * one, and whether the images are put in frames of noise.
 * @typedef {{name: string, train: number, validation: number, test: number, seed: number, sigma: number, frame: boolean}} DataSpec
 */

/**
 * @typedef {object} DataSummary
 * @property {string} name
 * @property {number} channels
 * @property {number} height
 * @property {number} width
 * @property {number} classes
 * @property {string[]} classNames
 * @property {number} train
 * @property {number} validation
 * @property {number} test
 * @property {Record<Exclude<Split, "probe">, number[]>} countsPerClass
 * @property {[number, number]} range  smallest and largest pixel value
 * @property {string} source
 * @property {string} licence
 * @property {number} duplicates  images that occur more than once, kept on one side of the split
 * @property {string[]} notes  what the reader of the files has to say
 */

/** A named file; the path is the one inside the folder it came in. @typedef {{path: string, file: Blob}} Entry */

/**
 * What the reader opens. `hub` is the address of the server, `count` the training images wanted of it.
 * @typedef {(
 *   {way: "files", entries: Entry[]} |
 *   {way: "hub", hub: string, name: string, count: number} |
 *   {way: "camera", classes: string[], shots: {label: number, picture: Blob}[]}
 * )} OpenRequest
 */

/** @typedef {OpenRequest["way"]} Way */

/** What pictures are made into. @typedef {{side: number, colour: boolean}} Side */

/**
 * All that was opened; of these images each split is drawn.
 * @typedef {object} About
 * @property {string} name
 * @property {number} channels
 * @property {number} height
 * @property {number} width
 * @property {string[]} classNames
 * @property {number} train
 * @property {number} test  0 where the files make no difference
 * @property {{train: number[], test: number[]}} counts  images per class
 * @property {[number, number]} range
 * @property {string} source
 * @property {string} licence
 * @property {string[]} notes
 */

/** `side` is null where the images came as arrays of pixels and have the size they have. @typedef {{about: About, side: Side | null}} Opened */

/** How far an opening is: bytes of a download, seconds of a wait, pictures decoded; a total of 0 is unknown. @typedef {{doing: "list" | "download" | "wait" | "read" | "decode", done: number, total: number}} Opening */

/**
 * @typedef {object} EngineSettings
 * @property {number} patch  q, pixels
 * @property {number} depth  L, convolution + ReLU layers
 * @property {number | "grid"} ridge  lambda, relative to the largest kernel value; of a grid the validation images choose in each round
 * @property {number} rounds  kernel fits; the number of updates of M is one less
 * @property {number | "all"} agopSamples  training images averaged over in the AGOP
 * @property {number} levels  1 to L; level l has a kernel of depth L - l
 * @property {number} width  filters drawn between two levels
 * @property {boolean} relu  whether what they make goes through a ReLU
 */

/** What a run will need; `seconds` of computing, as far as they are known before. @typedef {{bytes: number, seconds: number | null, engine: string}} Plan */

/**
 * `done` is the share of the stage, `share` the share of the whole run, both 0..1.
 * @typedef {{level: number, round: number, stage: Stage, done: number, share: number, secondsLeft: number | null}} Progress
 */

/**
 * Accuracies in percent; errors are mean squares of f - y over images and outputs.
 * @typedef {{validation: number | null, test: number | null, validationError: number | null, testError: number | null}} Accuracy
 */

/**
 * @typedef {object} StageReport
 * @property {number} level
 * @property {number} round
 * @property {Stage} stage
 * @property {number} seconds
 * @property {boolean} finished  no stage is left in the run
 * @property {number} [ridge]  after "solve": the ridge that was used, chosen of a grid or not
 * @property {number} [retries]  after "solve": how often a larger ridge had to be tried
 * @property {number} [residual]  of the ridge regression, relative
 * @property {number} [scale]  after "solve": largest kernel value on the training images
 * @property {Accuracy} [accuracy]  after "predict"
 * @property {number} [best]  after "predict": the round kept so far, chosen on validation
 * @property {boolean} [features]  after "agop": M has changed
 * @property {string} engine  description of the engine that ran the stage
 * @property {number | null} [rate]  position-layers a second, of a kernel stage
 * @property {string | null} [notice]  what happened when an engine failed and the run went on with another
 */

/**
 * One image with its label; `pixels` is (c, H, W).
 * @typedef {{split: Split, index: number, label: number, pixels: Float32Array}} Sample
 */

/**
 * One image seen through M: `maps` is (1 + count, H-q+1, W-q+1), first ||sqrt(M) u_p||, then ||v v^T u_p|| per leading eigenvector.
 * @typedef {{split: Split, index: number, count: number, maps: Float32Array}} Look
 */

/**
 * M after an AGOP stage. `round` is the round that will use it (the AGOP of round t gives the features of round t + 1).
 * @typedef {object} Features
 * @property {number} round
 * @property {number} dimension  d
 * @property {number} count  how many leading filters are in `filters`
 * @property {Float32Array} filters  (count, c, q, q), unit norm
 * @property {Float32Array} spectrum  (d), largest first, sums to 1
 * @property {Float32Array} matrix  (d, d)
 * @property {Look[]} looks  the gallery images seen through this M
 */

/**
 * An image under the machine of one round: with that round's patch transform and, once they are solved for, its weights.
 * `output` is the class whose prediction f is asked about.
 * @typedef {{round: number, split: Split, index: number, output: number}} Place
 */

/**
 * What the machine of a round makes of an image; null is what that round has not computed yet.
 * @typedef {object} Inspection
 * @property {Place} place
 * @property {number} label  -1 of a probe
 * @property {Float32Array} pixels  (c, H, W)
 * @property {Float32Array} seen  (c, H, W): sqrt(M / trace M) u_p at the centre pixel of every patch, 0 in the margin; round 0: the image itself
 * @property {{values: Float32Array, order: Uint32Array} | null} kernel  K(x, train) / s, and the training images from the nearest on
 * @property {Float32Array | null} answer  f(x), one number per class
 * @property {Float32Array | null} weights  alpha of the output, one number per training image
 * @property {Float32Array | null} gradient  |d f / d u_p| at every position (H-q+1, W-q+1)
 */

/**
 * One patch of an image: u_p, sqrt(M / trace M) u_p and d f / d u_p, each (c, q, q); `nearest` is the same patch of the training
 * image asked for.
 * @typedef {{place: Place, position: number, train: number, patch: Float32Array, seen: Float32Array, gradient: Float32Array | null, nearest: Float32Array}} PatchView
 */

/** A sum written out: its largest terms, and what all the others add. @typedef {{index: number, factors: number[], product: number}} Term */

/**
 * The arithmetic of one number, in double precision. Sums give their largest terms and the sum of all others.
 *
 * kernel: K(x, train) / s. The layers' values at one position each: the position asked for, and in later layers the one whose
 * window it is in the middle of. S, T, N, N' before, `sOut` = r k1 and `tOut` = T k0 after.
 * answer: f_o(x) = sum_i K(x, x_i) / s alpha_io; factors: K / s, alpha.
 * gradient: |g_p|^2 = sum_j g_pj^2; factors: g_pj.
 * matrix: M_ij = mean over the sample images of sum over positions and outputs of g_i g_j; terms are the first images in order, factors none.
 * seen: |sqrt(M / trace M) u_p|^2 = sum_r share_r (v_r . u_p)^2; factors: share, v_r . u_p.
 * @typedef {(
 *   {what: "kernel", train: number, position: number, channels: number, inner: number, value: number, whole: number, scale: number, positions: number,
 *    layers: {position: number, s: number, t: number, n: number, m: number, r: number, rho: number, k0: number, k1: number, sOut: number, tOut: number}[]} |
 *   {what: "answer" | "gradient" | "seen", value: number, terms: Term[], others: number, rest: number} |
 *   {what: "matrix", row: number, column: number, value: number, trace: number, terms: Term[], others: number, rest: number}
 * )} Explained
 */

/**
 * What is to be explained.
 * @typedef {(
 *   {what: "kernel", place: Place, train: number, position: number} |
 *   {what: "answer", place: Place} |
 *   {what: "gradient" | "seen", place: Place, position: number} |
 *   {what: "matrix", round: number, row: number, column: number}
 * )} Explain
 */

/** How a round did on a part: `confusion` is (classes, classes), rows the truth, columns the answer. @typedef {{confusion: Uint32Array, answers: Uint32Array}} Outcomes */

/** Images of a part answered wrongly by one round and rightly by another, and the other way round. @typedef {{gained: Uint32Array, lost: Uint32Array}} Changed */

/**
 * What the reader draws. Strokes are points (x, y, x, y, ...) in any unit, y downwards, the pen's radius in the same; they are
 * brought to size as the digits of MNIST are. A star is put with its upper left corner at (row, column) into noise.
 * @typedef {{way: "digit", strokes: Float32Array[], pen: number} | {way: "star", row: number, column: number}} Drawing
 */

/** The drawn image and what every round so far answers; `seconds` of computing. @typedef {{pixels: Float32Array, answers: Float32Array[], seconds: number}} Probed */

/**
 * What a level has learned: the leading eigenvectors of M (count of `shares`) as filters over first images, `fields` (count, c, side,
 * side); for each the training images that answer strongest, the fields there as `strongest` (count, places, c, side, side) and the
 * `responses` (count, places); the image asked about convolved with random filters from N(0, M / trace M), `learned`, and with the same
 * random numbers from N(0, I / d), `isotropic`: each (drawn, rows, columns).
 * @typedef {{level: number, round: number, side: number, shares: Float32Array, fields: Float32Array, strongest: Float32Array,
 *   responses: Float32Array, rows: number, columns: number, learned: Float32Array, isotropic: Float32Array}} Deeper
 */

/**
 * A question that gets exactly one reply. `run` opens the engine if it is not yet the wanted one, and replies when the run
 * stops: finished, one stage or one round further, cancelled, or refused for want of the engine.
 * @typedef {(
 *   {kind: "open", request: OpenRequest, wanted: Partial<Side>} |
 *   {kind: "gather", side: Side} |
 *   {kind: "load", spec: DataSpec, packUrl: string | null} |
 *   {kind: "start", settings: EngineSettings} |
 *   {kind: "samples", split: Split, indices: number[]} |
 *   {kind: "look", split: Split, indices: number[], count: number} |
 *   {kind: "inspect", place: Place} |
 *   {kind: "patch", place: Place, position: number, train: number} |
 *   {kind: "explain", explain: Explain} |
 *   {kind: "outcomes", round: number, split: Split} |
 *   {kind: "changed", split: Split, from: number, to: number} |
 *   {kind: "probe", drawing: Drawing} |
 *   {kind: "deeper", level: number, split: Split, index: number} |
 *   {kind: "results", format: "npz" | "json"} |
 *   {kind: "spread", values: number[]} |
 *   {kind: "run", until: "stage" | "round" | "end", engine: EngineName, gallery: {split: Split, indices: number[]}}
 * )} Question
 */

/**
 * How a run stopped. Cancelled between two stages it goes on where it was; in the middle of one ("restarted") its round is given
 * up and starts anew. `refused` says in words why the wanted engine cannot be used.
 * @typedef {"finished" | "stage" | "round" | "cancelled" | "restarted" | {refused: string}} Outcome
 */

/** Mean and standard deviation (of a sample: over n - 1; 0 of one value). @typedef {{mean: number, deviation: number}} Spread */

/**
 * Replies by the kind of their question. `results` are the bytes of a file: an .npz archive with the arrays of the command line's
 * `--out`, or JSON with the same names, numbers in nested lists and null for what is not a number.
 * @typedef {{open: Opened, gather: About, load: DataSummary, start: Plan, samples: Sample[], look: Look[], inspect: Inspection,
 *   patch: PatchView, explain: Explained, outcomes: Outcomes, changed: Changed, probe: Probed, deeper: Deeper, results: Uint8Array, spread: Spread,
 *   run: Outcome}} Replies
 */

/**
 * Commands act at once, also in the middle of a stage, and get no reply but the `held` event. "abandon" ends an opening.
 * @typedef {"pause" | "resume" | "cancel" | "abandon"} Command
 */

/** @typedef {{id: number, question: Question} | {command: Command}} ToWorker */

/**
 * A failure is `said` in the words of the page, else in those of the engine, which are English.
 * @typedef {(
 *   {id: number, reply: Replies[keyof Replies]} |
 *   {id: number, failure: string, said: boolean} |
 *   {event: "progress", progress: Progress} |
 *   {event: "engine", engine: EngineInUse | null} |
 *   {event: "stage", report: StageReport} |
 *   {event: "features", features: Features} |
 *   {event: "held", held: boolean} |
 *   {event: "opening", opening: Opening}
 * )} FromWorker
 */

/** Leading filters drawn per round; fewer where the patch has fewer dimensions. */
export const FILTER_COUNT = 8;

/** Of a level: leading filters, training images that answer strongest to each, and random filters. */
export const DEEPER = { filters: 4, places: 4, drawn: 6 };

/** Leading filters an image is seen through. */
export const LOOK_COUNT = 4;
