import type { DataName } from "../../run/records";
import type { NumberKey, SwitchKey } from "../../run/settings";

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
  pooling: {
    label: "Pooling",
    tip: "Average the outputs of the filters over squares of this many pixels, so that a small shift of the image changes them less. 1 for none, as in the paper’s scripts.",
  },
  rounds: {
    label: "Rounds",
    tip: "Number of kernel fits. Round 0 uses the fixed kernel; each later round uses the filters learned so far.",
  },
  sigma: { label: "Noise σ", tip: "Strength of the noise around the signal: its variance is proportional to σ." },
  seed: { label: "Seed", tip: "The same seed gives the same images and the same result." },
  agop: { label: "Gradient images", tip: "Number of training images whose gradients are averaged into M. The paper uses 20." },
  validation: { label: "Validation images", tip: "They choose the best round, and the ridge where that is left to them." },
  test: { label: "Test images", tip: "They measure the accuracy and choose nothing." },
  engine: {
    label: "Engine",
    tip: "Automatic uses the graphics processor if there is one that passes a self-test, else the CPU. It can be changed between rounds.",
  },
};

/** The ridge, and who chose it. */
export const ridge = {
  chosen: "chosen on validation",
  used: (ridge: string, chosen: boolean) => `Here λ = ${ridge}${chosen ? ", chosen on the validation images" : ""}.`,
};
