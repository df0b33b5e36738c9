/** The data sets as they are known before anything is read: their shapes, how many images there are, and their names. */
import type { About, DataName, Side } from "../records";
import type { Settings } from "./table";

/**
 * Facts about a set that limits and pictures need: c, the smaller side of the images, the images there are to train and
 * validate with, and to test with (0: the first are for all three). `shown` is the range drawn as black to white where the
 * whole range, which the tails of the noise decide, would leave the signal pale.
 */
export type Facts = { channels: number; side: number; pool: number; test: number; shown?: [number, number] };

/** The built-in sets and the sample packs. */
const SETS: Record<BuiltIn, Facts> = {
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
 * What is known of images that the reader opened. It travels with the settings that mean them, so that two sets opened one after the
 * other, or in two instances, are never mistaken for each other.
 */
export interface OpenedImages {
  data: "own" | "hub";
  /** name on the hub; empty for the reader's own */
  hub: string;
  /** of the file, the folder or the set; may be a phrase */
  name: string;
  facts: Facts;
  /** The size and colour that suit the pictures; null where the images came as arrays of pixels. */
  side: Side | null;
}

/** Before a set on the hub is read nothing is known of it, and everything possible is let through. */
const UNKNOWN: Facts = { channels: 1, side: 1024, pool: 20_000, test: 0 };

export function openedImages({ data, hub }: Pick<OpenedImages, "data" | "hub">, about: About, side: Side | null): OpenedImages {
  const { name, channels, height, width, train, test } = about;
  return { data, hub, name, facts: { channels, side: Math.min(height, width), pool: train, test }, side };
}

export const isOpened = (data: DataName): data is "own" | "hub" => data === "own" || data === "hub";

/** Whether the images come as pictures, whose size can be chosen. */
export const arePictures = ({ data, opened }: Pick<Settings, "data" | "opened">) =>
  isOpened(data) && (opened?.data !== data || opened.side !== null);

export function factsOf(settings: Pick<Settings, "data" | "side" | "colour" | "frame" | "opened">): Facts {
  const { data, side, colour, frame, opened } = settings;
  const facts = isOpened(data) ? (opened?.data === data ? opened.facts : UNKNOWN) : SETS[data];
  const shaped = arePictures(settings) ? { ...facts, channels: colour ? 3 : 1, side } : facts;
  return frame ? { ...shaped, side: shaped.side + Math.floor(shaped.side / 2), shown: SHOWN_FRAMED } : shaped;
}

export const shownRange = (settings: Settings) => factsOf(settings).shown;

export type BuiltIn = Exclude<DataName, "own" | "hub">;

/** All built-in sets and sample packs. An instance offers those whose pack stands beside the page. */
export const BUILT_IN = Object.keys(SETS) as readonly BuiltIn[];

/** Other names of the sets that people write in addresses; all are compared without capitals, spaces and underscores. */
const OTHER_NAMES: Record<string, BuiltIn> = {
  "hidden-star": "star",
  leaves: "dead-leaves",
  deadleaves: "dead-leaves",
  digits: "mnist",
  "digits-in-noise": "noisy-mnist",
  clothes: "fashion-mnist",
  fashion: "fashion-mnist",
  fashionmnist: "fashion-mnist",
  cifar: "cifar-10",
  cifar10: "cifar-10",
  "house-numbers": "svhn",
};

/** What an instance offers: the built-in sets whose pack is there, and what the reader opened last. */
export interface Catalogue {
  offered: readonly BuiltIn[];
  opened: OpenedImages | null;
}

/** Everything, and nothing opened. */
export const ALL: Catalogue = { offered: BUILT_IN, opened: null };

/** The set that somebody means by a name. */
export function builtInNamed(text: string, offered: readonly BuiltIn[]): BuiltIn | null {
  const name = text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, "-");
  const meant = Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name] : name;
  return offered.find((each) => each === meant) ?? null;
}
