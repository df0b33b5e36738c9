/** One number per round on test and validation images, and the level of the fixed kernel, by Observable Plot. */
import { axisX, axisY, plot, pointer, ruleX, tip } from "@observablehq/plot";
import { compare as words } from "../strings/words.js";
import { figure } from "./numbers.js";
import { across, BUBBLE, finish, overRounds, roundMarks, STYLE } from "./plotting.js";

/** @import { Point, Size } from "./plotting.js" */

/**
 * @param {{points: Point[], rounds: number, axis: string, label: string, compared: number | null, top: number | null}} data
 *   `compared` is the round set beside the fixed kernel, `top` the largest value possible
 * @param {Size} size
 */
export function roundsChart({ points, rounds, axis, label, compared, top }, size) {
  const values = points.flatMap(({ test, validation }) => [test, validation]).filter((value) => value !== null);
  const [low, high] = values.length ? [Math.min(...values), Math.max(...values)] : [0, top ?? 1];
  const room = 0.12 * (high - low || high || 1);
  const tests = points.filter(({ test }) => test !== null);
  return finish(
    plot({
      ...size,
      marginTop: 22,
      marginLeft: 48,
      marginRight: 14,
      marginBottom: 34,
      style: STYLE,
      x: overRounds(rounds),
      y: { domain: [Math.max(0, low - room), Math.min(top ?? Infinity, high + room)] },
      marks: [
        across(5),
        axisY({ ticks: 5, tickSize: 0, label: axis, labelArrow: "none", labelAnchor: "top" }),
        axisX({ tickSize: 0, label: words.round, labelArrow: "none", labelAnchor: "right", labelOffset: 32 }),
        compared === null ? null : ruleX([compared], { stroke: "var(--line)", strokeWidth: 8 }),
        roundMarks(points),
        tip(tests, pointer({ x: "round", y: "test", title: (/** @type {Point} */ { round, test, validation }) => words.point(round, value(test), value(validation)), ...BUBBLE })),
      ],
    }),
    label,
  );
}

/** @param {number | null} number */
const value = (number) => (number === null ? "–" : figure(number));
