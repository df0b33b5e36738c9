/** Every word the page says, in English. Values are text, MathML-bearing HTML (keys ending in `Html`), or functions of numbers. */

import { counting, ended, formulas, host, lasting, percent, power, sentence, shorten, speed, value } from "./common.js";

/** @import { Away } from "../attention.js" */
/** @import { Phase } from "../model.js" */
/** @import { Missing } from "../needs.js" */
/** @import { Correction, ExperimentName, NumberKey, Settings, SwitchKey } from "../state.js" */
/** @import { About, DataName, DataSummary, EngineInUse, EngineName, Opening, Plan, Progress, Spread, Stage } from "../protocol.js" */

export { count, ended, percent, power, sentence };

/** Of the classes whose names the engine knows; any other name is shown as it is. @type {Record<string, string>} */
export const classNames = {};

const { count, megabytes, plural } = counting("en");

/** @param {number} seconds */
export const duration = (seconds) => lasting(seconds, "under 1 s");

/** Text of the fixed parts of the page, by the `data-text` of the element. @type {Record<string, string>} */
export const fixed = {
  language: "Language",
  pageTitle: "ConvRFM: a kernel machine that learns filters",
  title: "Watch a kernel machine learn to see",
  lead: "A kernel machine learns edge and star detectors. No neural network, no backpropagation.",
  private: "Everything runs on this page; nothing is uploaded.",
  skip: "Skip to the results",
  tourStart: "Take the tour",
  dataHeading: "Data",
  accuracyHeading: "Accuracy",
  filtersHeading: "Filters it learned",
  seenHeading: "What the machine sees",
  matrixHeading: "The feature matrix behind the filters",
  howHeading: "How filters come out of a kernel",
  compareHeading: "Fixed kernel against ConvRFM",
  tryHeading: "Draw your own",
  noiseHeading: "How much noise can it take?",
  deepHeading: "Level upon level",
  takeHeading: "Take it away",
  howLead:
    "A convolutional network is said to learn its filters by backpropagation. This page has neither network nor backpropagation: it goes round this loop, each step of which has an exact answer.",
  paperHtml:
    'D. Beaglehole, A. Radhakrishnan, P. Pandit, M. Belkin: <cite>Mechanism of feature learning in convolutional neural networks</cite> (2023), <a href="https://arxiv.org/abs/2309.00570">arXiv:2309.00570</a>.',
};

export const controls = {
  run: "Run",
  pause: "Pause",
  pausing: "Pausing…",
  resume: "Resume",
  goOn: "Run on",
  again: "Run again",
  step: "Step",
  stepTip: "Run one round, then wait",
  reset: "Reset",
  resetTip: "Back to round 0, same seed",
  newSeed: "New seed",
  newSeedTip: "Draw other images and start over",
  cancel: "Cancel",
  more: "More settings",
  settings: "Settings",
  dataSet: "Data set",
  /** @param {Exclude<DataName, "own" | "hub">} name */
  openSet: (name) => `Open “${dataSets[name].name}”`,
  transport: "Run controls",
};

/** @type {Record<Exclude<DataName, "own" | "hub">, {name: string, about: string}>} */
export const dataSets = {
  star: { name: "Hidden star", about: "Colour noise; in half of the images hides a small star, each time in another place." },
  "dead-leaves": { name: "Dead leaves", about: "Colour pictures of shapes lying over each other, large and small as in nature. Which shape is it?" },
  mnist: { name: "Digits", about: "Handwritten digits (MNIST), 28 × 28 pixels, ten classes." },
  "noisy-mnist": { name: "Digits in noise", about: "A digit somewhere in a larger frame of noise." },
  "local-signal": { name: "Local signal", about: "Sixteen rows of noise; one of them, anywhere, carries the signal." },
  "fashion-mnist": { name: "Clothes", about: "Pieces of clothing (Fashion-MNIST), 28 × 28 pixels, ten classes." },
  "cifar-10": { name: "CIFAR-10", about: "Animals and vehicles in colour, 32 × 32 pixels, ten classes." },
  svhn: { name: "House numbers", about: "Digits photographed in the street (SVHN), 32 × 32 pixels in colour." },
};

/** @type {Record<NumberKey | SwitchKey | "ridge" | "engine", {label: string, tip: string}>} */
export const settings = {
  pool: { label: "Pictures to read", tip: "Training pictures read from the hub; the images are drawn from them." },
  side: { label: "Image side", tip: "Pictures are cut to their middle square and resized to this many pixels." },
  colour: { label: "Colour", tip: "Three channels, or one: grey. Filters of colour images are colour pictures." },
  frame: { label: "Noisy frame", tip: "Each image stands somewhere in a larger frame of noise." },
  train: { label: "Images", tip: "Labelled images the machine learns from. Time grows with their square." },
  patch: { label: "Patch size", tip: "Side of the square window, in pixels. Filters have this size." },
  depth: { label: "Depth", tip: "Layers of the convolutional network whose kernel (NTK) is used." },
  ridge: { label: "Ridge", tip: "λ: how strongly the fit is kept smooth. Larger forgives more noise. “Chosen on validation”: every round tries 10⁻⁶, 10⁻⁵, 10⁻⁴, 10⁻³, 10⁻², 10⁻¹ and 10⁰, and the validation images choose. The test images never do." },
  levels: { label: "Levels", tip: "Deep ConvRFM: each further level learns from images filtered by what the one before has learned. Each takes one layer of the depth." },
  width: { label: "Random filters", tip: "Drawn between two levels with the matrix M that was learned; the next level’s images have so many channels." },
  relu: { label: "ReLU", tip: "Between two levels keep only positive answers of the filters. The paper’s scripts keep all." },
  rounds: { label: "Rounds", tip: "Kernel fits. Round 0 is the fixed kernel; each later round uses the filters just learned." },
  sigma: { label: "Noise σ", tip: "Strength of the noise around the signal." },
  seed: { label: "Seed", tip: "Same seed, same images, same result to the last digit." },
  agop: { label: "Gradient images", tip: "Training images whose gradients are averaged into M. The paper uses 20." },
  validation: { label: "Validation images", tip: "They choose which round is kept, and the ridge where that is left to them." },
  test: { label: "Test images", tip: "They measure the result and choose nothing." },
  engine: { label: "Engine", tip: "What computes. Automatic takes the graphics processor if there is one that passes a test. May be changed between rounds." },
};

/** The ridge, and who chose it. */
export const ridge = {
  chosen: "chosen on validation",
  /** @param {string} ridge @param {boolean} chosen */
  used: (ridge, chosen) => `Here λ = ${ridge}${chosen ? ", chosen by the validation images" : ""}.`,
};

/** The paper's experiments. */
export const experiments = {
  label: "Experiment",
  tip: "The paper’s experiments with their settings.",
  none: "Your own settings",
  noneAbout: "These settings are none of the paper’s experiments.",
  /** @type {Record<ExperimentName, {name: string, about: string}>} */
  names: {
    star: { name: "Hidden star", about: "As published: 50 training images, patches of 11 pixels, one layer. The paper: 78 % becomes 95 % after one update." },
    "noisy-mnist": { name: "Digits in noise", about: "The paper trains on 4,000 images; here 400 do, so accuracies are lower and rise alike." },
    "local-signal": { name: "Local signal", about: "One row in sixteen carries the signal. The fixed kernel looks everywhere; ConvRFM finds out where to look." },
    svhn: { name: "House numbers", about: "The paper trains on 1,000 images; here 400 do, so accuracies are lower." },
    "cifar-10": { name: "CIFAR-10", about: "Patches of 3 pixels, three layers, five rounds as in the paper; here with 400 training images." },
    "fashion-mnist": { name: "Clothes", about: "Patches of 3 pixels, three layers, five rounds as in the paper; here with 400 training images." },
    deep: { name: "Deep ConvRFM", about: "Three levels of a kernel of three layers, as in the paper; here with 300 images of clothes and 16 random filters between levels." },
  },
};

/** @type {Record<EngineName, string>} */
export const engines = { auto: "Automatic", cpu: "CPU", gpu: "GPU" };

/** The line about the engine. */
export const engine = {
  /** Before a run. @type {Record<EngineName, string>} */
  planned: {
    auto: "Will run on the graphics processor if there is one, else on the CPU.",
    cpu: "Will run on the CPU.",
    gpu: "Will run on the graphics processor.",
  },
  /** While it is being opened. @type {Record<EngineName, string>} */
  opening: {
    auto: "Looking for a graphics processor and testing it…",
    cpu: "Starting on the CPU…",
    gpu: "Opening the graphics processor and testing it…",
  },
  /** @param {EngineInUse} inUse @param {EngineName} wanted @param {number | null} rate  position-layers a second */
  inUse: ({ description, reason }, wanted, rate) => {
    const why = wanted === "auto" && reason ? `: ${reason}` : "";
    return `Runs on ${description}${why}.${rate === null ? "" : ` ${speed(rate)} position-layers/s`}`;
  },
};

/** @type {Record<Stage, string>} */
const stages = {
  kernel: "comparing training images",
  solve: "solving for the weights",
  predict: "classifying held-out images",
  agop: "averaging gradients",
  convolve: "drawing filters and convolving the images",
};

/** Rounds are said of their level where there are several. @param {{level: number}} at @param {Settings} settings */
const atLevel = ({ level }, { levels }) => (levels > 1 ? `Level ${level}, round` : "Round");

export const progress = {
  label: "Progress of the run",
  loading: "Preparing the images…",
  /** @param {Settings} settings @param {Plan | null} plan  of the CPU engine */
  ready: ({ rounds, train, engine }, plan) => {
    const what = `Ready: ${plural(train, "image", "images")} to learn from, ${plural(rounds, "round", "rounds")}`;
    if (!plan) return `${what}.`;
    const needs = [megabytes(plan.bytes)];
    if (plan.seconds !== null && engine !== "gpu") needs.unshift(duration(plan.seconds) + (engine === "auto" ? " on the CPU" : ""));
    return `${what}: about ${needs.join(", ")}.`.replace("about under", "under");
  },
  /** @param {Progress} progress @param {Settings} settings */
  stage: ({ level, round, stage, done }, settings) =>
    `${atLevel({ level }, settings)} ${round} of ${settings.rounds - 1}: ${stages[stage]}, ${Math.floor(done * 100)} %`,
  /** @param {number | null} seconds */
  left: (seconds) => (seconds === null ? "" : `${duration(seconds)} left`),
  starting: "Starting…",
  paused: "Paused. Nothing is being computed.",
  /** @type {Record<Away, string>} */
  resting: {
    hidden: "Waiting while the page is hidden. It goes on when you are back.",
    scrolled: "Waiting while it is out of sight. It goes on when you are back.",
  },
  /** @param {{level: number, round: number, stage: Stage}} at @param {Settings} settings */
  stageDone: (at, settings) => `${atLevel(at, settings)} ${at.round}: ${stages[at.stage]}, done. Go on stage by stage, step to the end of the round, or run on.`,
  /** @param {{level: number, round: number}} at @param {Settings} settings */
  between: (at, settings) => `${atLevel(at, settings)} ${at.round} is done. Step to the next one, or run on.`,
  cancelled: "Cancelled. Finished rounds stay; Run goes on from the one that was cancelled.",
  /** @param {number} seconds */
  finished: (seconds) => `Done in ${seconds.toFixed(1)} s of computing.`,
  failed: "Stopped by an error.",
};

export const samples = {
  /** @type {Record<DataName, (classes: string[]) => string>} */
  task: {
    star: () => "Which of these images hide a star? The machine is told the answer for these and the other training images, nothing else.",
    mnist: () => "Which digit is it? The machine is told the answer for the training images, nothing else.",
    "noisy-mnist": () => "Which digit hides in the noise? The machine is told the answer for the training images, nothing else.",
    "local-signal": () => "One row, somewhere, is brighter or darker than the noise. Which of the two is it?",
    "dead-leaves": (classes) => `Which shape do the leaves have: ${anyOf(classes)}? The machine is told the answer for the training images, nothing else.`,
    "fashion-mnist": () => "Which piece of clothing is it? The machine is told the answer for the training images, nothing else.",
    "cifar-10": () => "Which animal or vehicle is it? The machine is told the answer for the training images, nothing else.",
    svhn: () => "Which digit stands in the middle? The machine is told the answer for the training images, nothing else.",
    own: whichClass,
    hub: whichClass,
  },
  empty: "A few of the training images will stand here.",
  /** @param {number} hidden */
  moreClasses: (hidden) => `And ${plural(hidden, "more class", "more classes")}.`,
  /** @param {DataSummary} summary */
  shape: ({ height, width, channels, range: [low, high] }) =>
    `${height} × ${width} pixels, ${channels === 1 ? "grey" : channels === 3 ? "colour" : `${channels} channels`}, values ${value(low)} to ${value(high)}.`,
  /** @param {number} duplicates */
  duplicates: (duplicates) =>
    duplicates ? `${plural(duplicates, "image occurs", "images occur")} more than once; copies stay on one side of the split.` : "",
  staysHere: "Nothing leaves this page.",
  counts: "Images per class",
  countColumns: ["Class", "Learn", "Choose", "Test"],
  /** @param {string} className @param {number} index */
  alt: (className, index) => `Training image ${index}, class ${className}`,
  /** @param {string} source @param {string} licence */
  source: (source, licence) => `Source: ${source}. Licence: ${licence}.`,
  /** @param {number} train @param {number} validation @param {number} test */
  split: (train, validation, test) => `${count(train)} to learn from, ${count(validation)} to choose by, ${count(test)} to test on.`,
};

/** @param {string[]} classes */
function whichClass(classes) {
  return classes.length ? `Which is it: ${anyOf(classes)}? The machine is told the answer for the training images, nothing else.` : "";
}

/** @param {string[]} classes */
function anyOf(classes) {
  const MANY = 6;
  const shown = (classes.length > MANY ? classes.slice(0, MANY - 1) : classes).map((name) => shorten(name));
  const last = classes.length > MANY ? `one of ${count(classes.length - shown.length)} others` : shown.pop();
  return [shown.join(", "), last].filter(Boolean).join(" or ");
}

export const accuracy = {
  empty: "Press Run: first the fixed kernel, then round by round what it learns.",
  from: "fixed kernel",
  /** @param {number} round @param {boolean} chosen */
  to: (round, chosen) => `after ${plural(round, "update", "updates")}${chosen ? ", kept" : ""}`,
  onTest: "Right answers on images it has never seen",
  /** @param {number} round @param {string[]} ridges  of all rounds, where they were chosen too */
  kept: (round, ridges) =>
    `The validation images keep round ${round}${round === 0 ? ", the fixed kernel" : ""}${ridges.length ? `${round === 0 ? "," : ""} and choose each round’s ridge: ${ridges.join(", ")}` : ""}.` +
    (round === 0 && ridges.length === 0 ? "" : " The test images choose nothing."),
  chart: "Accuracy per round on validation and test images",
  test: "test",
  validation: "validation",
  round: "round",
  axis: "right answers, %",
  /** @param {number} round */
  axisRound: (round) => `round ${round}`,
  table: "Numbers",
  columns: ["Round", "Validation", "Test", "Ridge", "Seconds"],
  keptMark: "kept",
  /** @param {number} round @param {string} ridge */
  raised: (round, ridge) => `Round ${round}: the kernel matrix was too close to singular; the ridge was raised to ${ridge}.`,
  /** @param {number} round @param {number | null} test @param {number | null} validation */
  announce: (round, test, validation) =>
    `Round ${round}${round === 0 ? ", fixed kernel" : ""}: ` +
    [test !== null && `${percent(test)} on test images`, validation !== null && `${percent(validation)} on validation images`]
      .filter(Boolean)
      .join(", "),
};

export const filters = {
  about: "The directions of a patch that change the answer most, strongest first, and their share of all sensitivity.",
  fixedRound: "Round 0",
  fixedAbout: "The fixed kernel has no filters: every direction of a patch counts the same.",
  /** @param {number} round */
  round: (round) => `Round ${round}`,
  /** @param {number} round */
  pending: (round) => `Filters for round ${round} will appear here.`,
  none: "With one round nothing is learned: the fixed kernel is all there is. Choose two rounds or more.",
  /** @param {number} rank @param {number} round @param {number} share */
  alt: (rank, round, share) => `Filter ${rank} of round ${round}, ${percent(share * 100)} of the sensitivity`,
  negative: "negative weight",
  positive: "positive weight",
  colour: "Colours are the three channels; grey is zero.",
};

export const seen = {
  about: "One test image, patch by patch: bright where the kernel looks.",
  image: "The image",
  plain: "Fixed kernel",
  /** @param {number} round */
  learned: (round) => `Round ${round}`,
  empty: "Will show where the learned kernel looks.",
  byFilter: "Through each leading filter",
  /** @param {number} rank */
  filter: (rank) => `Filter ${rank}`,
  choose: "Choose another test image",
  /** @param {string} className @param {number} index */
  alt: (className, index) => `Test image ${index}, class ${className}`,
  imageAlt: "The chosen test image",
  plainAlt: "Length of each patch: what the fixed kernel weighs",
  learnedAlt: "Length of each patch after the learned transform",
  /** @param {number} rank */
  filterAlt: (rank) => `Response of filter ${rank} at each place`,
  dark: "ignored",
  bright: "looked at",
};

export const matrix = {
  about:
    "M is the average gradient outer product: how much the answer changes when two pixels of a patch change together. Its eigenvectors are the filters above.",
  heat: "M, pixel by pixel",
  heatEmpty: "M will be drawn here after the first round. For the fixed kernel it is the identity.",
  /** @param {number} round */
  heatRound: (round) => `M used in round ${round}`,
  /** @param {string} a @param {string} b @param {string} value */
  entry: (a, b, value) => `${a} with ${b}: ${value} of the largest entry`,
  /** @param {number} channels @param {number} channel @param {number} row @param {number} column */
  pixel: (channels, channel, row, column) =>
    `${channels > 1 ? `channel ${channel + 1}, ` : ""}row ${row + 1}, column ${column + 1}`,
  hint: "Colours on a square-root scale. Point at the matrix, or move over it with the arrow keys, to read an entry.",
  spectrum: "Its spectrum",
  spectrumAlt: "Share of each eigenvalue of M, per round, on a logarithmic scale",
  spectrumTable: "Numbers",
  spectrumColumns: ["Eigenvalue", "Share of the sum"],
  spectrumX: "eigenvalue, largest first",
  spectrumY: "share of the sum, %",
  /** @param {number} k @param {number} d @param {number} share */
  leading: (k, d, share) => `The first ${plural(k, "direction", "directions")} of ${count(d)} hold ${percent(share * 100, 0)} of M.`,
  spectrumEmpty: "Flat now: the fixed kernel treats all directions alike. It will bend as filters are learned.",
};

/** The loop: seven stations; formulas are MathML. `gives` is the letter of what goes on to the next one. */
export const loop = {
  hint: "Point at a picture, or move over it with the arrow keys, to read its numbers. Click a number, or press Enter, to see where it comes from.",
  stops: {
    image: {
      title: "One image",
      bodyHtml: "Follow one test image round the loop. The frame is the patch you point at.",
      mathHtml: formulas.image,
      pending: "An image will stand here.",
      gives: "x",
    },
    patch: {
      title: "Cut it into patches",
      bodyHtml: "Each window of q × q pixels is one vector u. Nothing but small windows is ever looked at; that is all the convolution there is.",
      mathHtml: formulas.patch,
      pending: "A patch will stand here.",
      gives: "u",
    },
    kernel: {
      title: "Compare it with all images",
      bodyHtml: "One number per training image says how alike the two are, place by place: the neural tangent kernel, what an infinitely wide convolutional network would use.",
      mathHtml: formulas.kernel,
      pending: "One bar for each training image will stand here, and the images most like this one.",
      gives: "K",
    },
    ridge: {
      title: "Solve one linear system",
      bodyHtml: "Each training image gets a weight per class, so that weighted likeness gives the right labels. λ is the ridge. No descent, no epochs.",
      mathHtml: formulas.ridge,
      pending: "One weight for each training image, and the answer for this one, will stand here.",
      gives: "f",
    },
    gradient: {
      title: "Ask which pixels mattered",
      bodyHtml: "How does the answer f change when a patch changes? Bright where a small change would matter most.",
      mathHtml: formulas.gradient,
      pending: "The gradient at every place of the image will stand here.",
      gives: "g",
    },
    matrix: {
      title: "Average the gradients",
      bodyHtml: "Those gradients, multiplied with themselves and averaged over images, places and classes, are the matrix M. Its eigenvectors are the filters.",
      mathHtml: formulas.matrix,
      pending: "M will be drawn here, with its strongest directions.",
      gives: "M",
    },
    seen: {
      title: "Look again through M",
      bodyHtml: "Every patch is multiplied by the root of M: what mattered grows, the rest fades. This is the image as the kernel sees it from now on.",
      mathHtml: formulas.seen,
      pending: "The image through the root of M will stand here.",
      gives: "R u",
    },
  },
  states: { done: "done", active: "being computed", pending: "to come", never: "not part of this run" },
  oneRound: "With one round no M is made. Choose two rounds or more in the settings to see it here.",
  nextRound: "next round",
  back: "Back to the patches: the next round",
  rounds: "Round shown",
  /** @param {number} round @param {number} rounds */
  roundOf: (round, rounds) => `Round ${round} of ${rounds - 1}`,
  /** @param {number} round */
  roundName: (round) => `Round ${round}`,
  follow: "Follow the run",
  oneStage: "One stage",
  runAll: "All rounds",
  runAgain: "All again",
  finished: "All rounds are done: choose one to look at. One stage would begin again with round 0.",
  /** @param {number} round @param {number} rounds @param {string} what */
  next: (round, rounds, what) => `Next, round ${round} of ${rounds - 1}: ${what}`,
  /** @type {Record<Stage, string>} */
  doing: {
    kernel: "compare all training images.",
    solve: "solve for the weights.",
    predict: "answer for the held-out images.",
    agop: "average the gradients into M.",
    convolve: "draw filters for the next level.",
  },
  deeper: "The first level has learned. Deeper levels stand further down.",
  imagePicker: "Patch of the image",
  gradientPicker: "Gradient at each place of the image",
  seenPicker: "The image as the kernel sees it",
  patchKind: "movable patch",
  pixelKind: "movable pixel",
  barKind: "row of bars",
  entryKind: "movable entry",
  patchPicture: "The patch, pixel by pixel",
  chooseImage: "Choose another image",
  noImage: "",
  yourDrawing: "Your drawing",
  /** @param {number} index @param {string} name */
  testImage: (index, name) => `Test image ${index}: ${name}`,
  /** @param {number} row @param {number} column */
  place: (row, column) => `Patch at row ${row}, column ${column}`,
  /** @param {number} count_ @param {number} dimension */
  patches: (count_, dimension) => `One of ${plural(count_, "patch", "patches")} of this image, ${plural(dimension, "number", "numbers")} each.`,
  /** @param {number} row @param {number} column @param {number[]} values  one per channel */
  pixel: (row, column, values) => `Row ${row}, column ${column}: ${values.map(value).join(", ")}`,
  kernelRow: "Likeness to each training image",
  kernelValue: ": K / s =",
  nearest: "Most like it",
  /** @param {number} index @param {string} name */
  trainImage: (index, name) => `Training image ${index}${name && `, ${name}`}`,
  trainPicture: "The training image pointed at",
  samePatch: "The same patch of it",
  /** @param {string} low @param {string} high */
  barScale: (low, high) => `Bars from ${low} to ${high}; the five highest are orange.`,
  explainKernel: "Where this likeness comes from",
  weightRow: "Weight of each training image",
  /** @param {string} name */
  weightValue: (name) => `: α for ${name} =`,
  weightScale: "Up and orange speaks for the class, down and blue against it.",
  answers: "The answer f, class by class",
  answered: "answer",
  truth: "truth",
  explainAnswer: "Where this answer comes from",
  gradientPatch: "g of the patch",
  gradientPatchAlt: "Gradient of the answer with respect to the patch pointed at",
  /** @param {number} row @param {number} column @param {string} name */
  gradientAt: (row, column, name) => `Row ${row}, column ${column}, class ${name}: |g| =`,
  explainGradient: "Where this length comes from",
  matrixPicker: "Entries of M",
  /** @param {number} rank */
  vectorAlt: (rank) => `Eigenvector ${rank} of M`,
  growth: "M, round by round",
  /** @param {number} round */
  growthAlt: (round) => `M used in round ${round}`,
  /** @param {number} round */
  matrixInUse: (round) => `The last round makes no new M; this one is used in round ${round}.`,
  /** @param {number} round @param {number} next */
  matrixMade: (round, next) => `Made of the gradients of round ${round}, for round ${next}.`,
  /** @param {number} channels @param {number} channel @param {number} row @param {number} column */
  entryOf: (channels, channel, row, column) => `${channels > 1 ? `channel ${channel + 1}, ` : ""}row ${row}, column ${column}`,
  /** @param {string} a @param {string} b @param {boolean} same */
  entry: (a, b, same) => (same ? `Pixel at ${a}: M / tr M =` : `Pixel at ${a}, with that at ${b}: M / tr M =`),
  explainMatrix: "Where this entry comes from",
  before: "patch",
  after: "through M",
  beforeAlt: "The patch pointed at",
  afterAlt: "The same patch multiplied by the root of M",
  /** @param {number} row @param {number} column @param {number} round */
  seenAt: (row, column, round) => `Row ${row}, column ${column}, as round ${round} sees it.`,
  explainSeen: "Its length, squared",
};

/** What the browser lacks. @type {Record<Missing, string>} */
const missingWords = {
  WebAssembly:
    "This browser has no WebAssembly, which this page computes with; it may have been switched off, as lockdown modes do. Switch it on for this page, or open the link in another browser.",
  SIMD:
    "This browser has no WebAssembly SIMD, the vector instructions that this page computes with. Chrome and Edge run it from version 91 on, Firefox from 114 on, Safari from 16.4 on: update it, or open the link in another browser.",
};

/** The arithmetic of one number. */
export const explained = {
  close: "Close the arithmetic",
  pending: "Computing…",
  headings: {
    kernel: "How alike the two images are",
    answer: "Where the answer comes from",
    gradient: "How strongly the answer depends on this patch",
    matrix: "One entry of M",
    seen: "How long the patch is when seen through M",
  },
  about: {
    kernel: "At one place first: z and z′ are the two patches seen through R. Then the mean over all places P.",
    answer: "Every training image adds its likeness times its weight. The largest terms come first.",
    gradient: "The squared length of the gradient is the sum of the squares of its entries, one for each pixel of the patch.",
    matrix: "Each sample image adds the products of its gradients at these two pixels, over all places and classes.",
    seen: "Along each eigenvector of M the patch counts with its share w of all sensitivity.",
  },
  /** @param {number} layer */
  layer: (layer) => `layer ${layer}`,
  /** @param {number} layers @param {number} positions */
  kernelNote: (layers, positions) =>
    `${layers === 1 ? "One layer" : `All ${layers} layers, each summed over the windows of the one before`}; the mean is over ${plural(positions, "place", "places")}.`,
  trainColumn: "training image",
  pixelColumn: "pixel",
  vectorColumn: "eigenvector",
  sampleColumn: "sample image",
  /** @param {number} rank */
  vector: (rank) => `${rank}`,
  /** @param {number} others */
  rest: (others) => `${plural(others, "other", "others")} together`,
  total: "sum",
};

/** Fixed kernel against ConvRFM. */
export const compare = {
  about: "The same images, the same ridge regression, the same seed. On one side the kernel as it came, on the other the kernel that has looked at its own gradients.",
  empty: "Press Run: both machines are part of every run. Round 0 is the fixed kernel.",
  one: "With one round there is only the fixed kernel. Choose two rounds or more.",
  run: "Run all rounds",
  against: "ConvRFM after round",
  /** @param {number} round @param {boolean} kept */
  roundOption: (round, kept) => `${round}${kept ? " (kept)" : ""}`,
  part: "Images",
  /** @type {Record<"validation" | "test", string>} */
  parts: { test: "Test", validation: "Validation" },
  numbers: "Right answers and errors",
  fixed: "Fixed kernel",
  /** @param {number} round */
  learned: (round) => `ConvRFM, round ${round}`,
  columns: ["", "right, validation", "right, test", "squared error, validation", "squared error, test", "ridge"],
  accuracy: "Right answers",
  accuracyAxis: "right answers, %",
  error: "Mean squared error",
  errorAxis: "mean (f − y)²",
  round: "round",
  table: "Numbers of every round",
  tableColumns: ["Round", "right, validation", "right, test", "squared error, validation", "squared error, test", "ridge"],
  /** @param {number} round @param {string} test @param {string} validation */
  point: (round, test, validation) => `Round ${round}: ${test} test, ${validation} validation`,
  confusion: "What is taken for what",
  confusionAbout: "Rows are the truth, columns the answer. Right answers stand on the diagonal.",
  /** @param {number} shown @param {number} classes */
  confusionPart: (shown, classes) => `The ${shown} of ${classes} classes with the most mistakes.`,
  truthAxis: "truth",
  /** @param {string} machine @param {string} part */
  confusionCaption: (machine, part) => `${machine}, ${part.toLowerCase()} images`,
  /** @param {string} truth @param {string} answer @param {number} n */
  cell: (truth, answer, n) => (truth === answer ? `${truth} taken for ${answer}, rightly: ${plural(n, "image", "images")}` : `${truth} taken for ${answer}: ${plural(n, "image", "images")}`),
  cellHint: "Point at a cell, or move with the arrow keys.",
  changed: "Images whose answer changed",
  /** @param {number | null} n */
  gained: (n) => `Wrong before, right now${n === null ? "" : `: ${count(n)}`}`,
  /** @param {number | null} n */
  lost: (n) => `Right before, wrong now${n === null ? "" : `: ${count(n)}`}`,
  none: "None.",
  /** @param {number} n */
  more: (n) => `and ${count(n)} more`,
  /** @param {string} truth @param {string} before @param {string} after */
  answers: (truth, before, after) => `${truth}: ${before} → ${after}`,
  /** @param {number} index @param {string} truth @param {string} before @param {string} after */
  changedAlt: (index, truth, before, after) => `Image ${index}, ${truth}: the fixed kernel says ${before}, ConvRFM says ${after}`,
  chooseChanged: "Choose an image to see where each of the two looks.",
  mapsOf: "Where a small change would move the answer most",
  image: "The image",
  mapAlt: "Length of the gradient at each place",
};

/** Runs kept to be compared. */
export const pins = {
  pin: "Pin this run",
  alreadyPinned: "Pinned",
  /** @param {number} number */
  run: (number) => `Run ${number}`,
  /** @param {number} number @param {number | null} replaced */
  pinned: (number, replaced) => `Run ${number} is pinned${replaced === null ? "" : ` in place of run ${replaced}`}.`,
  /** @param {number} number */
  remove: (number) => `Remove run ${number}`,
  /** @param {number} number */
  removed: (number) => `Run ${number} is no longer pinned.`,
  link: "Open these settings",
  table: "Pinned runs side by side",
  accuracies: "Validation / test, %",
  ridges: "Ridges used",
  seconds: "Seconds of computing",
  differ: "Different",
  same: "The same in both",
  allSame: "All settings are the same",
  keptMark: "(kept)",
  stay: "Pinned runs stay while you change settings. They go when the page is loaded anew; their links can be kept.",
  on: "on",
  off: "off",
  none: "–",
};

/** Draw your own. */
export const drawing = {
  digit: "Draw a digit with mouse, finger or pen. Every round of the machine answers as you draw.",
  star: "Move the star. Every round of the machine answers as you move it: is there a star?",
  otherSets: "For these images there is nothing to draw. Digits and the hidden star can be drawn:",
  openDigits: "Draw digits",
  openStar: "Move a star",
  canvas: "Drawing area. Arrow keys move the pen, Space puts it down and lifts it, Shift makes larger steps.",
  area: "drawing area",
  keyboard: "By keyboard: arrow keys move the pen, Space puts it down or lifts it.",
  undo: "Undo",
  clear: "Clear",
  penDown: "Pen down",
  penUp: "Pen up",
  hint: "Draw here",
  /** @param {number} height @param {number} width */
  machine: (height, width) => `What the machine gets: ${height} × ${width} pixels`,
  machineAlt: "Your drawing as the machine gets it",
  /** @param {number} round */
  looks: (round) => (round === 0 ? "Where the fixed kernel looks" : `Where round ${round} looks`),
  looksAlt: "Length of each patch as the kernel weighs it",
  starLabel: "The star",
  starKind: "movable star",
  /** @param {number} row @param {number} column */
  starAt: (row, column) => `Star at row ${row}, column ${column}`,
  answers: "What each round answers",
  /** @param {number} round */
  round: (round) => (round === 0 ? "Fixed kernel" : `Round ${round}`),
  /** @param {string} name */
  says: (name) => `says: ${name}`,
  kept: "kept",
  /** What is read out. @param {number} round @param {string} name */
  spoken: (round, name) => `${drawing.round(round)} says ${name}`,
  needRun: "Nothing has been learned yet. A run is needed before the machine can answer.",
  run: "Run it",
  busy: "The run goes on; answers come after each of its stages.",
  nothing: "Draw something to see the answers.",
  /** @param {number} seconds */
  seconds: (seconds) => `Answered in ${Math.max(1, Math.round(seconds * 1000))} ms.`,
  inLoop: "It can be followed round the loop above, too: it stands beside the test images there.",
  columns: ["class", "f"],
};

/** Noise against accuracy. */
export const noise = {
  about:
    "The paper’s claim: when the signal is local and the noise is strong, a kernel that learns where to look holds out longer than a fixed one. Check it: every point of this curve is a whole run, made here.",
  builtInOnly: "The curve is drawn for built-in sets only: what you opened is held by the page’s own run. These two are one click away.",
  noLevel: "This data set has no noise level. These two have one; and digits, clothes or pictures can be put into a noisy frame (More settings).",
  fill: "Fill the curve",
  goOn: "Go on",
  filled: "Filled",
  stop: "Stop",
  seeds: "Runs per level",
  level: "Level on the curve",
  sigma: "noise σ",
  axis: "right answers, %",
  chart: "Accuracy on test images over the noise level, fixed kernel and ConvRFM",
  fixed: "fixed kernel",
  learned: "ConvRFM",
  band: "band: ± one standard deviation over the seeds",
  table: "Numbers",
  columns: ["Noise σ", "Fixed kernel, %", "ConvRFM, %", "Seeds"],
  /** @param {Spread} spread */
  spread: ({ mean, deviation }) => `${mean.toFixed(1)} ± ${deviation.toFixed(1)}`,
  /** @param {number} sigma */
  atLevel: (sigma) => `σ = ${sigma}`,
  /** @param {number} sigma @param {Spread} fixed @param {Spread} learned @param {number} seeds */
  reading: (sigma, fixed, learned, seeds) =>
    `At σ = ${sigma} the fixed kernel is right on ${noise.spread(fixed)} %, ConvRFM on ${noise.spread(learned)} % (${plural(seeds, "seed", "seeds")}).`,
  /** @param {number} sigma */
  unknown: (sigma) => `σ = ${sigma} has not been run yet.`,
  /** @param {number} sigma */
  use: (sigma) => `Use σ = ${sigma} above`,
  /** @param {string} name @param {number} sigma */
  picture: (name, sigma) => `Test image at σ = ${sigma}, class ${name}`,
  /** @param {number} runs @param {number | null} seconds */
  will: (runs, seconds) => `${plural(runs, "run", "runs")}${seconds === null ? "" : `, about ${duration(seconds)}`}, in the background. The curve fills while you read on.`.replace("about under", "under"),
  /** @param {number} done @param {number} total */
  waits: (done, total) => `${done} of ${total} runs; waits while the page’s own run goes on or the page is hidden.`,
  /** @param {number} done @param {number} total @param {number | null} left */
  runs: (done, total, left) => `${done} of ${total} runs${left === null ? "" : `, ${duration(left)} left`}.`,
  /** @param {number} runs */
  complete: (runs) => `All ${runs} runs are done.`,
};

/** The guided tour. */
export const tour = {
  /** @param {number} step @param {number} steps */
  number: (step, steps) => `Tour, ${step} of ${steps}`,
  back: "Back",
  next: "Next",
  finish: "Finish",
  end: "End the tour",
  there: "Go there",
  done: "Done. On to the next step.",
  moved: "Done. Go on as long as you like, then press Next.",
  instead: "These images cannot be drawn by hand. Choose ones that can, or go on.",
  wayBack: "Shift and Tab together lead back here.",
  hasRun: "It has run already. Press Run again to watch it once more, or go on.",
  /** @type {{title: string, body: string, task?: string}[]} */
  steps: [
    {
      title: "Pictures with answers",
      body: "These are some of the training images, each with its right answer. The machine is told these answers, but not what to look for: that it has to find out.",
    },
    {
      title: "Let it learn",
      body: "It learns in rounds. Each round compares all images, solves one system of linear equations, and asks what mattered. A few seconds are enough.",
      task: "Press Run. The tour goes on when it is done.",
    },
    {
      title: "Before and after",
      body: "On the left: right answers when all pixels of a patch count the same. On the right: after it found out which ones matter. Both are counted on images it has never seen.",
    },
    {
      title: "What it learned to look for",
      body: "Each small picture is a pattern. Where a patch of an image looks like it, the answer changes most. Nobody drew them; they came out of the data.",
    },
    {
      title: "Its eyes, before and after",
      body: "One test image, and how strongly each place of it counts. The fixed kernel weighs everything bright alike; the learned one looks where the signal is.",
    },
    {
      title: "It only sees small windows",
      body: "Every image is cut into overlapping patches. A patch is a list of numbers, a vector, and everything below starts from it.",
      task: "Move over this picture, or use the arrow keys on it.",
    },
    {
      title: "How alike are two images?",
      body: "One number per pair of images, put together from all their patches. A table of these numbers, the kernel matrix, is all it needs to answer: a new image gets the answers of the images it is like.",
    },
    {
      title: "Which pixels mattered?",
      body: "Change one pixel of a patch a little: how much does the answer change? Averaged over all patches, for every pair of pixels, this is the matrix M. Its strongest directions are the patterns you saw.",
    },
    {
      title: "Your turn",
      body: "Make an image of your own here, and every round says what it thinks of it.",
      task: "Draw, or move what is there, with the pointer or the arrow keys.",
    },
    {
      title: "Now change something",
      body: "Smaller patches, more noise, one of the paper’s experiments: predict what will happen, then run. Pin a run to compare it with the next. At the foot of the page you can take everything with you.",
    },
  ],
};

/** What can be taken away. */
export const take = {
  filesHeading: "Files",
  filters: "Filters",
  filtersAbout: "One row per round, strongest first.",
  accuracy: "Accuracy",
  accuracyAbout: "The chart as it stands.",
  spectrum: "Spectrum of M",
  spectrumAbout: "One line per round.",
  results: "Results",
  resultsAbout: "Settings, accuracies, predictions, M: everything in numbers.",
  kinds: { png: "PNG", svg: "SVG", json: "JSON", npz: ".npz" },
  againHeading: "Once more",
  command: "On the command line",
  commandAbout: "In a copy of this program’s source, with Rust installed: the same images, the same numbers.",
  commandFiles: "Put the files or the folder that you opened in place of path/to/your/files.",
  /** @param {string} name */
  commandHub: (name) =>
    `Download the Parquet files of ${name} into the folder parquet-files first. The page reads a part of them, the command all: it draws other images.`,
  commandCamera: "Pictures of the webcam are on this page only; no command can reach them.",
  files: "path/to/your/files",
  hub: "parquet-files",
  link: "Link with all settings",
  citeHeading: "Cite",
  citePaper: "The method",
  citeSoftware: "This page",
  copy: "Copy",
  /** @param {string} what */
  copyWhat: (what) => `Copy: ${what}`,
  /** @param {string} what */
  copied: (what) => `Copied: ${what}.`,
  selected: "This browser did not allow copying. The text is selected: copy it with Ctrl+C or ⌘C.",
  /** @param {string} name */
  saved: (name) => `Saved ${name}.`,
  /** @param {string} message */
  failed: (message) => `Nothing was saved. ${message}`,
};

export const errors = {
  heading: "This did not work",
  /** @param {string} message @param {boolean} lost @param {Missing | null} missing */
  body: (message, lost, missing) =>
    missing ? missingWords[missing] : lost ? `The computing part of the page stopped (${message}).` : sentence(message),
  /** @param {string} message */
  refused: (message) => `${sentence(message)} The CPU engine is kept; press Run to go on with it.`,
  retry: "Try again",
  defaults: "Use the default settings",
  /** @param {Correction[]} corrections */
  corrected: (corrections) =>
    corrections
      .map(({ key, found, used }) => {
        if (key === "data") {
          return found === "own"
            ? "A link cannot carry files or webcam pictures: open them again. This is the hidden star."
            : `There is no data set “${shorten(found)}”; this is the hidden star.`;
        }
        if (key === "hide") return `Nothing here is named “${shorten(found)}”, so it cannot be hidden.`;
        if (key === "lesson") return `The tour has no step “${shorten(found)}”${used === "off" ? "" : `; this is step ${used}`}.`;
        if (key === "lang") return `This page does not speak “${shorten(found)}”.`;
        return `${settings[key].label}: ${shorten(found)} cannot be used here, ${key === "engine" ? engines[/** @type {EngineName} */ (used)] : used} is.`;
      })
      .join(" "),
};

/** The panel in which the reader opens images of their own. */
export const own = {
  open: "Your own…",
  openTip: "Open pictures from files, the Hugging Face hub or the webcam. Or drop them anywhere on the page.",
  heading: "Your own images",
  lead: "Give at least two classes. Nothing is uploaded: everything is read and computed on this page.",
  close: "Close",
  drop: "Drop files or a folder here",
  dropAnywhere: "Drop to open",
  dropAnywhereAbout: "Pictures in one folder per class, or a data set file",
  pickFiles: "Choose files",
  pickFolder: "Choose a folder",
  filesHeading: "From files",
  formats: [
    ["Pictures", "one folder per class, or a .zip of it: PNG, JPEG, WebP"],
    ["Data sets", "MNIST’s IDX (.gz), CIFAR .bin or .tar.gz, .npz, .mat, Parquet"],
  ],
  hubHeading: "From the Hugging Face hub",
  hubLabel: "Name",
  hubPlaceholder: "owner/name",
  hubExamples: "For example",
  hubCount: "Pictures",
  hubLoad: "Load",
  /** @param {string} host */
  hubAbout: (host) => `Only the pictures asked for are downloaded, from ${host} to this browser.`,
  badName: "A data set on the hub is named like “uoft-cs/cifar10”: its owner, a slash, its name.",
  /** @param {number} bytes */
  kept: (bytes) => `${megabytes(bytes)} kept in this browser.`,
  empty: "Empty",
  emptied: "Nothing is kept any more.",
  cameraHeading: "From the webcam",
  cameraAbout: "Hold a button to record a class, then the other. The pictures stay here.",
  cameraStart: "Start the webcam",
  cameraStop: "Stop",
  preview: "What the webcam sees",
  /** @param {number} number */
  className: (number) => `Class ${number}`,
  /** @param {number} number */
  classLabel: (number) => `Name of class ${number}`,
  hold: "Hold to record",
  /** @param {string} name */
  holdLabel: (name) => `Hold to record ${name}`,
  addClass: "Add a class",
  /** @param {number} shots */
  shots: (shots) => plural(shots, "picture", "pictures"),
  use: "Use these pictures",
  /** @param {number} least */
  needMore: (least) => `Record at least ${least} pictures of every class.`,
  sameNames: "Two classes have the same name.",
  cancel: "Cancel",
  notOpened: "This was not opened, and what was there is still there.",
  /** @param {About} about */
  opened: ({ name, train, test, classNames }) => `Opened ${shorten(name, 40)}: ${plural(train + test, "image", "images")}, ${plural(classNames.length, "class", "classes")}.`,
  notInLink: "A link to this page cannot carry it.",
  inLink: "The address of this page leads here again.",
  /** @param {Opening | null} progress */
  progress: (progress) => {
    const { doing, done, total } = progress ?? { doing: "read", done: 0, total: 0 };
    if (doing === "list") return "Asking the hub what there is…";
    if (doing === "wait") return `The hub is busy and asks to wait: ${total} s…`;
    if (doing === "download") return `Downloading: ${(done / 2 ** 20).toFixed(1)} of ${(total / 2 ** 20).toFixed(1)} MB`;
    if (doing === "decode") return `Decoding pictures: ${count(done)} of ${count(total)}`;
    return "Reading…";
  },
};

/** The levels of Deep ConvRFM. */
export const deep = {
  about:
    "Deep ConvRFM goes on where ConvRFM ends: it draws random filters with the covariance M, convolves every image with them, and starts again on what comes out, with a kernel of one layer less. A filter of a deeper level looks at more of the image.",
  one: "This run has one level. A kernel of depth L can be stacked L levels high.",
  stack: (/** @type {number} */ levels) => `Stack ${levels} levels`,
  example: "Try three levels on clothes",
  empty: "Run to see what each level learns.",
  noFilters: "One round learns no filters. Choose two rounds or more.",
  /** @param {number} level */
  level: (level) => `Level ${level}`,
  /** @param {number} depth @param {number} channels @param {number} patch @param {number} side */
  shape: (depth, channels, patch, side) =>
    `Kernel of ${plural(depth, "layer", "layers")} on ${plural(channels, "channel", "channels")}; patches of ${patch} × ${patch} see ${side} × ${side} pixels.`,
  waiting: "Not begun.",
  chart: "Accuracy on validation and test images, round by round and level by level",
  columns: ["Round", "Validation", "Test", "Ridge"],
  /** @param {number} round @param {boolean} last  whether no level follows */
  kept: (round, last) => (round > 0 ? `Round ${round} is kept.` : `Round 0 is kept: nothing learned did better${last ? "" : ", and the next level’s filters come from I"}.`),
  looksFor: "What it looks for",
  looksForAbout: "“What it looks for”, a row each: a leading eigenvector of M as one filter over the pixels, and the training images it answers to most, the strongest first.",
  reluAbout: "Between levels there is a ReLU: the picture shows the filter where every value passes.",
  /** @param {number} rank @param {number} level @param {number} share */
  field: (rank, level, share) => `Filter ${rank} of level ${level} over the pixels, ${percent(share * 100, 1)} of M`,
  /** @param {number} rank @param {number} place */
  strongest: (rank, place) => `Place ${place} of the training images that answer to filter ${rank} most`,
  drawn: "An image through random filters",
  learned: "drawn from M",
  isotropic: "drawn from I",
  drawnAbout: "“An image through random filters”: the same random numbers, shaped by what was learned and not. The image is the one chosen under “What the machine sees”.",
  /** @param {string} source @param {number} place */
  map: (source, place) => `The image through random filter ${place}, ${source}`,
};

/** What is said of a file or a server. */
export const sources = {
  ownFiles: "Files of your own",
  ownLicence: "yours to know",
  camera: { name: "Webcam", source: "Your webcam", licence: "yours" },
  noLicence: "not stated on the hub",
  /** @param {number} n */
  files: (n) => plural(n, "file", "files"),
  /** @param {number} number */
  shot: (number) => `webcam picture ${number}`,
  noPictures: "These images have the size they have: they did not come as pictures.",
  /** @param {number} limit */
  tooManyFiles: (limit) => `More than ${count(limit)} files are more than this page reads at a time.`,
  /** @param {string} path */
  noPictureFile: (path) => `${path}: not a picture that this browser can read.`,
  /** @param {string} path @param {number} width @param {number} height @param {number} limit */
  pictureTooLarge: (path, width, height, limit) => `${path}: ${count(width)} × ${count(height)} pixels, more than the ${count(limit)} allowed.`,
  noCanvas: "This browser gives its workers no canvas, which decodes pictures.",
  noCameraHere: "This browser gives no webcam to this page; it takes one and a secure (https) address.",
  /** @param {string} name  of the browser's error @returns {string} */
  cameraRefused: (name) =>
    name === "NotAllowedError"
      ? "The webcam was not allowed. The browser’s address bar can allow it."
      : name === "NotFoundError"
        ? "No webcam was found."
        : "The webcam cannot be used; another program may be using it.",
  noFrame: "The webcam has not shown a picture yet.",
  /** @param {string} url */
  unreachable: (url) => `${host(url)} cannot be reached. Is there a network connection?`,
  /** @param {string} url @param {number} status */
  refused: (url, status) => `${host(url)} refused with status ${status}.`,
  /** @param {string} url @param {number} status @param {number} seconds */
  busy: (url, status, seconds) => `${host(url)} is busy (${status}) and asks to wait ${duration(seconds)}. Try again then.`,
  /** @param {string} url @param {number} length @param {number} [expected] */
  brokenOff: (url, length, expected) =>
    `${host(url)} broke off after ${count(length)}${expected === undefined ? "" : ` of ${count(expected)}`} bytes. Try again.`,
  /** @param {string} url */
  noLength: (url) => `${host(url)} does not say how long the file is, so no part of it can be read.`,
  /** @param {string} url @param {number} length @param {number} limit */
  rangesIgnored: (url, length, limit) =>
    `${host(url)} sends whole files only, and this one has ${megabytes(length)}; at most ${megabytes(limit)} are taken.`,
  /** @param {string} url */
  changed: (url) => `A file on ${host(url)} has changed since a part of it was kept in this browser. Empty what is kept and try again.`,
  /** @param {string} url */
  notJson: (url) => `${host(url)} answered with something else than a list of files.`,
  /** @param {string} name @param {number} status */
  noHubSet: (name, status) =>
    status === 404
      ? `The hub has no data set “${name}” in Parquet (404).`
      : `The hub does not give “${name}” to everyone (${status}): it does not exist, is private, or has terms to agree to.`,
  /** @param {string} name */
  noParquet: (name) => `The hub lists no Parquet file for “${name}”.`,
  /** @param {string} path @param {string} what @param {string[]} columns */
  noColumns: (path, what, columns) => `${path}: found the columns ${columns.slice(0, 8).join(", ")}; expected one with a ${what} in each row.`,
  /** @param {string} path @param {string} message */
  badParquet: (path, message) => `${path}: not a Parquet file that can be read (${message}).`,
  /** @param {number} length @param {number} limit */
  pageTooLarge: (length, limit) => `A page of ${megabytes(length)} is more than the ${megabytes(limit)} allowed.`,
  /** @param {string} path @param {number} length @param {number} limit */
  groupsTooLarge: (path, length, limit) => `${path}: its smallest readable parts have ${megabytes(length)}, more than the ${megabytes(limit)} allowed.`,
  /** @param {string} path @param {number} row */
  noPicture: (path, row) => `${path}, row ${row}: no picture in it.`,
  /** @param {string} path @param {number} row */
  noLabel: (path, row) => `${path}, row ${row}: no label in it.`,
  /** @param {string} path @param {number} row @param {string} label @param {number} classes */
  wrongLabel: (path, row, label, classes) => `${path}, row ${row}: label ${label}, expected 0 to ${classes - 1}.`,
  /** @param {number} classes @param {number} limit */
  tooManyClasses: (classes, limit) => `${count(classes)} different labels are more than the ${count(limit)} classes allowed.`,
};

/** The primary button's word in each phase. @type {Record<Phase, string>} */
export const primary = {
  loading: controls.run,
  ready: controls.run,
  running: controls.pause,
  pausing: controls.pausing,
  paused: controls.resume,
  between: controls.goOn,
  cancelled: controls.run,
  finished: controls.again,
  failed: controls.run,
};
