/**
 * The table of settings: key, limits, step. It drives the controls, the address, defaults and tooltips. The numbers are those of
 * `src/records/settings.rs`.
 *
 * A setting's limits may depend on the others (a patch must leave at least one position after all layers), so they are
 * functions of the whole. `settle` brings any object of values inside the limits and says what it changed; nothing else
 * in the page checks settings, and whatever the address says, what comes out of `settle` can be run.
 */
import { arePictures, factsOf } from "./sets";
import { MAX_DIMENSION, MAX_FILTERS, MAX_POOLING, SETTINGS } from "../generated";
import type { Condition, Dependency } from "../generated";
import type { DataName, EngineName } from "../records";
import type { OpenedImages } from "./sets";
import type { ViewKey } from "./view";

export interface Settings {
  data: DataName;
  /** name of the data set on the hub; empty for all others */
  hub: string;
  /** what is known of the images that the reader opened; null for built-in sets, and until a set on the hub is read */
  opened: OpenedImages | null;
  /** training images read from the hub, of which the split is drawn */
  pool: number;
  /** pixels; pictures are made squares of this side */
  side: number;
  /** whether pictures keep their colours */
  colour: boolean;
  /** whether the images stand in larger frames of noise */
  frame: boolean;
  train: number;
  validation: number;
  test: number;
  seed: number;
  sigma: number;
  patch: number;
  depth: number;
  /** of Deep ConvRFM; one level is ConvRFM */
  levels: number;
  /** filters drawn between two levels */
  width: number;
  /** whether what they make goes through a ReLU */
  relu: boolean;
  /** side of the windows over which it is averaged; 1 for none */
  pooling: number;
  /** one for all rounds, or the one of a grid that validation chooses in each round */
  ridge: number | typeof GRID;
  rounds: number;
  /** training images averaged over; the number of training images stands for "all" */
  agop: number;
  engine: EngineName;
}

/** The ridge that stands for the grid of the crate, as on the command line. */
export const GRID = "grid";

export type SwitchKey = "colour" | "frame" | "relu";
export type NumberKey = Exclude<keyof Settings, "data" | "hub" | "opened" | "engine" | "ridge" | SwitchKey>;

/** Settings that stand together, in this order. */
export const SECTIONS = ["images", "kernel", "levels", "engine"] as const;
export type Section = (typeof SECTIONS)[number];

export interface NumberRow {
  /** name in the address */
  key: NumberKey;
  /** a change of "source" reads anew, one of "data" draws other images, one of "kernel" keeps them */
  group: "source" | "data" | "kernel";
  /** where the controls show it */
  section: Section;
  kind: "integer" | "real";
  min: (settings: Settings) => number;
  max: (settings: Settings) => number;
  /** of the control; values between are accepted */
  step: number;
  applies: (settings: Settings) => boolean;
}

/** A power of ten out of a list, or left to the validation images. */
export interface PowerRow {
  key: "ridge";
  group: "kernel";
  section: Section;
  kind: "power";
  min: number;
  max: number;
  /** whether there are images to choose by */
  canChoose: (settings: Settings) => boolean;
  /** what is used where there are none */
  otherwise: number;
  applies: (settings: Settings) => boolean;
}

/** On or off. */
export interface SwitchRow {
  key: SwitchKey;
  group: "source" | "data" | "kernel";
  section: Section;
  kind: "switch";
  applies: (settings: Settings) => boolean;
}

/** A word out of a few. A change of "engine" keeps images and finished rounds. */
export interface ChoiceRow {
  key: "engine";
  group: "engine";
  section: Section;
  kind: "choice";
  /** the first one is the default */
  choices: readonly EngineName[];
  applies: (settings: Settings) => boolean;
}

export type Row = NumberRow | PowerRow | SwitchRow | ChoiceRow;

export const hasNoiseLevel = ({ data, frame }: Settings) => data === "noisy-mnist" || data === "local-signal" || frame;

/** Sets of nothing but noise and signal, and the one that is framed already, have no frame. */
const canBeFramed = ({ data }: Settings) => !["star", "local-signal", "noisy-mnist"].includes(data);

/** Where the files make no difference, half of the images are to learn from. */
function largestTrain(settings: Settings) {
  return Math.floor(factsOf(settings).pool / 2);
}

function largestValidation(settings: Settings) {
  const { pool, test } = factsOf(settings);
  return Math.floor(pool / (test ? 2 : 4));
}

function largestTest(settings: Settings) {
  const { pool, test } = factsOf(settings);
  return test || Math.floor(pool / 4);
}

function largestPatch(settings: Settings) {
  const { channels, side } = factsOf(settings);
  const { depth } = settings;
  return Math.min(Math.floor((side - 1) / depth) + 1, Math.floor(Math.sqrt(MAX_DIMENSION / channels)));
}

/** Filters between two levels are the next one's channels. */
function largestWidth({ levels, patch }: Settings) {
  return levels > 1 ? Math.min(MAX_FILTERS, Math.max(1, Math.floor(MAX_DIMENSION / patch ** 2))) : MAX_FILTERS;
}

/** The windows that leave images large enough for the kernel of the last level. */
export function largestPooling(settings: Settings) {
  const { depth, levels, patch } = settings;
  const fits = (pooling: number) => {
    let { side } = factsOf(settings);
    for (let level = 1; level < levels; level++) {
      side = Math.floor((side - patch + 1) / pooling);
      if (side <= (depth - level) * (patch - 1)) return false;
    }
    return true;
  };
  let pooling = MAX_POOLING;
  while (pooling > 1 && !fits(pooling)) pooling--;
  return pooling;
}

/** Pixels of the first level's images that a patch of `level` covers, in each direction. */
export function fieldSide(patch: number, pooling: number, level: number): number {
  return level === 0 ? patch : pooling * fieldSide(patch, pooling, level - 1) + patch - 1;
}

/** What the names of the crate's table stand for. */
const LIMITS: Record<Dependency, (settings: Settings) => number> = {
  halfOfImages: largestTrain,
  validationImages: largestValidation,
  testImages: largestTest,
  largestPatch,
  largestWidth,
  largestPooling,
  oneLevelPerLayer: ({ depth }) => depth,
  trainingImages: ({ train }) => train,
};

const CONDITIONS: Record<Condition, (settings: Settings) => boolean> = {
  always: () => true,
  fromHub: ({ data }) => data === "hub",
  pictures: arePictures,
  canBeFramed,
  hasNoise: hasNoiseLevel,
  severalLevels: ({ levels }) => levels > 1,
};

/** In the order in which they are settled: a row's limits may use the rows above it. */
export const TABLE: Row[] = SETTINGS.map((setting) => {
  const applies = CONDITIONS[setting.applies];
  if (setting.kind === "switch" || setting.kind === "choice") return { ...setting, applies };
  if (setting.kind === "power") return { ...setting, canChoose: (settings) => largestValidation(settings) > 0, applies };
  const { min, max } = setting;
  return { ...setting, min: () => min, max: typeof max === "number" ? () => max : LIMITS[max], applies };
});

/** A value that could not be used as given. */
export type Correction = { key: "data" | "unknown" | Row["key"] | ViewKey; found: string; used: number | string };

/** The nearest settings that can be run, and what had to be changed for that. */
export function settle(wanted: Settings): { settings: Settings; corrections: Correction[] } {
  const settings = { ...wanted };
  const corrections: Correction[] = [];
  for (const row of TABLE) {
    if (row.kind === "choice") continue; // no string but one of the choices gets as far as here
    if (row.kind === "switch") {
      // What does not apply to these images is off: limits go by it.
      if (row.key === "frame" && !row.applies(settings)) settings.frame = false;
      continue;
    }
    const { key } = row;
    const used = row.kind === "power" ? settledPower(row, settings) : settledNumber(row, settings);
    if (used !== settings[key]) corrections.push({ key, found: String(settings[key]), used });
    Object.assign(settings, { [key]: used });
  }
  return { settings, corrections };
}

function settledNumber({ key, kind, min, max }: NumberRow, settings: Settings) {
  const rounded = kind === "integer" ? Math.round(settings[key]) : settings[key];
  return Math.min(Math.max(rounded, min(settings)), max(settings));
}

function settledPower({ key, min, max, canChoose, otherwise }: PowerRow, settings: Settings) {
  const wanted = settings[key];
  if (wanted === GRID) return canChoose(settings) ? GRID : otherwise;
  return Math.min(Math.max(wanted, min), max);
}
