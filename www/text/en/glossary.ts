import { count, decimal, list, percent, plural, speed, value } from "./shared";

/** The terms that texts link to as `[words](key)`: two sentences each. */
const entries = {
  kernel: {
    name: "kernel",
    about:
      "A kernel K(x, x′) measures the similarity of two inputs by one number: the inner product of their feature vectors, which need not be computed. The kernel of this page compares two images patch by patch.",
  },
  machine: {
    name: "kernel machine",
    about:
      "A kernel machine predicts by a weighted sum of kernel values, f(x) = Σᵢ K(x, xᵢ) αᵢ over the training images. Its weights α are the solution of one linear system.",
  },
  fixed: {
    name: "fixed kernel",
    about:
      "The fixed kernel is the kernel of round 0, which compares the patches as they are. It has learned nothing from the labels, so it is the baseline for every later round.",
  },
  kernelMatrix: {
    name: "kernel matrix",
    about: "The kernel matrix holds K(xᵢ, xⱼ) for every pair of training images. It is symmetric and has no negative eigenvalues.",
  },
  ntk: {
    name: "neural tangent kernel (NTK)",
    about:
      "The NTK of two inputs is the inner product of the gradients of a network’s output with respect to its weights, in the limit of infinite width. In that limit, training by gradient descent on the squared error is regression with this kernel.",
  },
  ridge: {
    name: "ridge",
    about:
      "The ridge λ is added to the diagonal of the kernel matrix before the linear system is solved. It keeps the weights small: a larger λ fits the training labels less closely and is less sensitive to noise.",
  },
  training: {
    name: "training images",
    about: "The training images and their labels are all that the kernel machine is fitted to. M is averaged over some of them.",
  },
  validation: {
    name: "validation images",
    about:
      "The validation images are not used to fit anything. They choose the best round and level, and the ridge if that is not set.",
  },
  test: {
    name: "test images",
    about: "The test images measure the accuracy that is reported. They are used neither to fit nor to choose anything.",
  },
  prediction: {
    name: "prediction",
    about: "The prediction f(x) has one number for each class. The class with the largest number is the answer.",
  },
  class: {
    name: "class",
    about: "A class is one of the answers that a prediction chooses from. Every image of a data set belongs to exactly one.",
  },
  label: {
    name: "label",
    about:
      "The label of an image is its correct class. The ridge regression uses it as a vector y with 1 for that class and 0 for all others.",
  },
  patch: {
    name: "patch",
    about:
      "A patch is a window of q × q pixels of an image, read as a vector u with d = c q² entries for c channels. Neighbouring patches overlap: there is one at every place where the window fits.",
  },
  channel: {
    name: "channel",
    about:
      "A channel is one number per pixel: a grey image has one channel, a colour image has red, green and blue. At deeper levels of Deep ConvRFM each random filter makes a channel.",
  },
  convolution: {
    name: "convolution",
    about:
      "A convolution applies the same filter to every patch of an image: each result is the inner product of filter and patch. The results form a map, with one number for each place.",
  },
  filter: {
    name: "filter",
    about:
      "A filter is a vector of the size of a patch; its inner product with a patch says how strongly the patch contains its pattern. Here filters are the eigenvectors of M with the largest eigenvalues.",
  },
  relu: {
    name: "ReLU",
    about:
      "The ReLU keeps positive numbers and replaces negative ones by 0. The kernel belongs to a network with a ReLU after each convolution.",
  },
  pooling: {
    name: "pooling",
    about:
      "Pooling replaces each square of a map by its average, so that a small shift of the image changes the result less. Deep ConvRFM can pool between two levels; the kernel itself does not.",
  },
  layer: {
    name: "layer",
    about:
      "A layer of a convolutional network is a convolution followed by a ReLU. The depth of the kernel is the number of such layers in its network.",
  },
  backpropagation: {
    name: "backpropagation",
    about:
      "Backpropagation computes the gradient of a network’s error with respect to all of its weights, from the last layer to the first. Gradient descent then changes the weights in many small steps.",
  },
  gradient: {
    name: "gradient",
    about:
      "The gradient of a prediction with respect to a patch says how much the prediction changes for a small change of each number in the patch. Here no weight is changed by it: gradients are only averaged into M.",
  },
  agop: {
    name: "average gradient outer product (AGOP)",
    about:
      "The AGOP sums the outer products g gᵀ of the gradients over patches and classes, and averages the sums over training images. Its large eigenvalues belong to the directions of a patch to which the predictions are most sensitive.",
  },
  m: {
    name: "M",
    about:
      "M is the AGOP over the patches, a d × d matrix with one row and one column for each number of a patch. The next round compares patches after a root of M has transformed them.",
  },
  covariance: {
    name: "covariance",
    about:
      "The covariance of vectors v is the average of v vᵀ; for patches their mean is subtracted first, for filters and gradients it is not. Random filters that are drawn with covariance M vary most along the leading eigenvectors of M.",
  },
  root: {
    name: "root of a matrix",
    about:
      "The root of M is the symmetric matrix R with R R = M: it has the same eigenvectors, and the roots of the eigenvalues. It is divided by the root of the trace, so that only the ratios of the eigenvalues count.",
  },
  eigenvector: {
    name: "eigenvector",
    about:
      "An eigenvector of M is a direction v that M only stretches: M v = λ v. The eigenvectors of M are orthogonal to each other, and those with the largest eigenvalues are drawn as filters.",
  },
  eigenvalue: {
    name: "eigenvalue",
    about:
      "The eigenvalue is the factor λ in M v = λ v. It measures how sensitive the predictions are to the direction v, and none is negative.",
  },
  spectrum: {
    name: "spectrum",
    about:
      "The spectrum of M is the list of its eigenvalues, largest first. If few of them hold most of the sum, few directions of a patch decide the prediction.",
  },
  trace: {
    name: "trace",
    about:
      "The trace of a matrix is the sum of its diagonal, which equals the sum of its eigenvalues. M is divided by its trace, so that its eigenvalues become shares.",
  },
  round: {
    name: "round",
    about:
      "A round computes the kernel matrix, solves for the weights, predicts, and averages the gradients into M. Round 0 uses the fixed kernel, and the last round computes no new M.",
  },
  update: {
    name: "update",
    about:
      "An update replaces the transform of the patches by the root of the M just computed. It takes place between two rounds and needs no learning rate.",
  },
  level: {
    name: "level",
    about:
      "A level of Deep ConvRFM is a complete run of ConvRFM on the images filtered by the level before. Its kernel has one layer less than the kernel of that level.",
  },
  seed: {
    name: "seed",
    about:
      "The seed is the number from which all random choices of a run are computed. The same seed and settings give the same images and the same result.",
  },
  sigma: {
    name: "noise level σ",
    about:
      "The noise level σ says how strong the noise around the signal is: the variance of the noise is proportional to σ. Data sets without such noise have no σ.",
  },
  positionLayer: {
    name: "position-layer",
    about:
      "A position-layer is one step of the kernel computation: one pair of images, at one place, in one layer. Their number per second measures the speed of an engine independently of image size and depth.",
  },
  correlation: {
    name: "correlation",
    about:
      "The correlation of two matrices here is the Pearson correlation of their entries, a number from −1 to 1. It is 1 if one matrix is a positive multiple of the other plus a constant.",
  },
};

export const glossary = {
  entries,
  all: "All terms",
  /** What a term is in the run on show. */
  here: {
    pairs: (n: number) => `${count((n * (n + 1)) / 2)} pairs of ${count(n)} training images`,
    weights: (n: number, classes: number) => `${count(n)} × ${classes} weights: training images × classes`,
    fixed: (test: number) => `${percent(test)} of the test images are right`,
    square: (size: number) => `${count(size)} × ${count(size)} numbers`,
    depth: (depth: number) => plural(depth, "layer", "layers"),
    relus: (depth: number) => (depth === 1 ? "One, in the only layer" : `One in each of the ${depth} layers`),
    ridge: (ridge: string, round: number | null) => `λ = ${ridge}${round === null ? "" : ` in round ${round}`}`,
    images: (n: number) => plural(n, "image", "images"),
    numbers: (classes: number) => `${classes} numbers for each image`,
    classes: (classes: number, names: string[]) => `${classes}: ${list(names)}`,
    label: (name: string) => `The label of this image: ${name}`,
    patch: (channels: number, side: number) => `d = ${channels} × ${side}² = ${count(channels * side ** 2)}`,
    channels: (channels: number) => plural(channels, "channel", "channels"),
    places: (rows: number, columns: number) => `${rows} × ${columns} places for each filter`,
    filter: (round: number) => `Filter 1 of round ${round}`,
    vector: (round: number, d: number) => `The first of ${count(d)}, round ${round}`,
    pooled: (side: number) => `Squares of ${side} × ${side} places`,
    gradients: (images: number, places: number, classes: number) =>
      `${plural(images, "image", "images")} × ${count(places)} places × ${plural(classes, "class", "classes")}`,
    averaged: (images: number) => `Averaged over ${plural(images, "training image", "training images")}`,
    matrix: (d: number, round: number) => `${count(d)} × ${count(d)} numbers, used in round ${round}`,
    map: (round: number) => `Lengths of the patches after the root, round ${round}`,
    largest: (share: number) => `The largest is ${percent(share * 100)} of the sum`,
    leading: (k: number, d: number, share: number) => `${k} of ${count(d)} hold ${percent(share * 100)} of the sum`,
    trace: (d: number) => `A sum of ${count(d)} numbers`,
    rounds: (rounds: number) => (rounds === 1 ? "Round 0 only" : `Rounds 0 to ${rounds - 1}`),
    updates: (rounds: number) => plural(rounds - 1, "update", "updates"),
    levels: (levels: number) => plural(levels, "level", "levels"),
    seed: (seed: number) => `Seed ${seed}`,
    sigma: (sigma: number) => `σ = ${value(sigma)}`,
    rate: (rate: number) => `${speed(rate)} a second in the last kernel matrix`,
    correlation: (value: number) => `${decimal(value, 2)} for WᵀW and the AGOP in the network on show`,
    noBackpropagation: "Not used in this run",
    notUsed: "Not part of this run",
    waiting: "Known after a run",
    waitingM: "Known after the first update",
    waitingNetwork: "Known after a network is trained",
  },
};
