/** Two curves with bands of one standard deviation, drawn by Observable Plot as SVG. */
import { areaY, axisX, axisY, dot, line, plot, ruleX } from "@observablehq/plot";
import { noise as words } from "../strings/words.js";
import { across, finish, STYLE } from "./plotting.js";

/** @import { Level } from "../noise.js" */
/** @import { Size } from "./plotting.js" */

/** In the order in which they are drawn; the second is the one the page is about. */
const CURVES = /** @type {const} */ ([
  { key: "fixed", ink: "var(--second)", dash: "5 3", symbol: "square" },
  { key: "learned", ink: "var(--strong)", dash: "none", symbol: "circle" },
]);

/**
 * Accuracy over the noise level: fixed kernel and ConvRFM, means over the seeds, with a rule at the level chosen.
 * @param {{levels: Level[], sigmas: number[], chosen: number, chance: number}} data
 * @param {Size} size
 */
export function noiseChart({ levels, sigmas, chosen, chance }, size) {
  const lows = levels.flatMap(({ fixed, learned }) => [fixed.mean - fixed.deviation, learned.mean - learned.deviation]);
  const low = Math.max(0, Math.floor(Math.min(chance, ...lows) / 10) * 10);
  return finish(
    plot({
      ...size,
      marginTop: 22,
      marginLeft: 34,
      marginRight: 14,
      marginBottom: 36,
      style: STYLE,
      x: { domain: [0, Math.max(...sigmas, ...levels.map(({ sigma }) => sigma))] },
      y: { domain: [low, 100], clamp: true },
      marks: [
        across(5),
        axisY({ ticks: 5, tickSize: 0, label: words.axis, labelArrow: "none", labelAnchor: "top" }),
        axisX({ tickSize: 0, ticks: size.width < 420 ? 4 : 8, label: words.sigma, labelArrow: "none", labelAnchor: "right", labelOffset: 34 }),
        ruleX([chosen], { stroke: "var(--quiet)", strokeDasharray: "2 4" }),
        CURVES.map(({ key, ink, dash, symbol }) => [
          areaY(levels, { x: "sigma", y1: (level) => level[key].mean - level[key].deviation, y2: (level) => level[key].mean + level[key].deviation, fill: ink, fillOpacity: 0.18 }),
          line(levels, { x: "sigma", y: (level) => level[key].mean, stroke: ink, strokeWidth: 2, strokeDasharray: dash }),
          dot(levels, { x: "sigma", y: (level) => level[key].mean, r: (level) => (level.sigma === chosen ? 5.5 : 3.5), fill: ink, symbol }),
        ]),
      ],
    }),
    words.chart,
  );
}
