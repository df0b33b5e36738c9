import { percent, plural } from "./shared";

/** The levels of Deep ConvRFM. */
export const deep = {
  about:
    "Deep ConvRFM goes on where ConvRFM ends: it draws random filters with the covariance M, convolves every image with them, and starts again on what comes out, with a kernel of one layer less. A filter of a deeper level looks at more of the image.",
  one: "This run has one level. A kernel of depth L can be stacked L levels high.",
  stack: (levels: number) => `Stack ${levels} levels`,
  example: "Try three levels on clothes",
  empty: "Run to see what each level learns.",
  noFilters: "One round learns no filters. Choose two rounds or more.",
  level: (level: number) => `Level ${level}`,
  shape: (depth: number, channels: number, patch: number, side: number) =>
    `Kernel of ${plural(depth, "layer", "layers")} on ${plural(channels, "channel", "channels")}; patches of ${patch} × ${patch} see ${side} × ${side} pixels.`,
  waiting: "Not begun.",
  chart: "Accuracy on validation and test images, round by round and level by level",
  columns: ["Round", "Validation", "Test", "Ridge"],
  /** @param last  whether no level follows */
  kept: (round: number, last: boolean) =>
    round > 0
      ? `Round ${round} is kept.`
      : `Round 0 is kept: nothing learned did better${last ? "" : ", and the next level’s filters come from I"}.`,
  looksFor: "What it looks for",
  looksForAbout:
    "“What it looks for”, a row each: a leading eigenvector of M as one filter over the pixels, and the training images it answers to most, the strongest first.",
  reluAbout: "Between levels there is a ReLU: the picture shows the filter where every value passes.",
  field: (rank: number, level: number, share: number) =>
    `Filter ${rank} of level ${level} over the pixels, ${percent(share * 100, 1)} of M`,
  strongest: (rank: number, place: number) => `Place ${place} of the training images that answer to filter ${rank} most`,
  drawn: "An image through random filters",
  learned: "drawn from M",
  isotropic: "drawn from I",
  drawnAbout:
    "“An image through random filters”: the same random numbers, shaped by what was learned and not. The image is the one chosen under “What the machine sees”.",
  map: (source: string, place: number) => `The image through random filter ${place}, ${source}`,
};
