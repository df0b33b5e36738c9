import { percent, plural } from "./shared";

export const accuracy = {
  empty: "Press Run: first the fixed kernel, then round by round what it learns.",
  from: "fixed kernel",
  to: (round: number, chosen: boolean) => `after ${plural(round, "update", "updates")}${chosen ? ", kept" : ""}`,
  onTest: "Right answers on images it has never seen",
  /** @param ridges  of all rounds, where they were chosen too */
  kept: (round: number, ridges: string[]) =>
    `The validation images keep round ${round}${round === 0 ? ", the fixed kernel" : ""}${ridges.length ? `${round === 0 ? "," : ""} and choose each round’s ridge: ${ridges.join(", ")}` : ""}.` +
    (round === 0 && ridges.length === 0 ? "" : " The test images choose nothing."),
  chart: "Accuracy per round on validation and test images",
  test: "test",
  validation: "validation",
  round: "round",
  axis: "right answers, %",
  axisRound: (round: number) => `round ${round}`,
  table: "Numbers",
  columns: ["Round", "Validation", "Test", "Ridge", "Seconds"],
  keptMark: "kept",
  raised: (round: number, ridge: string) =>
    `Round ${round}: the kernel matrix was too close to singular; the ridge was raised to ${ridge}.`,
  announce: (round: number, test: number | null, validation: number | null) =>
    `Round ${round}${round === 0 ? ", fixed kernel" : ""}: ` +
    [test !== null && `${percent(test)} on test images`, validation !== null && `${percent(validation)} on validation images`]
      .filter(Boolean)
      .join(", "),
};

export const filters = {
  about: "The directions of a patch that change the answer most, strongest first, and their share of all sensitivity.",
  fixedRound: "Round 0",
  fixedAbout: "The fixed kernel has no filters: every direction of a patch counts the same.",
  round: (round: number) => `Round ${round}`,
  pending: (round: number) => `Filters for round ${round} will appear here.`,
  none: "With one round nothing is learned: the fixed kernel is all there is. Choose two rounds or more.",
  alt: (rank: number, round: number, share: number) =>
    `Filter ${rank} of round ${round}, ${percent(share * 100)} of the sensitivity`,
  negative: "negative weight",
  positive: "positive weight",
  colour: "Colours are the three channels; grey is zero.",
};

export const seen = {
  about: "One test image, patch by patch: bright where the kernel looks.",
  image: "The image",
  plain: "Fixed kernel",
  learned: (round: number) => `Round ${round}`,
  empty: "Will show where the learned kernel looks.",
  byFilter: "Through each leading filter",
  filter: (rank: number) => `Filter ${rank}`,
  choose: "Choose another test image",
  alt: (className: string, index: number) => `Test image ${index}, class ${className}`,
  imageAlt: "The chosen test image",
  plainAlt: "Length of each patch: what the fixed kernel weighs",
  learnedAlt: "Length of each patch after the learned transform",
  filterAlt: (rank: number) => `Response of filter ${rank} at each place`,
  dark: "ignored",
  bright: "looked at",
};

/** Runs kept to be compared. */
export const pins = {
  pin: "Pin this run",
  alreadyPinned: "Pinned",
  run: (number: number) => `Run ${number}`,
  pinned: (number: number, replaced: number | null) =>
    `Run ${number} is pinned${replaced === null ? "" : ` in place of run ${replaced}`}.`,
  remove: (number: number) => `Remove run ${number}`,
  removed: (number: number) => `Run ${number} is no longer pinned.`,
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
