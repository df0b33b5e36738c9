// Made of src/records by `WRITE_TYPES=1 cargo test -p convrfm --lib records`. Do not edit.

export type SourceName = "star" | "mnist" | "noisy-mnist" | "local-signal" | "dead-leaves" | "fashion-mnist" | "cifar-10" | "svhn";

export type Split = "train" | "validation" | "test" | "probe";

export type EngineName = "auto" | "cpu" | "gpu";

/**
 * Numbers that cross as a `Float32Array`.
 */
export type Floats = Float32Array;

/**
 * Whole numbers that cross as a `Uint32Array`.
 */
export type Indices = Uint32Array;

/**
 * The stages of a round, in order, the one between two levels, and the one of a network. The last round has no AGOP; if the run
 * goes on with more rounds, it follows then.
 */
export type Stage = "kernel" | "solve" | "agop" | "predict" | "convolve" | "train";

/**
 * How far a run is.
 */
export type Progress = { 
/**
 * Level, from 0.
 */
level: number, 
/**
 * Round, from 0.
 */
round: number, 
/**
 * Stage of the round.
 */
stage: Stage, 
/**
 * Share of the stage that is done, 0 to 1.
 */
done: number, 
/**
 * Share of the whole run that is done, 0 to 1, by counted work.
 */
share: number, 
/**
 * Computing seconds left at the speed so far; none in the first moments.
 */
secondsLeft: number | null, };

/**
 * The part of a data set that a picture belongs to.
 */
export type Part = "train" | "test";

/**
 * Images per class in each part.
 */
export type Counts = { train: Array<number>, validation: Array<number>, test: Array<number>, };

/**
 * Images per class in each part of what was read.
 */
export type PartCounts = { train: Array<number>, test: Array<number>, };

/**
 * Which data set to load: a built-in set or `opened`, and how to draw it.
 */
export type DataSpec = { name: string, train: number, validation: number, test: number, 
/**
 * Seed of every random draw; whole numbers up to 2^53.
 */
seed: number, 
/**
 * Standard deviation of the noise, where there is noise.
 */
sigma: number, 
/**
 * Whether to put the images into noisy frames.
 */
frame: boolean, };

/**
 * What was made or read.
 */
export type DataSummary = { name: string, channels: number, height: number, width: number, classes: number, classNames: Array<string>, train: number, validation: number, test: number, countsPerClass: Counts, 
/**
 * Smallest and largest pixel value.
 */
range: [number, number], source: string, licence: string, 
/**
 * Images skipped as copies of an image in an earlier part.
 */
duplicates: number, 
/**
 * What was done on reading, a sentence each.
 */
notes: Array<string>, };

/**
 * A set of decoded pictures to be gathered.
 */
export type GatherSpec = { classes: Array<string>, side: number, colour: boolean, name: string, source: string, licence: string, };

/**
 * A data set that was opened or gathered.
 */
export type About = { name: string, channels: number, height: number, width: number, classNames: Array<string>, train: number, 
/**
 * 0 where the files make no difference.
 */
test: number, counts: PartCounts, range: [number, number], source: string, licence: string, notes: Array<string>, };

/**
 * One encoded picture; `split` is null when its folders name no part.
 */
export type PictureEntry = { path: string, class: string, split: Part | null, };

/**
 * Encoded pictures, to be decoded by the page.
 */
export type PicturesFound = { pictures: Array<PictureEntry>, classes: Array<string>, suggestedSide: number, suggestedColour: boolean, };

/**
 * What files turned out to be.
 */
export type Opened = { "kind": "collection", about: About, } | { "kind": "pictures" } & PicturesFound;

/**
 * What the user draws: a digit's strokes as x, y, x, y, ... with y downwards and the pen's radius in the same unit, or the place of
 * a star's upper left corner. Not an enum with a tag: reading one would take typed arrays for objects.
 */
export type Drawing = { way: "digit", strokes: Float32Array[], pen: number } | { way: "star", row: number, column: number };

/**
 * Settings of a run.
 */
export type RunSettings = { 
/**
 * q, in pixels.
 */
patch: number, 
/**
 * L, layers of the kernel.
 */
depth: number, 
/**
 * lambda, relative to the largest kernel value; of a grid the validation images choose in each round.
 */
ridge: number | "grid", 
/**
 * Rounds; round 0 is the fixed kernel.
 */
rounds: number, 
/**
 * Training images in the AGOP.
 */
agopSamples: number | "all", 
/**
 * 1 to L. Level l has a kernel of depth L - l.
 */
levels: number, 
/**
 * Filters drawn between two levels.
 */
width: number, 
/**
 * Whether convolved images go through a ReLU.
 */
relu: boolean, 
/**
 * Side of the windows over which they are averaged; 1 for none.
 */
pooling: number, };

/**
 * What a run will take.
 */
export type Plan = { bytes: number, 
/**
 * Of computing, when the engine's speed is known before it runs.
 */
seconds: number | null, engine: string, };

/**
 * Percent classified correctly, and mean squared errors.
 */
export type Accuracy = { validation: number | null, test: number | null, validationError: number | null, testError: number | null, };

/**
 * One finished stage.
 */
export type StageReport = { level: number, round: number, stage: Stage, seconds: number, 
/**
 * Whether no stage is left in the run.
 */
finished: boolean, 
/**
 * The largest kernel value on the training images.
 */
scale: number, 
/**
 * After `solve`: the ridge that was used.
 */
ridge: number | null, 
/**
 * After `solve`: how often a larger ridge had to be tried.
 */
retries: number | null, 
/**
 * After `solve`: the relative residual.
 */
residual: number | null, 
/**
 * After `predict`.
 */
accuracy: Accuracy | null, 
/**
 * The best round so far, chosen on validation.
 */
best: number | null, 
/**
 * After `agop`: M has changed.
 */
features: boolean, 
/**
 * Description of the engine that ran the stage.
 */
engine: string, 
/**
 * Position-layers a second, of a kernel stage.
 */
rate: number | null, 
/**
 * What happened when an engine failed and the run went on with another.
 */
notice: string | null, };

/**
 * The engine in use.
 */
export type EngineReport = { engine: "cpu" | "gpu", 
/**
 * One line: name, adapter, kind.
 */
description: string, 
/**
 * Why it was chosen.
 */
reason: string, };

/**
 * An image in a round; `output` is the class whose prediction is asked about.
 */
export type Place = { round: number, split: Split, index: number, output: number, };

/**
 * The kernel of an image x with every training image x'.
 */
export type KernelRow = { 
/**
 * `K(x, x') / s`.
 */
values: Floats, 
/**
 * `K(x, x') / sqrt(K(x, x) K(x', x'))`.
 */
similarity: Floats, 
/**
 * Training images from the most similar to the least.
 */
order: Indices, };

/**
 * An image in a round; null for what the round has not computed yet.
 */
export type Inspection = { 
/**
 * -1 of the image that the user drew.
 */
label: number, 
/**
 * (c, H, W).
 */
pixels: Floats, 
/**
 * (c, H, W): `sqrt(M / trace M) u_p` at the centre pixel of every patch, 0 in the margin. In round 0 the image itself.
 */
seen: Floats, kernel: KernelRow | null, 
/**
 * The prediction, one value per class.
 */
answer: Floats | null, 
/**
 * alpha of the output, one value per training image.
 */
weights: Floats | null, 
/**
 * Norm of the gradient at every position, (H - q + 1, W - q + 1).
 */
gradient: Floats | null, };

/**
 * One patch of an image, (c, q, q).
 */
export type PatchInspection = { 
/**
 * `u_p`.
 */
patch: Floats, 
/**
 * `sqrt(M / trace M) u_p`.
 */
seen: Floats, 
/**
 * The same patch of a training image.
 */
nearest: Floats, 
/**
 * `d f / d u_p`; null before the ridge regression.
 */
gradient: Floats | null, };

/**
 * The drawn image and the prediction of every round that has coefficients.
 */
export type ProbeReport = { pixels: Floats, answers: Array<Floats>, 
/**
 * Of computing.
 */
seconds: number, };

/**
 * A confusion matrix, `k x k` with true classes as rows, and the predicted class of each image.
 */
export type ConfusionReport = { confusion: Indices, answers: Indices, };

/**
 * Images that are wrong before and correct after, and the reverse.
 */
export type ChangedReport = { gained: Indices, lost: Indices, };

/**
 * What a level has learned in its best round, and what follows from it.
 */
export type LevelReport = { level: number, round: number, 
/**
 * Side of the receptive fields in pixels.
 */
side: number, 
/**
 * Eigenvalues as shares of the trace.
 */
shares: Floats, 
/**
 * The leading eigenvectors as filters over the pixels of the first level, `filters x c x side x side`.
 */
fields: Floats, 
/**
 * For each filter the training images with the strongest response, `filters x places x c x side x side`.
 */
strongest: Floats, 
/**
 * Those responses.
 */
responses: Floats, rows: number, columns: number, 
/**
 * An image convolved with filters from `N(0, M / trace M)`, `drawn x rows x columns`.
 */
learned: Floats, 
/**
 * The same image and random numbers with filters from `N(0, I / d)`.
 */
isotropic: Floats, };

/**
 * The leading eigenvectors of the covariance of training patches.
 */
export type PatchComponents = { 
/**
 * Training images whose patches it is the covariance of.
 */
images: number, 
/**
 * (count, c, q, q), unit norm.
 */
filters: Floats, 
/**
 * Eigenvalues as shares of the trace, as many as there are filters.
 */
shares: Floats, };

/**
 * The template that a filter matches best.
 */
export type TemplateMatch = { family: "edge" | "bar" | "centre-surround" | "constant", 
/**
 * Absolute correlation, 0 to 1.
 */
correlation: number, 
/**
 * Share of random filters that match a template at least as well.
 */
chance: number, 
/**
 * Whether it matches an edge or a bar better than 95 of 100 random filters.
 */
counts: boolean, };

/**
 * Filters compared with templates and with random filters.
 */
export type FilterMatches = { 
/**
 * One for each filter.
 */
matches: Array<TemplateMatch>, 
/**
 * Filters that match an edge or a bar better than 95 of 100 random filters.
 */
edges: number, 
/**
 * The correlation that 95 of 100 random filters stay below.
 */
random95: number, };

/**
 * Settings of a network and its training.
 */
export type NetworkSettings = { 
/**
 * Layers of convolution and ReLU.
 */
layers: number, 
/**
 * Filters per layer.
 */
width: number, 
/**
 * q, in pixels.
 */
patch: number, 
/**
 * Passes over the training images.
 */
epochs: number, 
/**
 * Images per step.
 */
batch: number, 
/**
 * Standard deviation of the first weights.
 */
init: number | "he", 
/**
 * Added to the gradient of every weight, times the weight.
 */
weightDecay: number, 
/**
 * Training images in the AGOP.
 */
agopSamples: number, 
/**
 * Random filters of a baseline, first weights and batches.
 */
seed: number, };

/**
 * A network that can be trained.
 */
export type NetworkPlan = { 
/**
 * Numbers that training changes.
 */
parameters: number, };

/**
 * Similarity of two symmetric positive semidefinite matrices A and B, each 1 for proportional ones. None where it is not
 * defined: for the Pearson correlation where all entries of a matrix are equal, for the cosine where they are 0.
 */
export type Correlation = { 
/**
 * Pearson correlation of the entries of A and B.
 */
pearson: number | null, 
/**
 * Pearson correlation of the entries of A and of the root of B.
 */
pearsonRoot: number | null, 
/**
 * Cosine of A and B, nothing centred.
 */
cosine: number | null, 
/**
 * Cosine of A and the root of B.
 */
cosineRoot: number | null, };

/**
 * Correlations beside which that of a trained network has to be seen: NFM and AGOP share `W`, and `Kd = I` gives exactly 1.
 */
export type Baselines = { 
/**
 * NFM and AGOP of the network before training.
 */
untrained: Correlation, 
/**
 * Pearson correlation of the NFM before training with the NFM after it; none where one of them is constant.
 */
initialNfm: number | null, 
/**
 * `R^T R` and `R^T Kd R` of random filters R with the trained Kd.
 */
randomWeights: Correlation, 
/**
 * Of what training has added: `C^T C` and `C^T Kd C` with `C = W - W0`.
 */
centred: Correlation, };

/**
 * How similar NFM and AGOP of a layer are, and what that has to be compared with.
 */
export type LayerCorrelations = { correlation: Correlation, baselines: Baselines, };

/**
 * A network after an epoch; epoch 0 is before training.
 */
export type EpochReport = { epoch: number, 
/**
 * Whether no epoch is left.
 */
finished: boolean, 
/**
 * Mean loss over the training images in this epoch; null before training.
 */
loss: number | null, 
/**
 * Percent on the training images in this epoch; null before training.
 */
trainAccuracy: number | null, validationAccuracy: number | null, testAccuracy: number | null, 
/**
 * Of computing, the ansatz not included.
 */
seconds: number, layers: Array<LayerCorrelations>, 
/**
 * The epoch with the best accuracy on the validation images so far, the first of equals.
 */
best: number | null, };

/**
 * A covariance over patches and its leading eigenvectors.
 */
export type CovarianceReport = { 
/**
 * Over its trace: its first rows and columns.
 */
matrix: Floats, 
/**
 * Eigenvectors, (count, c, q, q), unit norm.
 */
filters: Floats, 
/**
 * Their eigenvalues as shares of the trace.
 */
shares: Floats, };

/**
 * A layer after an epoch.
 */
export type LayerAnsatzReport = { epoch: number, layer: number, 
/**
 * Channels of the input; d = channels q^2.
 */
channels: number, 
/**
 * q.
 */
patch: number, nfm: CovarianceReport, 
/**
 * Null where no answer depends on the layer.
 */
agop: CovarianceReport | null, };

/**
 * A convolution.
 */
export type LayerSizes = { 
/**
 * As the file has it.
 */
name: string, filters: number, 
/**
 * Channels of the input; d = channels q^2.
 */
channels: number, 
/**
 * q.
 */
patch: number, };

/**
 * A network of a file.
 */
export type PretrainedPlan = { architecture: string, 
/**
 * Numbers in all arrays.
 */
parameters: number, 
/**
 * Classes.
 */
classes: number, 
/**
 * The convolutions without groups on the main path, in order.
 */
layers: Array<LayerSizes>, };

/**
 * What a network says of a class.
 */
export type ClassShare = { 
/**
 * Its number, from 0.
 */
class: number, 
/**
 * Its share in the softmax of the logits.
 */
share: number, };

/**
 * A photograph as the network reads it.
 */
export type PhotographReport = { 
/**
 * Its number.
 */
photograph: number, side: number, 
/**
 * (3, side, side), from 0 to 1.
 */
pixels: Floats, 
/**
 * The strongest classes, strongest first.
 */
classes: Array<ClassShare>, };

/**
 * A layer of a network of a file.
 */
export type PretrainedLayer = { layer: number, 
/**
 * The first filters, (count, c, q, q).
 */
weights: Floats, nfm: CovarianceReport, 
/**
 * Null before photographs were measured, and where no answer depends on the layer.
 */
agop: CovarianceReport | null, correlation: Correlation | null, };

/**
 * Lengths of the patches of one photograph in a layer.
 */
export type PatchNorms = { 
/**
 * Rows of positions.
 */
height: number, 
/**
 * Columns of positions.
 */
width: number, 
/**
 * Of root(NFM / trace) u.
 */
nfm: Floats, 
/**
 * Of root(AGOP / trace) u; null as that of the layer.
 */
agop: Floats | null, };

/**
 * Mean and standard deviation of some values.
 */
export type Spread = { 
/**
 * Their mean.
 */
mean: number, 
/**
 * Their sample standard deviation (divided by the count less one); 0 for one value.
 */
deviation: number, };

/**
 * A term of a sum.
 */
export type Term = { 
/**
 * Index of its training image, patch entry or eigenvector.
 */
index: number, 
/**
 * Its factors; empty for a term that is a sum itself.
 */
factors: Array<number>, 
/**
 * The product of the factors.
 */
product: number, };

/**
 * A sum written out.
 */
export type Sum = { 
/**
 * The sum.
 */
value: number, 
/**
 * The listed terms.
 */
terms: Array<Term>, 
/**
 * Number of terms that are not listed.
 */
others: number, 
/**
 * The sum of the terms that are not listed.
 */
rest: number, };

/**
 * The values of one layer at one position, for the image x and a training image x'.
 */
export type LayerValues = { 
/**
 * Position in the layer's map.
 */
position: number, 
/**
 * S before the layer.
 */
s: number, 
/**
 * T before it.
 */
t: number, 
/**
 * N, of x.
 */
n: number, 
/**
 * N', of x'.
 */
m: number, 
/**
 * `sqrt(N N')`.
 */
r: number, 
/**
 * `S / r`.
 */
rho: number, 
/**
 * Arc-cosine kernel of degree 0 at rho.
 */
k0: number, 
/**
 * Arc-cosine kernel of degree 1 at rho.
 */
k1: number, 
/**
 * `r k1`: S after the layer.
 */
sOut: number, 
/**
 * `T k0`: T after it.
 */
tOut: number, };

/**
 * A kernel value and its computation at one position.
 */
export type KernelValue = { 
/**
 * The training image x'.
 */
train: number, 
/**
 * The position of the patches.
 */
position: number, 
/**
 * Channels c of the images.
 */
channels: number, 
/**
 * `<z_p(x), z_p(x')>`; S of the first layer is that over c.
 */
inner: number, 
/**
 * `K(x, x') / s`.
 */
value: number, 
/**
 * `K(x, x')`, the mean of S + T over the positions after the last layer.
 */
whole: number, 
/**
 * `s = max |K(train, train)|`.
 */
scale: number, 
/**
 * Positions after the last layer.
 */
positions: number, 
/**
 * The layers, from the first to the last.
 */
layers: Array<LayerValues>, };

/**
 * An entry of M.
 */
export type Entry = { 
/**
 * Its row.
 */
row: number, 
/**
 * Its column.
 */
column: number, 
/**
 * `M_ij`.
 */
value: number, 
/**
 * Trace of M, by which the page divides M.
 */
trace: number, 
/**
 * The contributions of the first images, in order.
 */
terms: Array<Term>, 
/**
 * Number of further images.
 */
others: number, 
/**
 * Their contribution.
 */
rest: number, };

/**
 * The arithmetic of any number.
 */
export type Explained = { "what": "kernel" } & KernelValue | { "what": "answer" } & Sum | { "what": "gradient" } & Sum | { "what": "seen" } & Sum | { "what": "matrix" } & Entry;

/**
 * What a largest value depends on.
 */
export type Dependency = "halfOfImages" | "validationImages" | "testImages" | "largestPatch" | "oneLevelPerLayer" | "largestWidth" | "largestPooling" | "trainingImages";

/**
 * Where a setting has a meaning.
 */
export type Condition = "always" | "fromHub" | "pictures" | "canBeFramed" | "hasNoise" | "severalLevels";

/** The version of the crate. */
export const VERSION = "0.1.0";

export const MAX_DIMENSION = 768;

/** Largest pooling window of the page. */
export const MAX_POOLING = 6;

/** Most filters between two levels. */
export const MAX_FILTERS = 256;

/** Networks whose files can be opened. */
export const ARCHITECTURES = ["alexnet","vgg11","vgg13","vgg16","vgg19","vgg11_bn","vgg13_bn","vgg16_bn","vgg19_bn","resnet18","resnet34","resnet50","efficientnet-lite0"];

/** In the order in which they are settled: limits depend on settings above. */
export const SETTINGS = [
  {"key":"pool","group":"source","section":"images","applies":"fromHub","kind":"integer","min":20,"max":20000,"step":500},
  {"key":"side","group":"source","section":"images","applies":"pictures","kind":"integer","min":8,"max":64,"step":4},
  {"key":"colour","group":"source","section":"images","applies":"pictures","kind":"switch"},
  {"key":"frame","group":"data","section":"images","applies":"canBeFramed","kind":"switch"},
  {"key":"train","group":"data","section":"images","applies":"always","kind":"integer","min":2,"max":"halfOfImages","step":10},
  {"key":"depth","group":"kernel","section":"kernel","applies":"always","kind":"integer","min":1,"max":6,"step":1},
  {"key":"patch","group":"kernel","section":"kernel","applies":"always","kind":"integer","min":1,"max":"largestPatch","step":1},
  {"key":"levels","group":"kernel","section":"levels","applies":"always","kind":"integer","min":1,"max":"oneLevelPerLayer","step":1},
  {"key":"width","group":"kernel","section":"levels","applies":"severalLevels","kind":"integer","min":1,"max":"largestWidth","step":8},
  {"key":"relu","group":"kernel","section":"levels","applies":"severalLevels","kind":"switch"},
  {"key":"pooling","group":"kernel","section":"levels","applies":"severalLevels","kind":"integer","min":1,"max":"largestPooling","step":1},
  {"key":"ridge","group":"kernel","section":"kernel","applies":"always","kind":"power","min":1e-8,"max":1.0,"otherwise":0.001},
  {"key":"rounds","group":"kernel","section":"kernel","applies":"always","kind":"integer","min":1,"max":10,"step":1},
  {"key":"sigma","group":"data","section":"images","applies":"hasNoise","kind":"real","min":0.0,"max":10.0,"step":0.25},
  {"key":"seed","group":"data","section":"images","applies":"always","kind":"integer","min":0,"max":4294967295,"step":1},
  {"key":"agop","group":"kernel","section":"kernel","applies":"always","kind":"integer","min":1,"max":"trainingImages","step":10},
  {"key":"validation","group":"data","section":"images","applies":"always","kind":"integer","min":2,"max":"validationImages","step":50},
  {"key":"test","group":"data","section":"images","applies":"always","kind":"integer","min":2,"max":"testImages","step":50},
  {"key":"engine","group":"engine","section":"engine","applies":"always","kind":"choice","choices":["auto","cpu","gpu"]},
] as const;
