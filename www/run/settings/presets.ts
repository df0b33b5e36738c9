/** What a data set is shown with at first. */
import { settle } from "./table";
import type { BuiltIn, OpenedImages } from "./sets";
import type { Settings } from "./table";

/** Levels are given where there are several. */
export type Preset = Pick<Settings, "train" | "validation" | "test" | "sigma" | "patch" | "depth" | "ridge" | "rounds" | "agop"> &
  Partial<Pick<Settings, "levels" | "width" | "relu" | "pooling">>;

/** Patches and depth of the paper's experiments on digits. */
const DIGITS: Preset = { train: 300, validation: 200, test: 500, sigma: 1, patch: 3, depth: 3, ridge: 1e-5, rounds: 4, agop: 64 };

/**
 * The best round on validation raises the test accuracy from 29.8 ± 2.7 to 38.6 ± 4.1 % (seeds 0 to 4, each by at least 5 points). With
 * the paper's patches of 3 and ridge of 1e-5 the gain is 1.4 ± 1.3, and validation keeps round 0 for two of the five seeds.
 */
const NOISY: Preset = { ...DIGITS, patch: 7, depth: 2, ridge: 1e-2, rounds: 3 };

/** From 75.6 ± 1.0 to 76.7 ± 1.5 % (seeds 0 to 4). With the settings of the digits validation keeps round 0 for all five seeds. */
const CLOTHES: Preset = { ...DIGITS, patch: 7, depth: 1, ridge: 1e-2 };

/** Colour: patches large enough to show what they are. */
const COLOURS: Preset = { train: 300, validation: 200, test: 300, sigma: 1, patch: 5, depth: 2, ridge: 1e-4, rounds: 3, agop: 50 };

/**
 * From 41.8 ± 2.1 to 55.2 ± 1.4 % (seeds 0 to 4). Validation, test and AGOP images are few so that the first learned filters appear soon.
 */
const LEAVES: Preset = { train: 400, validation: 120, test: 200, sigma: 1, patch: 5, depth: 1, ridge: 1e-3, rounds: 4, agop: 32 };

const PRESETS: Record<BuiltIn, Preset> = {
  star: { train: 50, validation: 50, test: 200, sigma: 1, patch: 11, depth: 1, ridge: 1e-3, rounds: 2, agop: 20 },
  "dead-leaves": LEAVES,
  mnist: DIGITS,
  "noisy-mnist": NOISY,
  "local-signal": { train: 200, validation: 200, test: 500, sigma: 1, patch: 3, depth: 2, ridge: 1e-4, rounds: 4, agop: 200 },
  "fashion-mnist": CLOTHES,
  "cifar-10": COLOURS,
  svhn: COLOURS,
};

/** A typical draw of the star: 81 % becomes 95 % after one update. Of seeds 0 to 7 the mean rises from 79 % to 93 %. */
export const DEFAULT_SEED = 4;

/** What belongs to the reader, whatever the data. */
export type Kept = Partial<Pick<Settings, "seed" | "engine">>;

/** What a built-in set is shown with at first. Seed and engine are the reader's, whatever the data. */
export function preset(data: BuiltIn, kept: Kept = {}): Settings {
  return complete({ data, hub: "", pool: POOL, opened: null }, PRESETS[data], kept);
}

/** The same for files and webcam pictures. */
export function ownPreset(opened: OpenedImages, kept: Kept = {}): Settings {
  return fitting({ data: "own", hub: "", pool: POOL, opened }, kept);
}

/**
 * The same for a set on the hub.
 * @param opened  null until it is read
 */
export function hubPreset(hub: string, opened: OpenedImages | null = null, pool: number = POOL, kept: Kept = {}): Settings {
  return fitting({ data: "hub", hub, pool, opened }, kept);
}

/** What the data set of these settings is shown with at first. */
export function presetOf(settings: Settings): Settings {
  const { data, hub, pool, opened } = settings;
  if (data === "hub") return hubPreset(hub, opened, pool, settings);
  if (data !== "own") return preset(data, settings);
  return fitting({ data, hub: "", pool: POOL, opened }, settings);
}

/** Training images read from the hub, unless another number is asked for. */
export const POOL = 2000;

type Which = Pick<Settings, "data" | "hub" | "pool" | "opened">;

/** For images of which only the shape is known. */
function fitting(which: Which, kept: Kept) {
  return settle(complete(which, which.opened?.facts.channels === 1 ? DIGITS : COLOURS, kept)).settings;
}

function complete(which: Which, preset: Preset, { seed = DEFAULT_SEED, engine = "auto" }: Kept): Settings {
  const side = which.opened?.side ?? { side: 32, colour: true };
  // Between levels a ReLU and pooling: without pooling a second level gains on plain digits only (docs/results.md).
  return { ...which, levels: 1, width: 16, relu: true, pooling: 2, ...preset, ...side, frame: false, seed, engine };
}
