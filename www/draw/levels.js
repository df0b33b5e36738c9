/** Right answers round by round, the levels of Deep ConvRFM side by side, drawn by Observable Plot as SVG. */
import { axisFx, axisX, axisY, plot } from "@observablehq/plot";
import { accuracy, deep as words } from "../strings/words.js";
import { across, finish, overRounds, roundMarks, STYLE } from "./plotting.js";

/** @import { Point, Size } from "./plotting.js" */

/**
 * @param {{points: (Point & {level: number})[], levels: number, rounds: number}} data
 * @param {Size} size
 */
export function levelsChart({ points, levels, rounds }, size) {
  const values = points.flatMap(({ test, validation }) => [test, validation]).filter((value) => value !== null);
  const low = values.length ? Math.max(0, Math.floor((Math.min(...values) - 3) / 10) * 10) : 0;
  return finish(
    plot({
      ...size,
      marginTop: 40,
      marginLeft: 32,
      marginRight: 14,
      marginBottom: 36,
      style: STYLE,
      fx: { domain: Array.from({ length: levels }, (_, level) => level), padding: 0.12 },
      x: overRounds(rounds),
      y: { domain: [low, 100], nice: false },
      marks: [
        across(5),
        axisFx({ anchor: "top", tickSize: 0, label: null, tickFormat: words.level }),
        axisY({ ticks: 5, tickSize: 0, label: accuracy.axis, labelArrow: "none", labelAnchor: "top" }),
        axisX({ tickSize: 0, label: accuracy.round, labelArrow: "none", labelAnchor: "right", labelOffset: 34 }),
        roundMarks(points, { fx: "level" }),
      ],
    }),
    words.chart,
  );
}
