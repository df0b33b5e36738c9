import type { DataName } from "../../run/records";
import type { ExperimentName, NumberKey, Section, SwitchKey } from "../../run/settings";
import { count } from "./shared";

export const dataSets: Record<Exclude<DataName, "own" | "hub">, { name: string; about: string }> = {
  star: { name: "Hidden star", about: "Colour noise. Half of the images contain a small star at a random position." },
  "dead-leaves": {
    name: "Dead leaves",
    about: "Overlapping coloured shapes of all sizes, as in natural images. Which shape is it?",
  },
  mnist: { name: "Digits", about: "Handwritten digits (MNIST), 28 × 28 pixels, ten classes." },
  "noisy-mnist": { name: "Digits in noise", about: "A digit at a random position in a larger frame of noise." },
  "local-signal": { name: "Local signal", about: "Sixteen rows of noise. One of them, at random, carries the signal." },
  "fashion-mnist": { name: "Clothes", about: "Pieces of clothing (Fashion-MNIST), 28 × 28 pixels, ten classes." },
  "cifar-10": { name: "CIFAR-10", about: "Animals and vehicles in colour, 32 × 32 pixels, ten classes." },
  svhn: { name: "House numbers", about: "Digits photographed in the street (SVHN), 32 × 32 pixels in colour." },
};

export const settings: Record<NumberKey | SwitchKey | "ridge" | "engine", { label: string; tip: string }> = {
  pool: { label: "Pictures to read", tip: "Training pictures read from the hub. The images of a run are drawn from them." },
  side: { label: "Image side", tip: "Pictures are cropped to their middle square and resized to this many pixels." },
  colour: { label: "Colour", tip: "Three channels, or one (grey). Filters of colour images are coloured." },
  frame: { label: "Noisy frame", tip: "Each image is placed at a random position in a larger frame of noise." },
  train: {
    label: "Training images",
    tip: "Labelled images that the kernel machine is fitted to. Time grows with the square of their number.",
  },
  patch: { label: "Patch size", tip: "Side of the square patches, in pixels. Filters have this size." },
  depth: { label: "Depth", tip: "Layers of the convolutional network whose kernel (NTK) is used." },
  ridge: {
    label: "Ridge",
    tip: "λ, relative to the largest kernel value. A larger ridge gives a smoother fit. “Chosen on validation”: every round tries 10⁻⁶, 10⁻⁵, 10⁻⁴, 10⁻³, 10⁻², 10⁻¹ and 10⁰ and the validation images choose. The test images never do.",
  },
  levels: {
    label: "Levels",
    tip: "Deep ConvRFM: each further level is trained on images filtered with what the level before has learned. Its kernel is one layer shallower.",
  },
  width: {
    label: "Random filters",
    tip: "Filters drawn at random from the learned matrix M between two levels: the channels of the next level’s images.",
  },
  relu: { label: "ReLU", tip: "Keep only the positive outputs of the filters between two levels. The paper’s scripts keep all." },
  rounds: {
    label: "Rounds",
    tip: "Number of kernel fits. Round 0 uses the fixed kernel; each later round uses the filters learned so far.",
  },
  sigma: { label: "Noise σ", tip: "Standard deviation of the noise around the signal." },
  seed: { label: "Seed", tip: "The same seed gives the same images and the same result, to the last digit." },
  agop: { label: "Gradient images", tip: "Number of training images whose gradients are averaged into M. The paper uses 20." },
  validation: { label: "Validation images", tip: "They choose the best round, and the ridge where that is left to them." },
  test: { label: "Test images", tip: "They measure the accuracy and choose nothing." },
  engine: {
    label: "Engine",
    tip: "Automatic uses the graphics processor if there is one that passes a self-test, else the CPU. It can be changed between rounds.",
  },
};

/** The panel of all settings. */
export const settingsPanel = {
  heading: "Settings",
  sections: { images: "Images", kernel: "Kernel", levels: "Levels", engine: "Engine" } satisfies Record<Section, string> as Record<
    Section,
    string
  >,
  note: "The results stay until the next run.",
  defaults: "Restore the defaults of this data set",
  range: (low: number, high: number) => `From ${count(low)} to ${count(high)}.`,
};

/** The ridge, and who chose it. */
export const ridge = {
  chosen: "chosen on validation",
  used: (ridge: string, chosen: boolean) => `Here λ = ${ridge}${chosen ? ", chosen on the validation images" : ""}.`,
};

/** The paper's experiments. */
export const experiments = {
  label: "Experiment",
  tip: "The paper’s experiments, with fewer images than published.",
  none: "None of these",
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
    svhn: { name: "House numbers", about: "The paper trains on 1,000 images. Here there are 400, so accuracies are lower." },
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
