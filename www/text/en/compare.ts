import { count, plural } from "./shared";

/** The fixed kernel beside a learned round. */
export const compare = {
  empty: "Run to compare the fixed kernel with the rounds that learn from it.",
  counting: "The comparison starts with the predictions of round 1.",
  one: "With one round there is only the fixed kernel. Set two rounds or more to compare.",
  run: "Run all rounds",
  against: "Compare with round",
  roundOption: (round: number, best: boolean) => `${round}${best ? " (best)" : ""}`,
  part: "Images",
  parts: { test: "Test", validation: "Validation" } satisfies Record<"validation" | "test", string> as Record<
    "validation" | "test",
    string
  >,
  numbers: "Accuracy and error",
  fixed: "Fixed kernel",
  learned: (round: number) => `ConvRFM, round ${round}`,
  columns: ["", "accuracy, validation", "accuracy, test", "squared error, validation", "squared error, test", "ridge"],
  error: "Mean squared error",
  errorAxis: "mean (f − y)²",
  errorAlt: "Mean squared error of every round on test and validation images",
  round: "round",
  test: "test",
  validation: "validation",
  table: "Numbers of every round",
  tableColumns: ["Round", "accuracy, validation", "accuracy, test", "squared error, validation", "squared error, test", "ridge"],
  confusion: "Mistakes (confusion matrix)",
  confusionAbout: "Rows are true classes, columns are predictions. Correct predictions are on the diagonal.",
  confusionPart: (shown: number, classes: number) => `The ${shown} of ${classes} classes with the most mistakes.`,
  truthAxis: "true class",
  confusionCaption: (machine: string, part: string) => `${machine}, ${part.toLowerCase()} images`,
  cell: (truth: string, answer: string, n: number) =>
    truth === answer
      ? `${truth} predicted as ${answer}, correctly: ${plural(n, "image", "images")}`
      : `${truth} predicted as ${answer}: ${plural(n, "image", "images")}`,
  cellHint: "Point at a cell, or move with the arrow keys, to read it.",
  cellHintTouch: "Tap a cell to read it.",
  classes: "Correct predictions per class",
  classesAbout: (part: string) => `Of the ${part.toLowerCase()} images of each class.`,
  classColumns: ["Class", "fixed kernel", "ConvRFM", "images"],
  changed: "Images whose prediction changed",
  gained: (n: number | null) => `Wrong before, right now${n === null ? "" : `: ${count(n)}`}`,
  lost: (n: number | null) => `Right before, wrong now${n === null ? "" : `: ${count(n)}`}`,
  none: "None.",
  waiting: "The images will appear here.",
  more: (n: number) => `and ${count(n)} more`,
  changedAlt: (index: number, truth: string, before: string, after: string) =>
    `Image ${index}, ${truth}: the fixed kernel predicts ${before}, ConvRFM predicts ${after}`,
  chooseChanged: "Select an image to compare the gradients of both predictions.",
  mapsOf: "Where a small change moves the prediction most",
  mapsAbout: "Length of the gradient at each patch, for the image’s true class. Both maps share one scale.",
  low: "short",
  high: "long",
  image: "Image",
  mapAlt: (machine: string) => `Length of the gradient at each patch: ${machine}`,
};
