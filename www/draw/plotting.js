/** What all charts have in common. */
import { dot, gridY, line, ruleY } from "@observablehq/plot";

/** @typedef {{width: number, height: number}} Size */

/** One number per round on test and validation images; null is not known. @typedef {{round: number, test: number | null, validation: number | null}} Point */

/** Letters as around the chart; marks may reach over its edge. */
export const STYLE = { fontFamily: "inherit", fontSize: "12px", overflow: "visible" };

/** Of the bubble at the point under the pointer. */
export const BUBBLE = { fill: "var(--raised)", stroke: "var(--line)" };

/** Orange is tested, blue is compared with it. */
export const INK = { test: "var(--strong)", validation: "var(--second)" };

/** Lines across. @param {number | number[]} ticks */
export const across = (ticks) => gridY({ stroke: "var(--grid)", strokeOpacity: 1, ticks });

/** The horizontal scale of a chart over rounds. @param {number} rounds */
export const overRounds = (rounds) => ({ type: /** @type {const} */ ("point"), domain: Array.from({ length: rounds }, (_, i) => i), padding: rounds === 1 ? 0.5 : 0.12 });

/**
 * The fixed kernel's level, and both lines over it.
 * @param {Point[]} points
 * @param {{fx?: string}} [place]  what a point has that says which of several charts it is in
 */
export const roundMarks = (points, place = {}) => [
  points[0]?.test == null ? null : ruleY([points[0].test], { stroke: "var(--quiet)", strokeDasharray: "2 4" }),
  /** @type {const} */ (["validation", "test"]).map((key) => [
    line(points, { ...place, x: "round", y: key, stroke: INK[key], strokeWidth: key === "test" ? 2.5 : 1.5, strokeDasharray: key === "test" ? "none" : "5 3" }),
    dot(points, { ...place, x: "round", y: key, r: key === "test" ? 4 : 3, fill: key === "test" ? INK.test : "var(--paper)", stroke: INK[key], strokeWidth: 1.5 }),
  ]),
];

/**
 * @param {Element} svg
 * @param {string} label
 */
export function finish(svg, label) {
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  // Plot names every mark ("line", "dot"): noise inside a picture, and not allowed on an element without a role.
  for (const mark of svg.querySelectorAll("[aria-label]")) mark.removeAttribute("aria-label");
  return svg;
}
