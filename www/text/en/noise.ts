import type { Spread } from "../../run/records";
import { decimal, duration, plural } from "./shared";

/** Noise against accuracy. */
export const noise = {
  about:
    "The paper’s claim: when the signal is local and the noise is strong, a kernel that learns where to look holds out longer than a fixed one. Check it: every point of this curve is a whole run, made here.",
  builtInOnly:
    "The curve is drawn for built-in sets only: what you opened is held by the page’s own run. These two are one click away.",
  noLevel:
    "This data set has no noise level. These two have one; and digits, clothes or pictures can be put into a noisy frame (More settings).",
  fill: "Fill the curve",
  goOn: "Go on",
  filled: "Filled",
  stop: "Stop",
  seeds: "Runs per level",
  level: "Level on the curve",
  sigma: "noise σ",
  axis: "right answers, %",
  chart: "Accuracy on test images over the noise level, fixed kernel and ConvRFM",
  fixed: "fixed kernel",
  learned: "ConvRFM",
  band: "band: ± one standard deviation over the seeds",
  table: "Numbers",
  columns: ["Noise σ", "Fixed kernel, %", "ConvRFM, %", "Seeds"],
  spread: ({ mean, deviation }: Spread) => `${decimal(mean)} ± ${decimal(deviation)}`,
  atLevel: (sigma: number) => `σ = ${sigma}`,
  reading: (sigma: number, fixed: Spread, learned: Spread, seeds: number) =>
    `At σ = ${sigma} the fixed kernel is right on ${noise.spread(fixed)} %, ConvRFM on ${noise.spread(learned)} % (${plural(seeds, "seed", "seeds")}).`,
  unknown: (sigma: number) => `σ = ${sigma} has not been run yet.`,
  use: (sigma: number) => `Use σ = ${sigma} above`,
  picture: (name: string, sigma: number) => `Test image at σ = ${sigma}, class ${name}`,
  will: (runs: number, seconds: number | null) =>
    `${plural(runs, "run", "runs")}${seconds === null ? "" : `, about ${duration(seconds)}`}, in the background. The curve fills while you read on.`.replace(
      "about under",
      "under",
    ),
  waits: (done: number, total: number) => `${done} of ${total} runs; waits while the page’s own run goes on or the page is hidden.`,
  runs: (done: number, total: number, left: number | null) =>
    `${done} of ${total} runs${left === null ? "" : `, ${duration(left)} left`}.`,
  complete: (runs: number) => `All ${runs} runs are done.`,
};
