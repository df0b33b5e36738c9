/**
 * The data sets as the page knows them before anything is read: their shapes, how many images there are, and what the reader
 * has opened. Which packs stand beside the page is told by whoever knows it (`learnPacks`), so that this loads anywhere.
 */

/** @import { About, DataName, Side } from "../protocol.js" */
/** @import { Settings } from "./table.js" */

/**
 * Facts about a set that limits and pictures need: c, the smaller side of the images, the images there are to train and
 * validate with, and to test with (0: the first are for all three). `shown` is the range drawn as black to white where the
 * whole range, which the tails of the noise decide, would leave the signal pale.
 * @typedef {{channels: number, side: number, pool: number, test: number, shown?: [number, number]}} Facts
 */

/** The built-in sets and the sample packs. @type {Record<Exclude<DataName, "own" | "hub">, Facts>} */
export const SETS = {
  star: { channels: 3, side: 32, pool: 1000, test: 2000, shown: [-0.6, 1] },
  "dead-leaves": { channels: 3, side: 32, pool: 1500, test: 1500 },
  mnist: { channels: 1, side: 28, pool: 2000, test: 1000 },
  "noisy-mnist": { channels: 1, side: 42, pool: 2000, test: 1000, shown: [-1, 1] },
  "local-signal": { channels: 1, side: 16, pool: 2000, test: 2000 },
  "fashion-mnist": { channels: 1, side: 28, pool: 2000, test: 1000 },
  "cifar-10": { channels: 3, side: 32, pool: 1250, test: 500 },
  svhn: { channels: 3, side: 32, pool: 1250, test: 500 },
};

/** In a frame of noise the noise would leave the images pale. @type {[number, number]} */
const SHOWN_FRAMED = [-1, 1];

/**
 * What the reader has opened, the one thing that the table learns while the page runs. Until then, of a set on the hub that
 * a link names, nothing is known and everything possible is let through; once it is open the settings are settled again.
 * @type {{data: "own" | "hub", facts: Facts, side: Side | null} | null}
 */
export let opened = null;

/** @type {Facts} */
const UNKNOWN = { channels: 1, side: 1024, pool: 20_000, test: 0 };

/**
 * @param {"own" | "hub"} data
 * @param {About} about
 * @param {Side | null} side  of pictures
 */
export function learnOpened(data, about, side) {
  const { channels, height, width, train, test } = about;
  opened = { data, facts: { channels, side: Math.min(height, width), pool: train, test }, side };
}

/** @param {DataName} data */
export const isOpened = (data) => data === "own" || data === "hub";

/** Whether the images come as pictures, whose size can be chosen. @param {Pick<Settings, "data">} settings */
export const arePictures = ({ data }) => isOpened(data) && (opened?.data !== data || opened.side !== null);

/** @param {Pick<Settings, "data" | "side" | "colour" | "frame">} settings @returns {Facts} */
export function factsOf({ data, side, colour, frame }) {
  const facts = data !== "own" && data !== "hub" ? SETS[data] : opened?.data === data ? opened.facts : UNKNOWN;
  const shaped = arePictures({ data }) ? { ...facts, channels: colour ? 3 : 1, side } : facts;
  return frame ? { ...shaped, side: shaped.side + Math.floor(shaped.side / 2), shown: SHOWN_FRAMED } : shaped;
}

/** @param {Settings} settings */
export const shownRange = (settings) => factsOf(settings).shown;

/** The sets that are one click away: all, until it is known whose pack is not there. @type {BuiltIn[]} */
export let DATA_NAMES = /** @type {BuiltIn[]} */ (Object.keys(SETS));

/** @typedef {Exclude<DataName, "own" | "hub">} BuiltIn */

/** Leaves out the sets whose pack is not there. @param {(data: DataName) => boolean} hasItsPack */
export function learnPacks(hasItsPack) {
  DATA_NAMES = DATA_NAMES.filter(hasItsPack);
}
