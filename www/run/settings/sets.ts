/**
 * The data sets as the page knows them before anything is read: their shapes, how many images there are, and what the reader
 * has opened. Which packs stand beside the page is told by whoever knows it (`learnPacks`), so that this loads anywhere.
 */
import type { About, DataName, Side } from "../records";
import type { Settings } from "./table";

/**
 * Facts about a set that limits and pictures need: c, the smaller side of the images, the images there are to train and
 * validate with, and to test with (0: the first are for all three). `shown` is the range drawn as black to white where the
 * whole range, which the tails of the noise decide, would leave the signal pale.
 */
export type Facts = { channels: number; side: number; pool: number; test: number; shown?: [number, number] };

/** The built-in sets and the sample packs. */
export const SETS: Record<Exclude<DataName, "own" | "hub">, Facts> = {
  star: { channels: 3, side: 32, pool: 1000, test: 2000, shown: [-0.6, 1] },
  "dead-leaves": { channels: 3, side: 32, pool: 1500, test: 1500 },
  mnist: { channels: 1, side: 28, pool: 2000, test: 1000 },
  "noisy-mnist": { channels: 1, side: 42, pool: 2000, test: 1000, shown: [-1, 1] },
  "local-signal": { channels: 1, side: 16, pool: 2000, test: 2000 },
  "fashion-mnist": { channels: 1, side: 28, pool: 2000, test: 1000 },
  "cifar-10": { channels: 3, side: 32, pool: 1250, test: 500 },
  svhn: { channels: 3, side: 32, pool: 1250, test: 500 },
};

/** In a frame of noise the noise would leave the images pale. */
const SHOWN_FRAMED: [number, number] = [-1, 1];

/**
 * What the reader has opened, the one thing that the table learns while the page runs. Until then, of a set on the hub that
 * a link names, nothing is known and everything possible is let through; once it is open the settings are settled again.
 */
export let opened: { data: "own" | "hub"; facts: Facts; side: Side | null } | null = null;

const UNKNOWN: Facts = { channels: 1, side: 1024, pool: 20_000, test: 0 };

/** @param side  of pictures */
export function learnOpened(data: "own" | "hub", about: About, side: Side | null) {
  const { channels, height, width, train, test } = about;
  opened = { data, facts: { channels, side: Math.min(height, width), pool: train, test }, side };
}

export const isOpened = (data: DataName) => data === "own" || data === "hub";

/** Whether the images come as pictures, whose size can be chosen. */
export const arePictures = ({ data }: Pick<Settings, "data">) => isOpened(data) && (opened?.data !== data || opened.side !== null);

export function factsOf({ data, side, colour, frame }: Pick<Settings, "data" | "side" | "colour" | "frame">): Facts {
  const facts = data !== "own" && data !== "hub" ? SETS[data] : opened?.data === data ? opened.facts : UNKNOWN;
  const shaped = arePictures({ data }) ? { ...facts, channels: colour ? 3 : 1, side } : facts;
  return frame ? { ...shaped, side: shaped.side + Math.floor(shaped.side / 2), shown: SHOWN_FRAMED } : shaped;
}

export const shownRange = (settings: Settings) => factsOf(settings).shown;

/** The sets that are one click away: all, until it is known whose pack is not there. */
export let DATA_NAMES: BuiltIn[] = Object.keys(SETS) as BuiltIn[];

export type BuiltIn = Exclude<DataName, "own" | "hub">;

/** Leaves out the sets whose pack is not there. */
export function learnPacks(hasItsPack: (data: DataName) => boolean) {
  DATA_NAMES = DATA_NAMES.filter(hasItsPack);
}
