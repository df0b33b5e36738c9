/**
 * The table of settings: key, limits, step. It drives the controls, the address, defaults and tooltips.
 *
 * A setting's limits may depend on the others (a patch must leave at least one position after all layers), so they are
 * functions of the whole. `settle` brings any object of values inside the limits and says what it changed; nothing else
 * in the page checks settings, and whatever the address says, what comes out of `settle` can be run.
 */
import { arePictures, factsOf } from "./sets.js";

/** @import { DataName, EngineName } from "../protocol.js" */
/** @import { ViewKey } from "./view.js" */

/**
 * @typedef {object} Settings
 * @property {DataName} data
 * @property {string} hub  name of the data set on the hub; empty for all others
 * @property {number} pool  training images read from the hub, of which the split is drawn
 * @property {number} side  pixels; pictures are made squares of this side
 * @property {boolean} colour  whether pictures keep their colours
 * @property {boolean} frame  whether the images stand in larger frames of noise
 * @property {number} train
 * @property {number} validation
 * @property {number} test
 * @property {number} seed
 * @property {number} sigma
 * @property {number} patch
 * @property {number} depth
 * @property {number} levels  of Deep ConvRFM; one level is ConvRFM
 * @property {number} width  filters drawn between two levels
 * @property {boolean} relu  whether what they make goes through a ReLU
 * @property {number | typeof GRID} ridge  one for all rounds, or the one of a grid that validation chooses in each round
 * @property {number} rounds
 * @property {number} agop  training images averaged over; the number of training images stands for "all"
 * @property {EngineName} engine
 */

/** The ridge that stands for the grid of the crate, as on the command line. */
export const GRID = "grid";

/** @typedef {"colour" | "frame" | "relu"} SwitchKey */
/** @typedef {Exclude<keyof Settings, "data" | "hub" | "engine" | "ridge" | SwitchKey>} NumberKey */

/**
 * @typedef {object} NumberRow
 * @property {NumberKey} key  name in the address
 * @property {"source" | "data" | "machine"} group  a change of "source" reads anew, one of "data" draws other images, one of
 *   "machine" keeps them
 * @property {boolean} main  shown at once, not under "More settings"
 * @property {"integer" | "real"} kind
 * @property {(settings: Settings) => number} min
 * @property {(settings: Settings) => number} max
 * @property {number} step  of the control; values between are accepted
 * @property {(settings: Settings) => boolean} applies
 */

/**
 * A power of ten out of a list, or left to the validation images.
 * @typedef {object} PowerRow
 * @property {"ridge"} key
 * @property {"machine"} group
 * @property {boolean} main
 * @property {"power"} kind
 * @property {number} min
 * @property {number} max
 * @property {(settings: Settings) => boolean} canChoose  whether there are images to choose by
 * @property {number} otherwise  what is used where there are none
 * @property {(settings: Settings) => boolean} applies
 */

/**
 * On or off.
 * @typedef {object} SwitchRow
 * @property {SwitchKey} key
 * @property {"source" | "data" | "machine"} group
 * @property {boolean} main
 * @property {"switch"} kind
 * @property {(settings: Settings) => boolean} applies
 */

/**
 * A word out of a few. A change of "engine" keeps images and finished rounds.
 * @typedef {object} ChoiceRow
 * @property {"engine"} key
 * @property {"engine"} group
 * @property {boolean} main
 * @property {"choice"} kind
 * @property {readonly EngineName[]} choices  the first one is the default
 * @property {(settings: Settings) => boolean} applies
 */

/** @typedef {NumberRow | PowerRow | SwitchRow | ChoiceRow} Row */

/** Largest patch dimension d = c q^2: M has d^2 entries and its eigenvectors cost d^3. */
const LARGEST_DIMENSION = 768;

/** Most filters between two levels. */
const WIDEST = 256;

/** @type {readonly EngineName[]} */
const ENGINES = ["auto", "cpu", "gpu"];

const always = () => true;

/** @param {Settings} settings */
export const hasNoiseLevel = ({ data, frame }) => data === "noisy-mnist" || data === "local-signal" || frame;

/** Sets of nothing but noise and signal, and the one that is framed already, have no frame. @param {Settings} settings */
const canBeFramed = ({ data }) => !["star", "local-signal", "noisy-mnist"].includes(data);

/** @param {Settings} settings */
const isDeep = ({ levels }) => levels > 1;

/** @param {Settings} settings */
const isFromHub = ({ data }) => data === "hub";

/** Where the files make no difference, half of the images are to learn from. @param {Settings} settings */
function largestTrain(settings) {
  return Math.floor(factsOf(settings).pool / 2);
}

/** @param {Settings} settings */
function largestValidation(settings) {
  const { pool, test } = factsOf(settings);
  return Math.floor(pool / (test ? 2 : 4));
}

/** @param {Settings} settings */
function largestTest(settings) {
  const { pool, test } = factsOf(settings);
  return test || Math.floor(pool / 4);
}

/** @param {Settings} settings */
function largestPatch(settings) {
  const { channels, side } = factsOf(settings);
  const { depth } = settings;
  return Math.min(Math.floor((side - 1) / depth) + 1, Math.floor(Math.sqrt(LARGEST_DIMENSION / channels)));
}

/** Filters between two levels are the next one's channels. @param {Settings} settings */
function largestWidth({ levels, patch }) {
  return levels > 1 ? Math.min(WIDEST, Math.max(1, Math.floor(LARGEST_DIMENSION / patch ** 2))) : WIDEST;
}

/**
 * In the order in which they are settled: a row's limits may use the rows above it.
 * @type {Row[]}
 */
export const TABLE = [
  { ...row("pool", "source", false, "integer", 20, 20_000, 500), applies: isFromHub },
  { ...row("side", "source", true, "integer", 8, 64, 4), applies: arePictures },
  toggle("colour", "source", true, arePictures),
  toggle("frame", "data", false, canBeFramed),
  row("train", "data", true, "integer", 2, largestTrain, 10),
  row("depth", "machine", true, "integer", 1, 6, 1),
  row("patch", "machine", true, "integer", 1, largestPatch, 1),
  row("levels", "machine", true, "integer", 1, ({ depth }) => depth, 1),
  { ...row("width", "machine", false, "integer", 1, largestWidth, 8), applies: isDeep },
  toggle("relu", "machine", false, isDeep),
  { key: "ridge", group: "machine", main: true, kind: "power", min: 1e-8, max: 1, canChoose: (settings) => largestValidation(settings) > 0, otherwise: 1e-3, applies: always },
  row("rounds", "machine", true, "integer", 1, 10, 1),
  { ...row("sigma", "data", true, "real", 0, 10, 0.25), applies: hasNoiseLevel },
  row("seed", "data", true, "integer", 0, 2 ** 32 - 1, 1),
  row("agop", "machine", false, "integer", 1, ({ train }) => train, 10),
  row("validation", "data", false, "integer", 2, largestValidation, 50),
  row("test", "data", false, "integer", 2, largestTest, 50),
  { key: "engine", group: "engine", main: false, kind: "choice", choices: ENGINES, applies: always },
];

/**
 * @param {SwitchKey} key
 * @param {SwitchRow["group"]} group
 * @param {boolean} main
 * @param {SwitchRow["applies"]} applies
 * @returns {SwitchRow}
 */
function toggle(key, group, main, applies) {
  return { key, group, main, kind: "switch", applies };
}

/**
 * @param {NumberKey} key
 * @param {NumberRow["group"]} group
 * @param {boolean} main
 * @param {NumberRow["kind"]} kind
 * @param {number} min
 * @param {number | NumberRow["max"]} max
 * @param {number} step
 * @returns {NumberRow}
 */
function row(key, group, main, kind, min, max, step) {
  return { key, group, main, kind, min: () => min, max: typeof max === "number" ? () => max : max, step, applies: always };
}

/** A value that could not be used as given. @typedef {{key: "data" | Row["key"] | ViewKey, found: string, used: number | string}} Correction */

/**
 * The nearest settings that can be run, and what had to be changed for that.
 * @param {Settings} wanted
 * @returns {{settings: Settings, corrections: Correction[]}}
 */
export function settle(wanted) {
  const settings = { ...wanted };
  /** @type {Correction[]} */
  const corrections = [];
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

/** @param {NumberRow} row @param {Settings} settings */
function settledNumber({ key, kind, min, max }, settings) {
  const rounded = kind === "integer" ? Math.round(settings[key]) : settings[key];
  return Math.min(Math.max(rounded, min(settings)), max(settings));
}

/** @param {PowerRow} row @param {Settings} settings */
function settledPower({ key, min, max, canChoose, otherwise }, settings) {
  const wanted = settings[key];
  if (wanted === GRID) return canChoose(settings) ? GRID : otherwise;
  return Math.min(Math.max(wanted, min), max);
}
