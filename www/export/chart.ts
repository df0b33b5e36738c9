/** Line charts with axes and a legend, as the pages of a paper would have them. */
import { band, linear, logarithmic, placed, polyline } from "../draw/chart";
import type { Inks } from "./inks";
import { moved, tag, text, type Drawing } from "./svg";

export interface Line {
  colour: keyof Inks;
  dashed?: boolean;
  faint?: boolean;
  /** `colour` where a point has one of its own; a band shows the deviations */
  points: { x: number; y: number; colour?: keyof Inks | undefined; deviation?: number }[];
  /** Whether its points are marked. */
  dots?: boolean;
}

export interface ChartAxis {
  label: string;
  domain: [number, number];
  ticks: number[];
  format: (value: number) => string;
  log?: boolean;
}

export interface LegendEntry {
  name: string;
  colour: keyof Inks;
  kind: "line" | "dashed" | "dot" | "ring";
}

export interface Chart {
  lines: Line[];
  x: ChartAxis;
  y: ChartAxis;
  legend: LegendEntry[];
  /** Points with a ring. */
  rings?: { x: number; y: number }[];
  /** Vertical lines between levels, each with the name of what begins there. */
  rules?: { x: number; name: string }[];
}

const [WIDTH, HEIGHT] = [640, 380];
const EDGE = { top: 52, right: 12, bottom: 52, left: 52 };

export function lineChart({ lines, x, y, legend, rings = [], rules = [] }: Chart, inks: Inks): Drawing {
  const [right, bottom] = [WIDTH - EDGE.right, HEIGHT - EDGE.bottom];
  const toX = (x.log ? logarithmic : linear)(x.domain, [EDGE.left, right]);
  const toY = (y.log ? logarithmic : linear)(y.domain, [bottom, EDGE.top]);
  const grid = y.ticks.map(
    (value) =>
      tag("line", { x1: EDGE.left, x2: right, y1: toY(value), y2: toY(value), stroke: inks.grid }) +
      text(EDGE.left - 8, toY(value) + 4.5, y.format(value), inks.quiet, 13, { "text-anchor": "end" }),
  );
  const ticks = x.ticks.map((value) => text(toX(value), bottom + 20, x.format(value), inks.quiet, 13, { "text-anchor": "middle" }));
  const between = rules.map(
    ({ x: at, name }) =>
      tag("line", { x1: toX(at), x2: toX(at), y1: EDGE.top, y2: bottom, stroke: inks.line, "stroke-dasharray": "2 3" }) +
      text(toX(at) + 6, EDGE.top + 12, name, inks.quiet, 13),
  );
  const drawn = lines.map(({ colour, dashed, faint, points, dots }) => {
    const stroke = { fill: "none", stroke: inks[colour], "stroke-width": 2.5, "stroke-opacity": faint ? 0.4 : undefined };
    const d = polyline(points.map((p) => [toX(p.x), toY(p.y)]));
    const circles = dots
      ? points.map((p) => {
          const own = inks[p.colour ?? colour];
          const place = { cx: toX(p.x), cy: toY(p.y), r: 4 };
          return tag("circle", { ...place, fill: dashed ? inks.paper : own, stroke: own, "stroke-width": 1.5 });
        })
      : [];
    const edge = (share: number) => placed(points, share, toX, toY, y.domain);
    const deviations = points.some(({ deviation }) => deviation)
      ? tag("path", { d: band(edge(1), edge(-1)), fill: inks[colour], "fill-opacity": 0.18 })
      : "";
    return deviations + tag("path", { d, ...stroke, "stroke-dasharray": dashed ? "6 4" : undefined }) + circles.join("");
  });
  const marks = rings.map((p) =>
    tag("circle", { cx: toX(p.x), cy: toY(p.y), r: 9, fill: "none", stroke: inks.learned, "stroke-width": 2 }),
  );
  const labels = text(0, 36, y.label, inks.quiet, 13) + text(right, HEIGHT - 4, x.label, inks.quiet, 13, { "text-anchor": "end" });
  const content = [legendOf(legend, inks), ...grid, ...ticks, ...between, ...drawn, ...marks, labels].join("");
  return { width: WIDTH, height: HEIGHT, content };
}

/** One line of keys. */
function legendOf(entries: LegendEntry[], inks: Inks) {
  let left = 0;
  return entries
    .map(({ name, colour, kind }) => {
      const ink = inks[colour];
      const sign =
        kind === "dot" || kind === "ring"
          ? tag("circle", {
              cx: 12,
              cy: 5,
              r: kind === "dot" ? 4.5 : 7,
              fill: kind === "dot" ? ink : "none",
              stroke: ink,
              "stroke-width": 2,
            })
          : tag("line", {
              x1: 0,
              x2: 24,
              y1: 5,
              y2: 5,
              stroke: ink,
              "stroke-width": 2.5,
              "stroke-dasharray": kind === "dashed" ? "6 4" : undefined,
            });
      const entry = moved(left, 0, sign + text(31, 10, name, inks.ink, 14));
      left += 31 + name.length * 7.4 + 20;
      return entry;
    })
    .join("");
}
