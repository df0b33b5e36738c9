import { percent, plural } from "./shared";

/** The levels of Deep ConvRFM. */
export const deep = {
  one: "This run has one level. A kernel of depth L allows up to L levels.",
  stack: (levels: number) => `Use ${levels} levels`,
  example: "Try two levels on digits in noise",
  empty: "Press Run to see what each level learns.",
  noFilters: "With one round nothing is learned. Choose two rounds or more.",
  level: (level: number) => `Level ${level}`,
  shape: (depth: number, channels: number, patch: number, side: number) =>
    `Kernel of ${plural(depth, "layer", "layers")} on ${plural(channels, "channel", "channels")}; patches of ${patch}\u00a0×\u00a0${patch} cover ${side}\u00a0×\u00a0${side} pixels of the image.`,
  waiting: "Not computed yet.",
  axis: "accuracy, %",
  round: "round of each level",
  chart: "Validation and test accuracy of every round of every level, beside the test accuracy of the fixed kernel",
  columns: ["Round", "Validation", "Test", "Ridge"],
  /** @param last  whether no level follows */
  kept: (round: number, last: boolean) =>
    round > 0
      ? `Best on validation: round ${round}.`
      : `Best on validation: round 0.${last ? "" : " No update helped, so the next level’s filters are drawn from I."}`,
  best: "best of all levels",
  /** Accuracies on test images. */
  bestAbout: (level: number, round: number, test: number, fixed: number) =>
    level === 0 && round === 0
      ? `The fixed kernel did best on the validation images: ${percent(test)} of the test images are right.`
      : `Level ${level}, round ${round} did best on the validation images: ${percent(test)} of the test images are right, against ${percent(fixed)} for the fixed kernel.`,
  filters: "Filters and patches",
  filter: "filter",
  /** The round that uses the M that is shown. */
  from: (round: number) => `M of round ${round}`,
  patches: "training patches with the strongest response",
  filtersAbout:
    "Each row is a leading eigenvector of M, drawn as one filter over the pixels, with the share of M that it explains.",
  reluAbout: "A ReLU lies between the levels: a filter is drawn as if every value passed it.",
  field: (rank: number, level: number, share: number) =>
    `Filter ${rank} of level ${level} over the pixels, ${percent(share * 100, 1)} of M`,
  strongest: (rank: number, place: number) => `Training patch ${place} by response to filter ${rank}`,
  drawn: "One image through random filters",
  learned: "filters drawn from M",
  isotropic: "filters drawn from I",
  drawnAbout: "Both rows use the same random numbers. The first has the learned covariance M, the second none.",
  image: (name: string) => `The test image that goes through the filters, class ${name}`,
  map: (source: string, place: number) => `The image through random filter ${place}, ${source}`,
};
