import type { Spread } from "../../run/records";
import type { CurveKey } from "../../run/noise.svelte";
import type { Settings } from "../../run/settings";
import { dataSets, ridge as ridgeWords, settings as settingWords } from "./settings";
import { decimal, duration, plural, power } from "./shared";

/** Noise against accuracy. */
export const noise = {
  builtInOnly: "Your own images have no curve: only the built-in sets can be drawn again with another noise level.",
  noLevel:
    "This data set has no noise level. These two have one. Digits, clothes and photographs get one from the setting “Noisy frame”.",
  fill: "Fill the curve",
  goOn: "Continue",
  filled: "Complete",
  stop: "Stop",
  seeds: "Runs per level",
  level: "Noise level on the curve",
  sigma: "noise σ",
  axis: "test accuracy, %",
  chart: "Test accuracy against noise level, fixed kernel and ConvRFM",
  fixed: "fixed kernel",
  learned: "ConvRFM (best round on validation)",
  /** @param seeds  fewest and most of a level */
  band: ([fewest, most]: [number, number]) =>
    most === 1
      ? "One seed per point: no error band."
      : `${fewest === most ? `${most} seeds per point` : `${fewest} to ${most} seeds per point`}. The band is ± one standard deviation over the seeds.`,
  chance: (percent: number) => `Guessing is right on ${decimal(percent)}\u00a0%.`,
  table: "Numbers",
  columns: ["Noise σ", "Fixed kernel, %", "ConvRFM, %", "Seeds"],
  spread: ({ mean, deviation }: Spread, seeds: number) =>
    seeds === 1 ? decimal(mean) : `${decimal(mean)} ± ${decimal(deviation)}`,
  atLevel: (sigma: number) => `σ = ${sigma}`,
  reading: (sigma: number, seeds: number) => `At σ = ${sigma}, ${seeds === 1 ? "one seed" : `mean over ${seeds} seeds`}:`,
  unknown: (sigma: number) => `σ = ${sigma} has not been run yet.`,
  use: (sigma: number) => `Use σ = ${sigma} above`,
  useAll: (sigma: number) => `Use these settings at σ = ${sigma}`,
  picture: (name: string, sigma: number) => `Test image at σ = ${sigma}, class ${name}`,
  will: (runs: number, seconds: number | null) =>
    `${plural(runs, "run", "runs")}${seconds === null ? "" : `, about ${duration(seconds)}`}, in the background.`.replace(
      "about under",
      "under",
    ),
  waits: (done: number, total: number) =>
    `${done} of ${total} runs. The curve waits while the page’s own run is in progress or the page is hidden.`,
  runs: (done: number, total: number, left: number | null) =>
    `${done} of ${total} runs${left === null ? "" : `, ${duration(left)} left`}.`,
  complete: (runs: number) => `All ${runs} runs are done.`,
  progress: "Progress of the curve",
  /** What a curve belongs to. */
  belongs: (settings: Settings, seeds: number[]) => {
    const { frame, train, validation, test, patch, depth, rounds, agop, levels, width, relu, pooling } = settings;
    const images = `${train} training, ${validation} validation and ${test} test images`;
    const kernel = `patch size ${patch}, depth ${depth}, ridge ${valueOf(settings, "ridge")}`;
    const learning = `${plural(rounds, "round", "rounds")}, gradients of ${plural(agop, "image", "images")}`;
    const deep =
      levels > 1
        ? `, ${levels} levels with ${width} filters${relu ? ", ReLU" : ""}${pooling > 1 ? `, pooling ${pooling}` : ""}`
        : "";
    return `${nameOf(settings)}${frame ? " in noisy frames" : ""}: ${images}; ${kernel}; ${learning}${deep}; ${seeds.length === 1 ? "seed" : "seeds"} ${seeds.join(", ")}.`;
  },
  others: "Curves of this visit",
  otherSettings: "This curve belongs to other settings than the ones chosen now.",
  /** A curve by its data set and the settings in which it differs from others of that set. */
  kept: (settings: Settings, keys: CurveKey[]) => {
    const values = keys.map((key) => `${settingWords[key].label} ${valueOf(settings, key)}`);
    return [nameOf(settings), values.join(", ")].filter(Boolean).join(": ");
  },
};

const nameOf = ({ data }: Settings) => (data === "own" || data === "hub" ? data : dataSets[data].name);

function valueOf(settings: Settings, key: CurveKey) {
  const value = settings[key];
  if (typeof value === "boolean") return value ? "✓" : "–";
  return key === "ridge" ? (value === "grid" ? ridgeWords.chosen : power(Number(value))) : value;
}
