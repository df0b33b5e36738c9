import type { About, DataName, DataSummary, Opening } from "../../run/records";
import { host, shorten } from "../common";
import { count, decimal, duration, megabytes, plural, value } from "./shared";

export const samples = {
  task: {
    star: () =>
      "Which of these images hide a star? The machine is told the answer for these and the other training images, nothing else.",
    mnist: () => "Which digit is it? The machine is told the answer for the training images, nothing else.",
    "noisy-mnist": () => "Which digit hides in the noise? The machine is told the answer for the training images, nothing else.",
    "local-signal": () => "One row, somewhere, is brighter or darker than the noise. Which of the two is it?",
    "dead-leaves": (classes) =>
      `Which shape do the leaves have: ${anyOf(classes)}? The machine is told the answer for the training images, nothing else.`,
    "fashion-mnist": () => "Which piece of clothing is it? The machine is told the answer for the training images, nothing else.",
    "cifar-10": () => "Which animal or vehicle is it? The machine is told the answer for the training images, nothing else.",
    svhn: () => "Which digit stands in the middle? The machine is told the answer for the training images, nothing else.",
    own: whichClass,
    hub: whichClass,
  } satisfies Record<DataName, (classes: string[]) => string> as Record<DataName, (classes: string[]) => string>,
  empty: "A few of the training images will stand here.",
  moreClasses: (hidden: number) => `And ${plural(hidden, "more class", "more classes")}.`,
  shape: ({ height, width, channels, range: [low, high] }: DataSummary) =>
    `${height} × ${width} pixels, ${channels === 1 ? "grey" : channels === 3 ? "colour" : `${channels} channels`}, values ${value(low)} to ${value(high)}.`,
  duplicates: (duplicates: number) =>
    duplicates ? `${plural(duplicates, "image occurs", "images occur")} more than once; copies stay on one side of the split.` : "",
  staysHere: "Nothing leaves this page.",
  counts: "Images per class",
  countColumns: ["Class", "Learn", "Choose", "Test"],
  alt: (className: string, index: number) => `Training image ${index}, class ${className}`,
  source: (source: string, licence: string) => `Source: ${source}. Licence: ${licence}.`,
  split: (train: number, validation: number, test: number) =>
    `${count(train)} to learn from, ${count(validation)} to choose by, ${count(test)} to test on.`,
};

function whichClass(classes: string[]) {
  return classes.length
    ? `Which is it: ${anyOf(classes)}? The machine is told the answer for the training images, nothing else.`
    : "";
}

function anyOf(classes: string[]) {
  const MANY = 6;
  const shown = (classes.length > MANY ? classes.slice(0, MANY - 1) : classes).map((name) => shorten(name));
  const last = classes.length > MANY ? `one of ${count(classes.length - shown.length)} others` : shown.pop();
  return [shown.join(", "), last].filter(Boolean).join(" or ");
}

/** The panel in which the reader opens images of their own. */
export const own = {
  open: "Your own…",
  openTip: "Open pictures from files, the Hugging Face hub or the webcam. Or drop them anywhere on the page.",
  heading: "Your own images",
  lead: "Give at least two classes. Nothing is uploaded: everything is read and computed on this page.",
  close: "Close",
  drop: "Drop files or a folder here",
  dropAnywhere: "Drop to open",
  dropAnywhereAbout: "Pictures in one folder per class, or a data set file",
  pickFiles: "Choose files",
  pickFolder: "Choose a folder",
  filesHeading: "From files",
  formats: [
    ["Pictures", "one folder per class, or a .zip of it: PNG, JPEG, WebP"],
    ["Data sets", "MNIST’s IDX (.gz), CIFAR .bin or .tar.gz, .npz, .mat, Parquet"],
  ],
  hubHeading: "From the Hugging Face hub",
  hubLabel: "Name",
  hubPlaceholder: "owner/name",
  hubExamples: "For example",
  hubCount: "Pictures",
  hubLoad: "Load",
  hubAbout: (host: string) => `Only the pictures asked for are downloaded, from ${host} to this browser.`,
  badName: "A data set on the hub is named like “uoft-cs/cifar10”: its owner, a slash, its name.",
  kept: (bytes: number) => `${megabytes(bytes)} kept in this browser.`,
  empty: "Empty",
  emptied: "Nothing is kept any more.",
  cameraHeading: "From the webcam",
  cameraAbout: "Hold a button to record a class, then the other. The pictures stay here.",
  cameraStart: "Start the webcam",
  cameraStop: "Stop",
  preview: "What the webcam sees",
  className: (number: number) => `Class ${number}`,
  classLabel: (number: number) => `Name of class ${number}`,
  hold: "Hold to record",
  holdLabel: (name: string) => `Hold to record ${name}`,
  addClass: "Add a class",
  shots: (shots: number) => plural(shots, "picture", "pictures"),
  use: "Use these pictures",
  needMore: (least: number) => `Record at least ${least} pictures of every class.`,
  sameNames: "Two classes have the same name.",
  cancel: "Cancel",
  notOpened: "This was not opened, and what was there is still there.",
  opened: ({ name, train, test, classNames }: About) =>
    `Opened ${shorten(name, 40)}: ${plural(train + test, "image", "images")}, ${plural(classNames.length, "class", "classes")}.`,
  notInLink: "A link to this page cannot carry it.",
  inLink: "The address of this page leads here again.",
  progress: (progress: Opening | null) => {
    const { doing, done, total } = progress ?? { doing: "read", done: 0, total: 0 };
    if (doing === "list") return "Asking the hub what there is…";
    if (doing === "wait") return `The hub is busy and asks to wait: ${total} s…`;
    if (doing === "download") return `Downloading: ${decimal(done / 2 ** 20)} of ${decimal(total / 2 ** 20)} MB`;
    if (doing === "decode") return `Decoding pictures: ${count(done)} of ${count(total)}`;
    return "Reading…";
  },
};

/** What is said of a file or a server. */
export const sources = {
  ownFiles: "Files of your own",
  ownLicence: "yours to know",
  cameraName: "Webcam",
  cameraSource: "Your webcam",
  cameraLicence: "yours",
  noLicence: "not stated on the hub",
  files: (n: number) => plural(n, "file", "files"),
  shot: (number: number) => `webcam picture ${number}`,
  noPictures: "These images have the size they have: they did not come as pictures.",
  tooManyFiles: (limit: number) => `More than ${count(limit)} files are more than this page reads at a time.`,
  noPictureFile: (path: string) => `${path}: not a picture that this browser can read.`,
  pictureTooLarge: (path: string, width: number, height: number, limit: number) =>
    `${path}: ${count(width)} × ${count(height)} pixels, more than the ${count(limit)} allowed.`,
  noCanvas: "This browser gives its workers no canvas, which decodes pictures.",
  noCameraHere: "This browser gives no webcam to this page; it takes one and a secure (https) address.",
  /** @param name  of the browser's error */
  cameraRefused: (name: string): string =>
    name === "NotAllowedError"
      ? "The webcam was not allowed. The browser’s address bar can allow it."
      : name === "NotFoundError"
        ? "No webcam was found."
        : "The webcam cannot be used; another program may be using it.",
  noFrame: "The webcam has not shown a picture yet.",
  unreachable: (url: string) => `${host(url)} cannot be reached. Is there a network connection?`,
  refused: (url: string, status: number) => `${host(url)} refused with status ${status}.`,
  busy: (url: string, status: number, seconds: number) =>
    `${host(url)} is busy (${status}) and asks to wait ${duration(seconds)}. Try again then.`,
  brokenOff: (url: string, length: number, expected?: number) =>
    `${host(url)} broke off after ${count(length)}${expected === undefined ? "" : ` of ${count(expected)}`} bytes. Try again.`,
  noLength: (url: string) => `${host(url)} does not say how long the file is, so no part of it can be read.`,
  rangesIgnored: (url: string, length: number, limit: number) =>
    `${host(url)} sends whole files only, and this one has ${megabytes(length)}; at most ${megabytes(limit)} are taken.`,
  changed: (url: string) =>
    `A file on ${host(url)} has changed since a part of it was kept in this browser. Empty what is kept and try again.`,
  notJson: (url: string) => `${host(url)} answered with something else than a list of files.`,
  noHubSet: (name: string, status: number) =>
    status === 404
      ? `The hub has no data set “${name}” in Parquet (404).`
      : `The hub does not give “${name}” to everyone (${status}): it does not exist, is private, or has terms to agree to.`,
  noParquet: (name: string) => `The hub lists no Parquet file for “${name}”.`,
  noColumns: (path: string, what: string, columns: string[]) =>
    `${path}: found the columns ${columns.slice(0, 8).join(", ")}; expected one with a ${what} in each row.`,
  badParquet: (path: string, message: string) => `${path}: not a Parquet file that can be read (${message}).`,
  pageTooLarge: (length: number, limit: number) => `A page of ${megabytes(length)} is more than the ${megabytes(limit)} allowed.`,
  groupsTooLarge: (path: string, length: number, limit: number) =>
    `${path}: its smallest readable parts have ${megabytes(length)}, more than the ${megabytes(limit)} allowed.`,
  noPicture: (path: string, row: number) => `${path}, row ${row}: no picture in it.`,
  noLabel: (path: string, row: number) => `${path}, row ${row}: no label in it.`,
  wrongLabel: (path: string, row: number, label: string, classes: number) =>
    `${path}, row ${row}: label ${label}, expected 0 to ${classes - 1}.`,
  tooManyClasses: (classes: number, limit: number) =>
    `${count(classes)} different labels are more than the ${count(limit)} classes allowed.`,
};
