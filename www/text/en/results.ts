import { percent, plural } from "./shared";

export const accuracy = {
  empty: "Press Run: the fixed kernel comes first, then each round with the filters it has learned.",
  from: "fixed kernel",
  /** Caption of the number of the best round; null before there is one. */
  best: (round: number | null, level: number | null) =>
    round === null ? "best round" : level === null ? `best round: ${round}` : `best: level ${level}, round ${round}`,
  /** @param images  null where they are not counted */
  onTest: (images: number | null) =>
    `Correct answers on ${images === null ? "test images" : plural(images, "test image", "test images")}`,
  /** @param level  null where there is one only */
  kept: (round: number, level: number | null, finished: boolean) => {
    const so = finished ? ", so it is the one reported." : " so far.";
    if (level !== null) return `Level ${level}, round ${round} did best of all levels on the validation images${so}`;
    if (round === 0) return `The fixed kernel, round 0, did best on the validation images${so}`;
    return `Round ${round} did best on the validation images${so}`;
  },
  level: (level: number) => `Level ${level}`,
  levels: "Best round of each level",
  levelRound: (level: number, round: number) => `Level ${level}, round ${round}`,
  seedsHeading: "Seeds",
  seedsRun: "Seeds run so far:",
  seed: (seed: number) => `Seed ${seed}`,
  seedTip: (seed: number) => `Use seed ${seed}`,
  runSeeds: (count: number) => `Run ${count} seeds`,
  runSeedsTip: (first: number, last: number) =>
    `Runs these settings with seeds ${first} to ${last} in the background, and gives mean and standard deviation.`,
  stop: "Stop",
  stopTip: "Stops here and keeps the seeds that are done",
  seedsDone: (done: number, total: number) => `${done} of ${total} seeds`,
  seedsWait: "waiting for the run above",
  overSeeds: (seeds: number) => `Mean ± standard deviation of ${plural(seeds, "seed", "seeds")}`,
  mean: (spread: string) => `mean ${spread}`,
  seedsOf: (run: string) => `These seeds belong to other settings: ${run}.`,
  seedsPlot: (fixed: string, learned: string) => `Test accuracy of each seed. Fixed kernel: ${fixed}. Best round: ${learned}.`,
  seedsNone: "none yet",
  chart: "Accuracy per round on validation and test images",
  test: "test",
  validation: "validation",
  round: "round",
  axis: "right answers, %",
  axisRound: (round: number) => `round ${round}`,
  table: "Numbers by round",
  columns: ["Round", "Validation", "Test", "Ridge", "Seconds"],
  keptMark: "best",
  raised: (round: number, ridge: string) =>
    `Round ${round}: the kernel matrix was too close to singular; the ridge was raised to ${ridge}.`,
  announce: (round: number, test: number | null, validation: number | null) =>
    `Round ${round}${round === 0 ? ", fixed kernel" : ""}: ` +
    [test !== null && `${percent(test)} on test images`, validation !== null && `${percent(validation)} on validation images`]
      .filter(Boolean)
      .join(", "),
};

export const filters = {
  heading: (round: number) => (round === 0 ? "Filters" : `Filters of round ${round}`),
  about:
    "The directions of a [patch](patch) to which the [predictions](prediction) are most sensitive, the strongest first, each with its share.",
  fixedAbout:
    "[Round](round) 0 is the [fixed kernel](fixed). It has no [filters](filter): every direction of a [patch](patch) counts the same.",
  pending: "They appear here after the first update.",
  none: "With one [round](round) there is no [update](update) and no [filter](filter). Choose two rounds or more in the settings.",
  alt: (rank: number, round: number, share: number) =>
    `Filter ${rank} of round ${round}, ${percent(share * 100)} of the sensitivity`,
  negative: "negative weight",
  positive: "positive weight",
  colour: "Colours are the three channels; grey is zero.",
  open: (rank: number) => `Training patches with the strongest response to filter ${rank}`,
  openTip: "Press a filter to see the training patches with the strongest response to it.",
  strongest: (rank: number, round: number) => `Training patches with the strongest response to filter ${rank} (round ${round})`,
  strongestAlt: (place: number) => `Patch ${place}`,
  onlyBest: (round: number) => `Patches are shown for the best round, round ${round}.`,
  runFirst: "Press Run first: the patches come from the training images of a run made here.",
};

export const seen = {
  heading: "One test image",
  about: (round: number): string =>
    round === 0
      ? "Each [patch](patch) weighted by its length: this is all that the [fixed kernel](fixed) takes from it."
      : "Each [patch](patch) weighted by the learned [filters](filter): bright patches decide, dark ones hardly count.",
  image: "Image",
  plain: "Fixed kernel",
  learned: (round: number) => `Round ${round}`,
  byFilter: "Through single filters",
  filter: (rank: number) => `Filter ${rank}`,
  choose: "Other test images",
  alt: (className: string, index: number) => `Test image ${index}, class ${className}`,
  imageAlt: "The chosen test image",
  plainAlt: "Length of each patch, as the fixed kernel weights it",
  learnedAlt: (round: number) => `Length of each patch after the transform of round ${round}`,
  filterAlt: (rank: number) => `Response of filter ${rank} at each place`,
  scale: "One scale for both maps and for all ten images",
  dark: "counts little",
  bright: "counts much",
};

export const rounds = {
  label: "Round shown",
  name: (round: number) => (round === 0 ? "Round 0, fixed kernel" : `Round ${round}`),
  best: "best",
  follow: "Latest round",
};

/** Runs kept to be compared. */
export const pins = {
  pin: "Pin this run",
  alreadyPinned: "Pinned",
  run: (number: number) => `Run ${number}`,
  heading: "Pinned runs",
  pinned: (number: number) => `Run ${number} is pinned below.`,
  kept: "Best round",
  keptTest: "Test, best round",
  fixedTest: "Test, fixed kernel",
  remove: (number: number) => `Remove run ${number}`,
  removed: (number: number) => `Run ${number} is no longer pinned.`,
  link: "Open these settings",
  table: "Pinned runs side by side",
  accuracies: "Validation / test, %",
  ridges: "Ridges used",
  seconds: "Seconds of computing",
  differ: "Different",
  same: "The same in all",
  allSame: "All settings are the same",
  keptMark: "(best)",
  stay: "Pinned runs stay while you change settings. They go when the page is loaded anew; their links can be kept.",
  on: "on",
  off: "off",
  none: "–",
};
