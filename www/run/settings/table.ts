/**
 * The table of settings: key, limits, step. It drives the controls, the address, defaults and tooltips.
 *
 * A setting's limits may depend on the others (a patch must leave at least one position after all layers), so they are
 * functions of the whole. `settle` brings any object of values inside the limits and says what it changed; nothing else
 * in the page checks settings, and whatever the address says, what comes out of `settle` can be run.
 */
import { arePictures, factsOf } from "./sets";
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
  /** a change of "source" reads anew, one of "data" draws other images, one of "model" keeps them */
  group: "source" | "data" | "model";
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
  group: "model";
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
  group: "source" | "data" | "model";
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

/** Largest patch dimension d = c q^2: M has d^2 entries and its eigenvectors cost d^3. */
const LARGEST_DIMENSION = 768;

/** Most filters between two levels. */
const WIDEST = 256;

const ENGINES: readonly EngineName[] = ["auto", "cpu", "gpu"];

const always = () => true;

export const hasNoiseLevel = ({ data, frame }: Settings) => data === "noisy-mnist" || data === "local-signal" || frame;

/** Sets of nothing but noise and signal, and the one that is framed already, have no frame. */
const canBeFramed = ({ data }: Settings) => !["star", "local-signal", "noisy-mnist"].includes(data);

const isDeep = ({ levels }: Settings) => levels > 1;

const isFromHub = ({ data }: Settings) => data === "hub";

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
  return Math.min(Math.floor((side - 1) / depth) + 1, Math.floor(Math.sqrt(LARGEST_DIMENSION / channels)));
}

/** Filters between two levels are the next one's channels. */
function largestWidth({ levels, patch }: Settings) {
  return levels > 1 ? Math.min(WIDEST, Math.max(1, Math.floor(LARGEST_DIMENSION / patch ** 2))) : WIDEST;
}

/** In the order in which they are settled: a row's limits may use the rows above it. */
export const TABLE: Row[] = [
  { ...row("pool", "source", "images", "integer", 20, 20_000, 500), applies: isFromHub },
  { ...row("side", "source", "images", "integer", 8, 64, 4), applies: arePictures },
  toggle("colour", "source", "images", arePictures),
  toggle("frame", "data", "images", canBeFramed),
  row("train", "data", "images", "integer", 2, largestTrain, 10),
  row("depth", "model", "kernel", "integer", 1, 6, 1),
  row("patch", "model", "kernel", "integer", 1, largestPatch, 1),
  row("levels", "model", "levels", "integer", 1, ({ depth }) => depth, 1),
  { ...row("width", "model", "levels", "integer", 1, largestWidth, 8), applies: isDeep },
  toggle("relu", "model", "levels", isDeep),
  {
    key: "ridge",
    group: "model",
    section: "kernel",
    kind: "power",
    min: 1e-8,
    max: 1,
    canChoose: (settings) => largestValidation(settings) > 0,
    otherwise: 1e-3,
    applies: always,
  },
  row("rounds", "model", "kernel", "integer", 1, 10, 1),
  { ...row("sigma", "data", "images", "real", 0, 10, 0.25), applies: hasNoiseLevel },
  row("seed", "data", "images", "integer", 0, 2 ** 32 - 1, 1),
  row("agop", "model", "kernel", "integer", 1, ({ train }) => train, 10),
  row("validation", "data", "images", "integer", 2, largestValidation, 50),
  row("test", "data", "images", "integer", 2, largestTest, 50),
  { key: "engine", group: "engine", section: "engine", kind: "choice", choices: ENGINES, applies: always },
];

function toggle(key: SwitchKey, group: SwitchRow["group"], section: Section, applies: SwitchRow["applies"]): SwitchRow {
  return { key, group, section, kind: "switch", applies };
}

function row(
  key: NumberKey,
  group: NumberRow["group"],
  section: Section,
  kind: NumberRow["kind"],
  min: number,
  max: number | NumberRow["max"],
  step: number,
): NumberRow {
  return { key, group, section, kind, min: () => min, max: typeof max === "number" ? () => max : max, step, applies: always };
}

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
