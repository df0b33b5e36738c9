/** Arrays of numbers as pictures: one canvas pixel per number, enlarged by CSS without smoothing. */
import { lut } from "./colormap.svelte";

/**
 * Draws an image (c, H, W): one channel as grey, two or three as red, green (and blue).
 * @param range  drawn as black and white
 */
export function drawImage(
  canvas: HTMLCanvasElement,
  pixels: ArrayLike<number>,
  shape: { channels: number; height: number; width: number },
  range: [number, number],
) {
  paint(canvas, shape.height, shape.width, shade(pixels, shape, range));
}

/** What fills the red, green and blue of pixel i at position `at`, as {@link drawImage} has it. */
export function shade(
  pixels: ArrayLike<number>,
  { channels, height, width }: { channels: number; height: number; width: number },
  [low, high]: [number, number],
): (out: Uint8ClampedArray, i: number, at: number) => void {
  const size = height * width;
  const scale = 255 / (high - low || 1);
  return (out, i, at) => {
    for (let k = 0; k < 3; k++) {
      const channel = channels === 1 ? 0 : k;
      out[at + k] = channel < channels ? ((pixels[channel * size + i] ?? 0) - low) * scale : 0;
    }
  };
}

/**
 * Draws a filter (c, q, q) around zero: one channel in the diverging map, three as colour around grey.
 * The strongest entry reaches the end of the scale.
 * @param side  height
 * @param width  where it is not a square
 */
export function drawFilter(
  canvas: HTMLCanvasElement,
  weights: ArrayLike<number>,
  channels: number,
  side: number,
  width: number = side,
) {
  if (channels === 1) {
    drawSigned(canvas, weights, side, width);
  } else {
    const top = largest(weights);
    drawImage(canvas, weights, { channels, height: side, width }, [-top, top]);
  }
}

/** Draws one of several filters (count, c, q, q). */
export function drawFilterOf(canvas: HTMLCanvasElement, filters: Float32Array, rank: number, channels: number, side: number) {
  const size = channels * side ** 2;
  drawFilter(canvas, filters.subarray(rank * size, (rank + 1) * size), channels, side);
}

/** Draws a filter over many maps (c, q, q) as squares in rows, all on one scale around zero. */
export function drawTiles(canvas: HTMLCanvasElement, weights: ArrayLike<number>, channels: number, side: number) {
  const columns = Math.ceil(Math.sqrt(channels));
  const rows = Math.ceil(channels / columns);
  const tiles = new Float32Array(rows * columns * side * side);
  for (let i = 0; i < channels * side * side; i++) {
    const [channel, y, x] = [Math.floor(i / (side * side)), Math.floor(i / side) % side, i % side];
    const [row, column] = [Math.floor(channel / columns) * side + y, (channel % columns) * side + x];
    tiles[row * columns * side + column] = weights[i] ?? 0;
  }
  drawSigned(canvas, tiles, rows * side, columns * side);
}

/** The patch of an image (c, H, W) whose upper left corner is given, as (c, q, q). */
export function cut(
  pixels: Float32Array,
  { channels, height, width, patch }: { channels: number; height: number; width: number; patch: number },
  { row, column }: { row: number; column: number },
) {
  const out = new Float32Array(channels * patch * patch);
  for (let i = 0; i < out.length; i++) {
    const [channel, y, x] = [Math.floor(i / (patch * patch)), Math.floor(i / patch) % patch, i % patch];
    out[i] = pixels[(channel * height + row + y) * width + column + x] ?? 0;
  }
  return out;
}

/**
 * Draws signed values in the diverging map, zero in its middle, the largest at its end.
 * @param power  below 1 lifts the small values, where a few large ones would drown them
 */
export function drawSigned(canvas: HTMLCanvasElement, values: ArrayLike<number>, height: number, width: number, power: number = 1) {
  const table = lut("diverging", canvas);
  const top = largest(values);
  paint(canvas, height, width, (out, i, at) => {
    const value = (values[i] ?? 0) / top;
    put(out, at, table, (Math.sign(value) * Math.abs(value) ** power + 1) / 2);
  });
}

/** The smallest and the largest of all values, as the common scale of several pictures. */
export function rangeOf(arrays: Iterable<ArrayLike<number>>): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const values of arrays) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? 0;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return [low, high];
}

/**
 * Draws strengths (h, w) inside an H x W frame so that each stands over the middle of its patch. The frame is left clear.
 * @param range  drawn as dark and bright; the smallest and largest value unless several pictures share a scale
 */
export function drawStrength(
  canvas: HTMLCanvasElement,
  values: ArrayLike<number>,
  { height, width, patch }: { height: number; width: number; patch: number },
  [low, high]: [number, number] = rangeOf([values]),
) {
  const table = lut("glow");
  const [h, w] = [height - patch + 1, width - patch + 1];
  const margin = Math.floor((patch - 1) / 2);
  paint(canvas, height, width, (out, i, at) => {
    const [row, column] = [Math.floor(i / width) - margin, (i % width) - margin];
    if (row < 0 || row >= h || column < 0 || column >= w) out[at + 3] = 0;
    else put(out, at, table, ((values[row * w + column] ?? 0) - low) / (high - low || 1));
  });
}

/**
 * What draws on a small picture, in memory rather than on the graphics processor: there each of the page's hundred pictures would be a
 * layer of its own, and every frame that changes some of them took 20 to 60 ms of the page's thread.
 */
export function contextOf(canvas: HTMLCanvasElement) {
  return canvas.getContext("2d", { willReadFrequently: true });
}

/** Makes a canvas blank again. */
export function clear(canvas: HTMLCanvasElement) {
  contextOf(canvas)?.clearRect(0, 0, canvas.width, canvas.height);
}

function largest(values: ArrayLike<number>) {
  let top = 0;
  for (let i = 0; i < values.length; i++) top = Math.max(top, Math.abs(values[i] ?? 0));
  return top || 1;
}

/** @param value  0..1 */
function put(out: Uint8ClampedArray, at: number, table: Uint8ClampedArray, value: number) {
  const entry = 3 * Math.min(255, Math.max(0, Math.round(value * 255)));
  for (let k = 0; k < 3; k++) out[at + k] = table[entry + k] ?? 0;
}

/** @param pixel  fills the colour of pixel i at position `at` */
function paint(
  canvas: HTMLCanvasElement,
  height: number,
  width: number,
  pixel: (out: Uint8ClampedArray, i: number, at: number) => void,
) {
  const context = contextOf(canvas);
  if (!context) return;
  canvas.height = height;
  canvas.width = width;
  const image = context.createImageData(width, height);
  for (let i = 0; i < height * width; i++) {
    image.data[4 * i + 3] = 255;
    pixel(image.data, i, 4 * i);
  }
  context.putImageData(image, 0, 0);
}
