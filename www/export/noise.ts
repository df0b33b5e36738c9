/** A noise curve as a picture and as numbers. */
import type { App } from "../run/app.svelte";
import type { Curve } from "../run/noise.svelte";
import { lineChart, type Line } from "./chart";
import { VERSION } from "../run/generated";
import type { Inks } from "./inks";
import { range, steps } from "./pictures";
import { titled } from "./svg";

export function noiseChart({ words }: App, curve: Curve, inks: Inks): string {
  const { levels, settings, seeds } = curve;
  const lines = (["fixed", "learned"] as const).map((colour): Line => ({
    colour,
    dots: true,
    points: levels.map((level) => ({ x: level.sigma, y: level[colour].mean, deviation: level[colour].deviation })),
  }));
  const lows = lines.flatMap(({ points }) => points.map(({ y, deviation = 0 }) => y - deviation));
  const low = Math.max(0, Math.floor(Math.min(...lows) / 10) * 10);
  const last = Math.max(...levels.map(({ sigma }) => sigma));
  const chart = lineChart(
    {
      lines,
      x: { label: words.noise.sigma, domain: [0, last], ticks: range(0, Math.floor(last)), format: String },
      y: { label: words.noise.axis, domain: [low, 100], ticks: steps(low, 100), format: words.take.tick },
      legend: [
        { name: words.noise.fixed, colour: "fixed", kind: "line" },
        { name: words.noise.learned, colour: "learned", kind: "line" },
      ],
    },
    inks,
  );
  const heading = { title: words.noise.chart, about: words.noise.belongs(settings, seeds) };
  return titled(heading, chart, inks);
}

/** Every run, and what the runs of a noise level say together. */
export function noiseNumbers({ settings, points, levels }: Curve): string {
  const spreads = levels.map(({ sigma, seeds, fixed, learned }) => ({ sigma, seeds, fixed, learned }));
  return JSON.stringify({ settings, points, levels: spreads, version: VERSION });
}
