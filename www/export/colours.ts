/** Filters and maps as colours, one per pixel, as the canvases of the page have them. Nothing is read back from a canvas. */
import { lut } from "../draw/colormap.svelte";
import { shade } from "../draw/pixels";
import { hexOf } from "./inks";

interface Shape {
  channels: number;
  height: number;
  width: number;
}

/** An image (c, H, W); `range` is drawn as black to white. */
export function imageColours(pixels: ArrayLike<number>, shape: Shape, range: [number, number]): string[] {
  const colour = shade(pixels, shape, range);
  const rgb = new Uint8ClampedArray(3);
  return Array.from({ length: shape.height * shape.width }, (_, i) => {
    colour(rgb, i, 0);
    return hexOf([...rgb]);
  });
}

/** A filter (c, q, q): its largest entry reaches the end of the scale. */
export function filterColours(weights: Float32Array, channels: number, side: number): string[] {
  const top = weights.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  if (channels > 1) return imageColours(weights, { channels, height: side, width: side }, [-top, top]);
  return Array.from(weights, (value) => mapped("diverging", (value / top + 1) / 2));
}

/** Strengths, `low` to `high` from dark to light. */
export const strengthColours = (values: ArrayLike<number>, [low, high]: [number, number]): string[] =>
  Array.from(values, (value) => mapped("glow", (value - low) / (high - low || 1)));

/** @param value  0 to 1 */
function mapped(name: "diverging" | "glow", value: number) {
  const entry = 3 * Math.min(255, Math.max(0, Math.round(value * 255)));
  return hexOf([...lut(name).subarray(entry, entry + 3)]);
}
