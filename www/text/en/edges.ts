import type { Spread, TemplateMatch } from "../../run/records";
import { count, decimal, percent } from "./shared";

/** A share of random filters. */
const chanceOf = (share: number) => (share < 0.001 ? "<\u00a00.1\u00a0%" : percent(share * 100).replace(" ", "\u00a0"));

const families = { edge: "edge", bar: "bar", "centre-surround": "spot" };

/** What comes from the images, and what from the labels. */
export const edges = {
  shuffle: "Shuffle the labels",
  cancel: "Cancel",
  will: "Learns once more from the same images, up to the first update, with the training labels permuted by the seed.",
  running: "Learning from shuffled labels, in the background.",
  runningOther: "Learning from shuffled labels of the images before.",
  waits: "Waiting while the page’s own run is in progress or the page is hidden.",
  done: "Done: the second row has the filters from shuffled labels.",
  progress: "Progress of the run with shuffled labels",
  rows: { images: "No labels", shuffled: "Shuffled labels", true: "True labels" },
  rowsAbout: {
    images: "Eigenvectors of the covariance of the training patches.",
    shuffled: "M after one update.",
    true: "M after one update.",
  },
  /** @param images  whose patches it is the covariance of */
  components: (images: number, train: number) =>
    images === train
      ? "Eigenvectors of the covariance of the training patches."
      : `Eigenvectors of the covariance of the patches of ${count(images)} training images.`,
  empty: {
    images: "Not computed yet.",
    shuffled: "Press “Shuffle the labels” to compute this row.",
    true: "Press Run to compute this row.",
  },
  noUpdate: "With one round nothing is learned. Choose two rounds or more.",
  accuracy: (test: number, guess: number) => `Test accuracy ${percent(test)} (guessing: ${percent(guess)})`,
  filter: (rank: number, row: string) => `Filter ${rank}, ${row.toLowerCase()}`,
  /** A constant filter matches no template. */
  match: ({ family, correlation }: TemplateMatch) =>
    family === "constant" ? "constant" : `${families[family]} ${decimal(correlation, 2)}`,
  chance: (share: number) => `chance ${chanceOf(share)}`,
  /** @param counts  of no labels, shuffled and true labels; null where not computed */
  answer: (filters: number, counts: (number | null)[]) => {
    const names = ["without labels", "with shuffled labels", "with true labels"];
    const known = counts.flatMap((count, i) => (count === null ? [] : [`${count} ${names[i] ?? ""}`]));
    return `Of the ${filters} leading filters, this many match an edge or a bar better than 95 % of random filters: ${known.join(", ")}.`;
  },
  tooSmall: "Patches below 5 × 5 are too small to compare with templates: most random filters would match one.",
  /** @param random  the correlation that 95 % of random filters stay below; null where unknown */
  legend: (random: number | null) =>
    `Under each filter: its share of the trace, the template that it matches best, the correlation with it, and the share of random filters that match as well. Coloured names: edges and bars that fewer than 5 % of random filters match as well${random === null ? "" : ` (correlation above ${decimal(random, 2)})`}. Spot: bright or dark centre with a surround.`,
  measured: "Measured over several seeds",
  measuredAbout: (seeds: number) =>
    `Patches of 5 × 5, 1,000 training images, ridge 0.1, one update, ${seeds} seeds: edges and bars among the eight leading filters, and in brackets the mean correlation with templates of those that are not constant. Mean ± standard deviation.`,
  columns: ["Images", "No labels", "Shuffled labels", "True labels"],
  images: {
    "dead-leaves": "Dead leaves",
    "blurred-leaves": "Dead leaves, blurred",
    files: "Photographs (CIFAR-10)",
    star: "Hidden star",
    square: "Hidden square",
  },
  cell: (edges: Spread, correlation: Spread) =>
    `${decimal(edges.mean)}\u00a0±\u00a0${decimal(edges.deviation)} (${decimal(correlation.mean, 2)})`,
  shapesAbout:
    "A shape hidden in noise (50 images, patches of 11 × 11): correlation of the first filter with the star and with the square.",
  shape: (star: Spread, square: Spread) =>
    `★\u00a0${decimal(star.mean, 2)}\u00a0±\u00a0${decimal(star.deviation, 2)}, ■\u00a0${decimal(square.mean, 2)}\u00a0±\u00a0${decimal(square.deviation, 2)}`,
  /** @param shuffled  mean correlation on photographs @param learned  the same with true labels */
  measuredAnswer: (shuffled: number, learned: number) =>
    `Edges come from the images: without labels and with shuffled labels about as many filters match edges and bars as with true labels. Sharp edges are not needed: blurred leaves give as many. Labels change the order and the weights of the filters. On photographs the mean correlation is ${decimal(shuffled, 2)} with shuffled and ${decimal(learned, 2)} with true labels. For a star or a square hidden in noise the first filter from true labels is nearly constant, and the rest of it matches both shapes equally well.`,
  source: "All runs and settings",
};
