/** One number per round on test and validation images, and the level of the fixed kernel, by Observable Plot. */
import { axisX, axisY, dot, gridY, line, plot, pointer, ruleX, ruleY, tip } from "@observablehq/plot";
import { compare as words } from "../strings/words.js";
import { figure } from "./numbers.js";
import { finish, FONT, INK } from "./plotting.js";

/** @import { Point } from "./charts.js" */

/**
 * @param {{points: Point[], rounds: number, axis: string, label: string, compared: number | null, top: number | null}} data
 *   `compared` is the round set beside the fixed kernel, `top` the largest value possible
 * @param {{width: number, height: number}} size
 */
export function roundsChart({ points, rounds, axis, label, compared, top }, size) {
  const values = points.flatMap(({ test, validation }) => [test, validation]).filter((value) => value !== null);
  const [low, high] = values.length ? [Math.min(...values), Math.max(...values)] : [0, top ?? 1];
  const room = 0.12 * (high - low || high || 1);
  const fixed = points[0]?.test ?? null;
  const tests = points.filter(({ test }) => test !== null);
  const series = /** @type {const} */ (["validation", "test"]);
  return finish(
    plot({
      ...size,
      marginTop: 22,
      marginLeft: 48,
      marginRight: 14,
      marginBottom: 34,
      style: { fontFamily: FONT, fontSize: "12px", overflow: "visible" },
      x: { type: "point", domain: Array.from({ length: rounds }, (_, i) => i), padding: rounds === 1 ? 0.5 : 0.12 },
      y: { domain: [Math.max(0, low - room), Math.min(top ?? Infinity, high + room)] },
      marks: [
        gridY({ stroke: "var(--grid)", strokeOpacity: 1, ticks: 5 }),
        axisY({ ticks: 5, tickSize: 0, label: axis, labelArrow: "none", labelAnchor: "top" }),
        axisX({ tickSize: 0, label: words.round, labelArrow: "none", labelAnchor: "right", labelOffset: 32 }),
        compared === null ? null : ruleX([compared], { stroke: "var(--line)", strokeWidth: 8 }),
        fixed === null ? null : ruleY([fixed], { stroke: "var(--quiet)", strokeDasharray: "2 4" }),
        series.map((key) => [
          line(points, { x: "round", y: key, stroke: INK[key], strokeWidth: key === "test" ? 2.5 : 1.5, strokeDasharray: key === "test" ? "none" : "5 3" }),
          dot(points, { x: "round", y: key, r: key === "test" ? 4 : 3, fill: key === "test" ? INK.test : "var(--paper)", stroke: INK[key], strokeWidth: 1.5 }),
        ]),
        tip(tests, pointer({ x: "round", y: "test", title: (/** @type {Point} */ { round, test, validation }) => words.point(round, value(test), value(validation)), fill: "var(--raised)", stroke: "var(--line)" })),
      ],
    }),
    label,
  );
}

/** @param {number | null} number */
const value = (number) => (number === null ? "–" : figure(number));
