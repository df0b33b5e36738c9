import type { About, Opening } from "../../run/records";
import { shorten } from "../common";
import { count, decimal, megabytes, plural } from "./shared";

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
