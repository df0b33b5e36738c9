import type { About, DataName, DataSummary, Opening } from "../../run/records";
import { host, shorten } from "../common";
import { count, decimal, duration, megabytes, plural, value } from "./shared";

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

/** The control that shows the current data set and lists all of them. */
export const chooser = {
  label: "Data set",
  current: (name: string) => `Data set: ${name}`,
  opened: "Opened by you.",
  own: "Your own images…",
  ownAbout: "Files, the Hugging Face hub or the webcam. Nothing is uploaded.",
};

/** A link to a set on the hub: nothing is downloaded before the reader agrees. */
export const offer = {
  text: (name: string, pictures: number, host: string) =>
    `This link opens the data set “${name}”. Up to ${count(pictures)} training pictures will be downloaded from ${host}.`,
  accept: "Download and open",
};

/** The dialog in which the reader opens images of their own. */
export const own = {
  heading: "Your own images",
  lead: "Two or more classes of images. Everything is read and computed in this browser; nothing is uploaded.",
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
  hubAbout: (host: string) => `Only the pictures that are needed are downloaded, from ${host} to this browser.`,
  badName: "A data set on the hub is named like “uoft-cs/cifar10”: its owner, a slash, its name.",
  kept: (bytes: number) => `${megabytes(bytes)} cached in this browser.`,
  empty: "Clear cache",
  emptied: "The cache is empty.",
  cameraHeading: "From the webcam",
  cameraAbout: "Hold the button of each class to record pictures of it. The pictures stay in this browser.",
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
  notOpened: "This could not be opened; your previous data is unchanged.",
  opening: "Opening your images",
  dismiss: "Close this message",
  opened: ({ name, train, test, classNames }: About) =>
    `Opened ${shorten(name, 40)}: ${plural(train + test, "image", "images")}, ${plural(classNames.length, "class", "classes")}.`,
  notInLink: "A link cannot contain these images.",
  inLink: "The address of this page leads to them.",
  progress: (progress: Opening | null) => {
    const { doing, done, total } = progress ?? { doing: "read", done: 0, total: 0 };
    if (doing === "list") return "Asking the hub for its files…";
    if (doing === "wait") return `The hub is busy; trying again in ${total} s…`;
    if (doing === "download") return `Downloading: ${decimal(done / 2 ** 20)} of ${decimal(total / 2 ** 20)} MB`;
    if (doing === "decode") return `Decoding pictures: ${count(done)} of ${count(total)}`;
    return "Reading…";
  },
};

/** What is said of a file or a server. */
export const sources = {
  ownFiles: "Files of your own",
  ownLicence: "your own",
  cameraName: "Webcam",
  cameraSource: "Your webcam",
  cameraLicence: "your own",
  noLicence: "not stated on the hub",
  files: (n: number) => plural(n, "file", "files"),
  shot: (number: number) => `webcam picture ${number}`,
  noPictures: "These images are arrays of pixels, whose size cannot be changed.",
  tooManyFiles: (limit: number) => `More than ${count(limit)} files cannot be opened at a time.`,
  tooManyPictures: (found: number, limit: number) =>
    `${count(found)} pictures are more than the ${count(limit)} that can be opened at this size.`,
  noPictureFile: (path: string) => `${path}: not a picture that this browser can read.`,
  pictureTooLarge: (path: string, width: number, height: number, limit: number) =>
    `${path}: ${count(width)} × ${count(height)} pixels, more than the ${count(limit)} allowed.`,
  pictureTooLong: (path: string, bytes: number, limit: number) =>
    `${path}: ${megabytes(bytes)}, more than the ${megabytes(limit)} allowed for one picture.`,
  noCanvas: "This browser cannot decode pictures in a worker (it has no OffscreenCanvas).",
  noCameraHere: "No webcam is available to this page. It needs a webcam and a secure (https) address.",
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
    `${host(url)} sends whole files only, and this one has ${megabytes(length)}; the limit is ${megabytes(limit)}.`,
  downloadTooLarge: (bytes: number, limit: number) =>
    `${megabytes(bytes)} would have to be downloaded; the limit is ${megabytes(limit)}. Choose fewer pictures.`,
  changed: (url: string) =>
    `A file on ${host(url)} has changed since a part of it was cached in this browser. Clear the cache and try again.`,
  notJson: (url: string) => `${host(url)} sent something other than a list of files.`,
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
