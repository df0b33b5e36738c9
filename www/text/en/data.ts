import { host } from "../common";
import { count, duration, megabytes, plural } from "./shared";

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
