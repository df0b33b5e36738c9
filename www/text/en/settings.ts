import type { DataName } from "../../run/records";
import type { ExperimentName, NumberKey, SwitchKey } from "../../run/settings";

export const dataSets: Record<Exclude<DataName, "own" | "hub">, { name: string; about: string }> = {
  star: { name: "Hidden star", about: "Colour noise; in half of the images hides a small star, each time in another place." },
  "dead-leaves": {
    name: "Dead leaves",
    about: "Colour pictures of shapes lying over each other, large and small as in nature. Which shape is it?",
  },
  mnist: { name: "Digits", about: "Handwritten digits (MNIST), 28 × 28 pixels, ten classes." },
  "noisy-mnist": { name: "Digits in noise", about: "A digit somewhere in a larger frame of noise." },
  "local-signal": { name: "Local signal", about: "Sixteen rows of noise; one of them, anywhere, carries the signal." },
  "fashion-mnist": { name: "Clothes", about: "Pieces of clothing (Fashion-MNIST), 28 × 28 pixels, ten classes." },
  "cifar-10": { name: "CIFAR-10", about: "Animals and vehicles in colour, 32 × 32 pixels, ten classes." },
  svhn: { name: "House numbers", about: "Digits photographed in the street (SVHN), 32 × 32 pixels in colour." },
};

export const settings: Record<NumberKey | SwitchKey | "ridge" | "engine", { label: string; tip: string }> = {
  pool: { label: "Pictures to read", tip: "Training pictures read from the hub; the images are drawn from them." },
  side: { label: "Image side", tip: "Pictures are cut to their middle square and resized to this many pixels." },
  colour: { label: "Colour", tip: "Three channels, or one: grey. Filters of colour images are colour pictures." },
  frame: { label: "Noisy frame", tip: "Each image stands somewhere in a larger frame of noise." },
  train: { label: "Images", tip: "Labelled images the machine learns from. Time grows with their square." },
  patch: { label: "Patch size", tip: "Side of the square window, in pixels. Filters have this size." },
  depth: { label: "Depth", tip: "Layers of the convolutional network whose kernel (NTK) is used." },
  ridge: {
    label: "Ridge",
    tip: "λ: how strongly the fit is kept smooth. Larger forgives more noise. “Chosen on validation”: every round tries 10⁻⁶, 10⁻⁵, 10⁻⁴, 10⁻³, 10⁻², 10⁻¹ and 10⁰, and the validation images choose. The test images never do.",
  },
  levels: {
    label: "Levels",
    tip: "Deep ConvRFM: each further level learns from images filtered by what the one before has learned. Each takes one layer of the depth.",
  },
  width: {
    label: "Random filters",
    tip: "Drawn between two levels with the matrix M that was learned; the next level’s images have so many channels.",
  },
  relu: { label: "ReLU", tip: "Between two levels keep only positive answers of the filters. The paper’s scripts keep all." },
  rounds: { label: "Rounds", tip: "Kernel fits. Round 0 is the fixed kernel; each later round uses the filters just learned." },
  sigma: { label: "Noise σ", tip: "Strength of the noise around the signal." },
  seed: { label: "Seed", tip: "Same seed, same images, same result to the last digit." },
  agop: { label: "Gradient images", tip: "Training images whose gradients are averaged into M. The paper uses 20." },
  validation: { label: "Validation images", tip: "They choose which round is kept, and the ridge where that is left to them." },
  test: { label: "Test images", tip: "They measure the result and choose nothing." },
  engine: {
    label: "Engine",
    tip: "What computes. Automatic takes the graphics processor if there is one that passes a test. May be changed between rounds.",
  },
};

/** The ridge, and who chose it. */
export const ridge = {
  chosen: "chosen on validation",
  used: (ridge: string, chosen: boolean) => `Here λ = ${ridge}${chosen ? ", chosen by the validation images" : ""}.`,
};

/** The paper's experiments. */
export const experiments = {
  label: "Experiment",
  tip: "The paper’s experiments with their settings.",
  none: "Your own settings",
  noneAbout: "These settings are none of the paper’s experiments.",
  names: {
    star: {
      name: "Hidden star",
      about: "As published: 50 training images, patches of 11 pixels, one layer. The paper: 78 % becomes 95 % after one update.",
    },
    "noisy-mnist": {
      name: "Digits in noise",
      about:
        "The paper trains on 4,000 images, this on 400, so accuracies are lower. Seeds 0 to 4: 29.5 ± 1.6 % becomes 32.3 ± 2.3 %.",
    },
    "local-signal": {
      name: "Local signal",
      about:
        "One row in sixteen carries the signal. ConvRFM learns the pattern of that row. Seeds 0 to 4: 78.2 ± 1.6 % becomes 86.4 ± 1.5 %.",
    },
    svhn: { name: "House numbers", about: "The paper trains on 1,000 images; here 400 do, so accuracies are lower." },
    "cifar-10": {
      name: "CIFAR-10",
      about: "Patches of 3 pixels, three layers, five rounds as in the paper; here with 400 training images.",
    },
    "fashion-mnist": {
      name: "Clothes",
      about:
        "Patches of 3 pixels, three layers, five rounds as in the paper; here with 400 training images. Learning gains nothing with these settings: 76.2 ± 1.8 % before, 76.2 ± 2.0 % after (seeds 0 to 4).",
    },
    deep: {
      name: "Deep ConvRFM",
      about:
        "Three levels of a kernel of three layers; here with 300 digits and 16 random filters between levels. Seeds 0 to 4: the fixed kernel is right on 88.3 ± 1.8 %, one level on 89.1 ± 2.2 %, the best deeper level on 89.3 ± 2.3 %. Each of the five gains 0.3 to 1.8 points over the fixed kernel.",
    },
  } satisfies Record<ExperimentName, { name: string; about: string }> as Record<ExperimentName, { name: string; about: string }>,
};
