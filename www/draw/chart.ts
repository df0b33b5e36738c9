/** Scales, ticks at round numbers, and paths of line charts. They replace d3-scale and d3-shape, which would add 14 kB after gzip. */

export interface Scale {
  /** The position of a value. */
  (value: number): number;
  /** The value at a position. */
  invert(position: number): number;
}

export type Range = [from: number, to: number];

/** Maps the domain onto positions proportionally; where the domain is a single value, to the middle. */
export function linear([low, high]: Range, [from, to]: Range): Scale {
  const scale = (value: number) => from + (to - from) * (low === high ? 0.5 : (value - low) / (high - low));
  const invert = (position: number) => low + (high - low) * (from === to ? 0.5 : (position - from) / (to - from));
  return Object.assign(scale, { invert });
}

/** Maps the logarithm of a positive value onto positions proportionally. */
export function logarithmic([low, high]: Range, positions: Range): Scale {
  const scale = linear([Math.log(low), Math.log(high)], positions);
  return Object.assign((value: number) => scale(Math.log(value)), {
    invert: (position: number) => Math.exp(scale.invert(position)),
  });
}

/** Multiples of 1, 2 or 5 times a power of ten from 0 to the first that reaches `top`, in about `count` steps. */
export function ticksUpTo(top: number, count: number): number[] {
  const power = 10 ** Math.floor(Math.log10(top / count));
  const factor = [1, 2, 5, 10].findLast((factor) => top / count / power >= factor / Math.SQRT2) ?? 1;
  const steps = Math.ceil(top / (factor * power) - 1e-9);
  // Without the rounding errors of 3 * 0.1.
  return Array.from({ length: steps + 1 }, (_, step) => Number((step * factor * power).toPrecision(12)));
}

/** A y axis of percentages: from the tens at or below the lowest value to 100. */
export function percentAxis(label: string, lowest: number): { label: string; ticks: number[]; domain: Range } {
  const low = Math.max(0, Math.floor(lowest / 10) * 10);
  const step = 100 - low > 50 ? 20 : 10;
  const ticks = Array.from({ length: Math.floor((100 - low) / step) + 1 }, (_, i) => 100 - i * step).reverse();
  return { label, ticks, domain: [low, 100] };
}

/** A value with its deviation. */
export interface Measured {
  x: number;
  y: number;
  deviation?: number;
}

/** Where points are, moved up or down by a share of their deviations, but not out of the y axis. */
export const placed = (
  points: readonly Measured[],
  share: number,
  toX: Scale,
  toY: Scale,
  [low, high]: readonly [number, number],
): Range[] => points.map((p) => [toX(p.x), toY(Math.min(Math.max(p.y + share * (p.deviation ?? 0), low), high))]);

/** The `d` of a path through points, to a hundredth of a pixel. */
export const polyline = (points: Range[]) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(2)},${y.toFixed(2)}`).join("");

/** The `d` of the area between the line `there` and the line `back`, which has the same direction. */
export const band = (there: Range[], back: Range[]) => `${polyline(there)}${polyline(back.toReversed()).replace("M", "L")}Z`;
