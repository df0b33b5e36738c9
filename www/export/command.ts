/** The same run on the command line: every setting as an option of `convrfm fit`. */
import { GRID, TABLE } from "../run/settings";
import type { Settings } from "../run/settings";

/** What stands for files that a command cannot know. */
export type Placeholders = { files: string; hub: string };

export function nativeCommand(settings: Settings, placeholders: Placeholders) {
  const {
    data,
    train,
    validation,
    test,
    seed,
    sigma,
    frame,
    patch,
    depth,
    ridge,
    rounds,
    agop,
    engine,
    side,
    colour,
    levels,
    width,
    relu,
    pooling,
  } = settings;
  const input = data === "own" ? placeholders.files : data === "hub" ? placeholders.hub : data;
  const applies = (key: keyof Settings) => TABLE.find((row) => row.key === key)?.applies(settings) ?? false;
  const deeper: [string, number | null][] = [
    ["levels", levels],
    ["width", width],
    ["pooling", pooling],
    ...(relu ? [["relu", null] as [string, null]] : []),
  ];
  const options: [string, string | number | null][] = [
    ["train", train],
    ["validation", validation],
    ["test", test],
    ["seed", seed],
    ...(applies("sigma") && !frame ? [["sigma", sigma] as [string, number]] : []),
    ...(frame ? [["frame", sigma] as [string, number]] : []),
    ...(applies("side") ? [["side", side] as [string, number]] : []),
    ...(applies("colour") && !colour ? [["grey", null] as [string, null]] : []),
    ["patch", patch],
    ["depth", depth],
    // As few digits as say it: 1e-5.
    ["ridge", ridge === GRID ? GRID : ridge.toExponential().replace("e+", "e")],
    ["rounds", rounds],
    ...(levels > 1 ? deeper : []),
    ["agop-samples", agop === train ? "all" : agop],
    ["engine", engine],
    ["out", "results.npz"],
  ];
  const written = options.map(([name, value]) => `--${name}${value === null ? "" : ` ${value}`}`).join(" ");
  return `cargo run --release -- fit ${input} ${written}`;
}
