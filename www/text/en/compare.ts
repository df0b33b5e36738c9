import { count, plural } from "./shared";

/** Fixed kernel against ConvRFM. */
export const compare = {
  about:
    "The same images, the same ridge regression, the same seed. On one side the kernel as it came, on the other the kernel that has looked at its own gradients.",
  empty: "Press Run: both machines are part of every run. Round 0 is the fixed kernel.",
  one: "With one round there is only the fixed kernel. Choose two rounds or more.",
  run: "Run all rounds",
  against: "ConvRFM after round",
  roundOption: (round: number, kept: boolean) => `${round}${kept ? " (kept)" : ""}`,
  part: "Images",
  parts: { test: "Test", validation: "Validation" } satisfies Record<"validation" | "test", string> as Record<
    "validation" | "test",
    string
  >,
  numbers: "Right answers and errors",
  fixed: "Fixed kernel",
  learned: (round: number) => `ConvRFM, round ${round}`,
  columns: ["", "right, validation", "right, test", "squared error, validation", "squared error, test", "ridge"],
  accuracy: "Right answers",
  accuracyAxis: "right answers, %",
  error: "Mean squared error",
  errorAxis: "mean (f − y)²",
  round: "round",
  table: "Numbers of every round",
  tableColumns: ["Round", "right, validation", "right, test", "squared error, validation", "squared error, test", "ridge"],
  point: (round: number, test: string, validation: string) => `Round ${round}: ${test} test, ${validation} validation`,
  confusion: "What is taken for what",
  confusionAbout: "Rows are the truth, columns the answer. Right answers stand on the diagonal.",
  confusionPart: (shown: number, classes: number) => `The ${shown} of ${classes} classes with the most mistakes.`,
  truthAxis: "truth",
  confusionCaption: (machine: string, part: string) => `${machine}, ${part.toLowerCase()} images`,
  cell: (truth: string, answer: string, n: number) =>
    truth === answer
      ? `${truth} taken for ${answer}, rightly: ${plural(n, "image", "images")}`
      : `${truth} taken for ${answer}: ${plural(n, "image", "images")}`,
  cellHint: "Point at a cell, or move with the arrow keys.",
  changed: "Images whose answer changed",
  gained: (n: number | null) => `Wrong before, right now${n === null ? "" : `: ${count(n)}`}`,
  lost: (n: number | null) => `Right before, wrong now${n === null ? "" : `: ${count(n)}`}`,
  none: "None.",
  more: (n: number) => `and ${count(n)} more`,
  answers: (truth: string, before: string, after: string) => `${truth}: ${before} → ${after}`,
  changedAlt: (index: number, truth: string, before: string, after: string) =>
    `Image ${index}, ${truth}: the fixed kernel says ${before}, ConvRFM says ${after}`,
  chooseChanged: "Choose an image to see where each of the two looks.",
  mapsOf: "Where a small change would move the answer most",
  image: "The image",
  mapAlt: "Length of the gradient at each place",
};
