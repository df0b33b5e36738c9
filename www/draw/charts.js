/** The charts of the results, drawn by Observable Plot as SVG. Loaded after the first paint: it is the largest script of the page. */
import { axisX, axisY, dot, line, plot, pointer, text, tip } from "@observablehq/plot";
import { accuracy as words, matrix as spectrumWords, percent } from "../strings/words.js";
import { across, BUBBLE, finish, INK, overRounds, roundMarks, STYLE } from "./plotting.js";

export { levelsChart } from "./levels.js";
export { roundsChart } from "./rounds.js";

/** @import { Point, Size } from "./plotting.js" */

/** Percent; below, single precision leaves only rounding. */
const SMALLEST_SHARE = 1e-3;

/**
 * Accuracy per round: test, validation, the fixed kernel's level, and a ring around the kept round.
 * @param {{points: Point[], rounds: number, chance: number, best: number | null}} data
 * @param {Size} size
 */
export function accuracyChart({ points, rounds, chance, best }, size) {
  const values = points.flatMap(({ test, validation }) => [test, validation]).filter((v) => v !== null);
  const low = values.length ? Math.max(0, Math.floor((Math.min(...values) - 3) / 10) * 10) : chance;
  const tests = points.filter(({ test }) => test !== null);
  const kept = best === null ? [] : tests.filter(({ round }) => round === best);
  return finish(
    plot({
      ...size,
      marginTop: 22,
      marginLeft: 32,
      marginRight: 14,
      marginBottom: 36,
      style: STYLE,
      x: overRounds(rounds),
      y: { domain: [low, 100], nice: false },
      marks: [
        across(5),
        axisY({ ticks: 5, tickSize: 0, label: words.axis, labelArrow: "none", labelAnchor: "top" }),
        axisX({ tickSize: 0, label: words.round, labelArrow: "none", labelAnchor: "right", labelOffset: 34 }),
        roundMarks(points),
        dot(kept, { x: "round", y: "test", r: 8, stroke: INK.test, strokeWidth: 1.5 }),
        tip(tests, pointer({ x: "round", y: "test", title: describe, ...BUBBLE })),
      ],
    }),
    words.chart,
  );
}

/**
 * Eigenvalues of M as shares of their sum, on a logarithmic scale; the round shown stands out.
 * @param {{spectra: {round: number, values: Float32Array, shown: boolean}[], dimension: number}} data
 * @param {Size} size
 */
export function spectrumChart({ spectra, dimension }, size) {
  const shown = Math.min(dimension, 60);
  const flat = 100 / dimension;
  const lines = spectra.map(({ round, values, shown: strong }) => ({
    round,
    strong,
    points: Array.from(values.subarray(0, shown), (share, rank) => ({ rank: rank + 1, share: Math.max(share * 100, SMALLEST_SHARE) })),
  }));
  // At least one decade, also where M has a single entry and that holds all.
  const lowest = Math.floor(Math.log10(Math.min(10, flat, ...lines.flatMap(({ points }) => points.map(({ share }) => share)))));
  const decades = Array.from({ length: 3 - lowest }, (_, i) => 10 ** (lowest + i));
  const margins = { marginTop: 22, marginLeft: 46, marginRight: 58, marginBottom: 36 };
  const pixelsPerDecade = (size.height - margins.marginTop - margins.marginBottom) / (decades.length - 1);
  const names = apart(
    [{ round: 0, share: flat, strong: false }, ...lines.map(({ round, strong, points }) => ({ round, strong, share: points.at(-1)?.share ?? flat }))],
    ({ share }) => -Math.log10(share) * pixelsPerDecade,
  );
  const ranks = shown <= 12 ? Array.from({ length: shown }, (_, i) => i + 1) : [1, 10, 20, 30, 40, 50, 60].filter((rank) => rank <= shown);
  return finish(
    plot({
      ...size,
      ...margins,
      style: STYLE,
      x: { domain: [1, Math.max(2, shown)] },
      y: { type: "log", domain: [10 ** lowest, 100] },
      marks: [
        across(decades),
        axisY({ ticks: decades, tickSize: 0, tickFormat: (/** @type {number} */ v) => String(Number(v.toPrecision(1))), label: spectrumWords.spectrumY, labelArrow: "none", labelAnchor: "top" }),
        axisX({ ticks: ranks, tickSize: 0, tickFormat: "d", label: spectrumWords.spectrumX, labelArrow: "none", labelAnchor: "right", labelOffset: 34 }),
        line([1, shown], { x: (x) => x, y: flat, stroke: "var(--quiet)", strokeDasharray: "2 4" }),
        lines.map(({ points, strong }) => [
          line(points, { x: "rank", y: "share", stroke: strong ? INK.test : INK.validation, strokeWidth: strong ? 2.5 : 1.25, strokeOpacity: strong ? 1 : 0.7 }),
          shown <= 12 ? dot(points, { x: "rank", y: "share", r: strong ? 3.5 : 2, fill: strong ? INK.test : INK.validation }) : null,
        ]),
        names.map(({ item: { round, share, strong }, shift }) =>
          text([shown], { x: (x) => x, y: share, text: () => words.axisRound(round), textAnchor: "start", dx: 7, dy: shift, fill: round === 0 ? "var(--quiet)" : strong ? INK.test : INK.validation }),
        ),
        tip(lines.find(({ strong }) => strong)?.points ?? [], pointer({ x: "rank", y: "share", title: (p) => `${p.rank}: ${percent(p.share, p.share < 0.1 ? 3 : 1)}`, ...BUBBLE })),
      ],
    }),
    spectrumWords.spectrumAlt,
  );
}

/**
 * Shifts labels down, from the top one on, until no two overlap.
 * @template T
 * @param {T[]} items
 * @param {(item: T) => number} place  pixels, downwards
 */
function apart(items, place) {
  const LINE = 14;
  let free = -Infinity;
  return items
    .map((item) => ({ item, at: place(item) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item, at }) => {
      const put = Math.max(at, free);
      free = put + LINE;
      return { item, shift: put - at };
    });
}

/** @param {Point} point */
function describe({ round, test, validation }) {
  return words.announce(round, test, validation);
}
