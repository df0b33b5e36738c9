import type { DataName, DataSummary } from "../../run/records";
import { shorten } from "../common";
import { count, plural, value } from "./shared";

/** What is known of the images before the first round. */
const LABELLED = "The labels of the training images are all that ConvRFM is given.";

export const samples = {
  task: {
    star: () => `Which of these images contain a star? ${LABELLED}`,
    mnist: () => `Which digit is it? ${LABELLED}`,
    "noisy-mnist": () => `Which digit is hidden in the noise? ${LABELLED}`,
    "local-signal": () => `One row at a random position is brighter or darker than the noise. Which of the two is it? ${LABELLED}`,
    "dead-leaves": (classes) => `Which shape do the leaves have: ${anyOf(classes)}? ${LABELLED}`,
    "fashion-mnist": () => `Which piece of clothing is it? ${LABELLED}`,
    "cifar-10": () => `Which animal or vehicle is it? ${LABELLED}`,
    svhn: () => `Which digit is in the middle? ${LABELLED}`,
    own: whichClass,
    hub: whichClass,
  } satisfies Record<DataName, (classes: string[]) => string> as Record<DataName, (classes: string[]) => string>,
  empty: "Some of the training images will appear here.",
  /** @param name  of the data set of the results */
  notYet: (name: string) =>
    `These images belong to the new settings. The results on this page still belong to “${name}”; the next run replaces them.`,
  moreClasses: (hidden: number) => `And ${plural(hidden, "more class", "more classes")}.`,
  shape: ({ height, width, channels, range: [low, high] }: DataSummary) =>
    `${height} × ${width} pixels, ${channels === 1 ? "grey" : channels === 3 ? "colour" : `${channels} channels`}, values ${value(low)} to ${value(high)}.`,
  duplicates: (duplicates: number) =>
    duplicates ? `${plural(duplicates, "image occurs", "images occur")} more than once; copies stay on one side of the split.` : "",
  staysHere: "The images stay in this browser.",
  counts: "Images per class",
  countColumns: ["Class", "Train", "Validation", "Test"],
  alt: (className: string, index: number) => `Training image ${index}, class ${className}`,
  source: (source: string, licence: string) => `Source: ${source}. Licence: ${licence}.`,
  ownSource: (source: string) => `Source: ${source}. You are responsible for the licence of your own images.`,
  split: (train: number, validation: number, test: number) =>
    `${count(train)} training, ${count(validation)} validation and ${count(test)} test images.`,
};

function whichClass(classes: string[]) {
  return classes.length ? `Which class is it: ${anyOf(classes)}? ${LABELLED}` : "";
}

function anyOf(classes: string[]) {
  const MANY = 6;
  const shown = (classes.length > MANY ? classes.slice(0, MANY - 1) : classes).map((name) => shorten(name));
  const last = classes.length > MANY ? `one of ${count(classes.length - shown.length)} others` : shown.pop();
  return [shown.join(", "), last].filter(Boolean).join(" or ");
}
