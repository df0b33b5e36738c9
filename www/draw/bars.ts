/** Many numbers side by side as thin bars, in groups: a canvas as fine as the screen. */
import { contextOf } from "./pixels";

export interface Bars {
  /** in their order from left to right */
  values: number[];
  /** where each group begins */
  starts: number[];
  /** value at the foot of the picture */
  low: number;
  high: number;
  /** a custom property of the page, as "--second" */
  colour: (place: number) => string;
  /** place that stands out */
  pointed: number | null;
}

/** Pixels between two groups. */
const GAP = 5;

/** The horizontal place of every bar, in shares of the width. */
export function slots(count: number, starts: number[], width: number) {
  const gap = starts.length * GAP < width / 3 ? GAP : 0;
  const each = (width - gap * Math.max(0, starts.length - 1)) / Math.max(1, count);
  const left = new Float64Array(count);
  let group = 0;
  for (let place = 0; place < count; place++) {
    while ((starts[group + 1] ?? Infinity) <= place) group++;
    left[place] = place * each + group * gap;
  }
  return { left, each };
}

export function drawBars(canvas: HTMLCanvasElement, { values, starts, low, high, colour, pointed }: Bars) {
  const context = contextOf(canvas);
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (!context || width === 0) return;
  const fine = Math.min(devicePixelRatio || 1, 3);
  canvas.width = Math.round(width * fine);
  canvas.height = Math.round(height * fine);
  context.scale(fine, fine);
  const style = getComputedStyle(canvas);
  const ink = (name: string) => style.getPropertyValue(name);
  const { left, each } = slots(values.length, starts, width);
  const thick = Math.max(each - (each > 3 ? 1 : 0), 0.75);
  const y = (value: number) => height - ((value - low) / (high - low || 1)) * height;
  const zero = Math.min(Math.max(y(0), 0), height);
  for (const [place, value] of values.entries()) {
    const [top, bottom] = [Math.min(y(value), zero), Math.max(y(value), zero)];
    if (place === pointed) {
      context.fillStyle = ink("--line");
      context.fillRect((left[place] ?? 0) - 1, 0, thick + 2, height);
    }
    context.fillStyle = ink(place === pointed ? "--ink" : colour(place));
    context.fillRect(left[place] ?? 0, top, thick, Math.max(bottom - top, 1));
  }
  context.fillStyle = ink("--quiet");
  context.fillRect(0, Math.min(zero, height - 1), width, 1);
}
