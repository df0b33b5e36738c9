/** The same run on the command line: every setting as an option of `convrfm fit`. */
import { GRID, TABLE } from "../state.js";

/** @import { Settings } from "../state.js" */

/**
 * What stands for files that a command cannot know.
 * @typedef {{files: string, hub: string}} Placeholders
 */

/**
 * @param {Settings} settings
 * @param {Placeholders} placeholders
 */
export function nativeCommand(settings, placeholders) {
  const { data, train, validation, test, seed, sigma, frame, patch, depth, ridge, rounds, agop, engine, side, colour, levels, width, relu } = settings;
  const input = data === "own" ? placeholders.files : data === "hub" ? placeholders.hub : data;
  const applies = (/** @type {keyof Settings} */ key) => TABLE.find((row) => row.key === key)?.applies(settings) ?? false;
  /** @type {[string, string | number | null][]} */
  const options = [
    ["train", train],
    ["validation", validation],
    ["test", test],
    ["seed", seed],
    ...(applies("sigma") && !frame ? [/** @type {[string, number]} */ (["sigma", sigma])] : []),
    ...(frame ? [/** @type {[string, number]} */ (["frame", sigma])] : []),
    ...(applies("side") ? [/** @type {[string, number]} */ (["side", side])] : []),
    ...(applies("colour") && !colour ? [/** @type {[string, null]} */ (["grey", null])] : []),
    ["patch", patch],
    ["depth", depth],
    // As few digits as say it: 1e-5.
    ["ridge", ridge === GRID ? GRID : ridge.toExponential().replace("e+", "e")],
    ["rounds", rounds],
    ...(levels > 1 ? /** @type {[string, number | null][]} */ ([["levels", levels], ["width", width], ...(relu ? [["relu", null]] : [])]) : []),
    ["agop-samples", agop === train ? "all" : agop],
    ["engine", engine],
    ["out", "results.npz"],
  ];
  const written = options.map(([name, value]) => `--${name}${value === null ? "" : ` ${value}`}`).join(" ");
  return `cargo run --release -- fit ${input} ${written}`;
}
