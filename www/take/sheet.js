/** The learned filters of all rounds on one sheet, a row per round: as a PNG of whole pixels, and as an SVG of squares. */
import { contextOf, drawFilter } from "../draw/pixels.js";
import { FILTER_COUNT } from "../protocol.js";

/** @import { Features } from "../protocol.js" */

/** One filter on the sheet: its picture of q x q pixels, and where it stands, in cells. @typedef {{canvas: HTMLCanvasElement, row: number, column: number}} Cell */

/** Pixels of a filter on the sheet, at least; enlarged by a whole number it may be wider. */
const LEAST_SIDE = 96;
const GAP = 12;

/**
 * @param {Features[]} features
 * @param {number} channels
 * @param {number} patch
 */
function sheet(features, channels, patch) {
  const scale = Math.ceil(LEAST_SIDE / patch);
  const side = scale * patch;
  const size = channels * patch ** 2;
  /** @type {Cell[]} */
  const cells = features.flatMap(({ filters, count }, row) =>
    Array.from({ length: Math.min(count, FILTER_COUNT) }, (_, column) => {
      const canvas = document.createElement("canvas");
      drawFilter(canvas, filters.subarray(column * size, (column + 1) * size), channels, patch);
      return { canvas, row, column };
    }),
  );
  const columns = Math.max(...cells.map(({ column }) => column)) + 1;
  /** @param {number} cell */
  const place = (cell) => GAP + cell * (side + GAP);
  return { cells, scale, side, place, width: place(columns), height: place(features.length) };
}

/**
 * @param {Features[]} features
 * @param {number} channels
 * @param {number} patch
 * @param {string} paper  colour between the filters
 * @returns {Promise<Blob>}
 */
export async function filtersPng(features, channels, patch, paper) {
  const { cells, side, place, width, height } = sheet(features, channels, patch);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  context.imageSmoothingEnabled = false;
  context.fillStyle = paper;
  context.fillRect(0, 0, width, height);
  for (const { canvas: filter, row, column } of cells) context.drawImage(filter, place(column), place(row), side, side);
  return canvas.convertToBlob({ type: "image/png" });
}

/**
 * @param {Features[]} features
 * @param {number} channels
 * @param {number} patch
 * @param {string} paper
 * @param {(rank: number, round: number, share: number) => string} name  of a filter, for its title
 * @returns {Blob}
 */
export function filtersSvg(features, channels, patch, paper, name) {
  const { cells, scale, place, width, height } = sheet(features, channels, patch);
  const groups = cells.map(({ canvas, row, column }) => {
    const { round = row + 1, spectrum } = features[row] ?? {};
    const title = `<title>${name(column + 1, round, spectrum?.[column] ?? 0)}</title>`;
    return `<g transform="translate(${place(column)} ${place(row)}) scale(${scale})">${title}${squares(canvas)}</g>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" shape-rendering="crispEdges">`;
  return new Blob([svg, `<rect width="100%" height="100%" fill="${paper}"/>`, ...groups, "</svg>"], { type: "image/svg+xml" });
}

/** One square per pixel. @param {HTMLCanvasElement} canvas */
function squares(canvas) {
  const { width, height } = canvas;
  const { data = [] } = contextOf(canvas)?.getImageData(0, 0, width, height) ?? {};
  return Array.from({ length: width * height }, (_, i) => {
    const colour = [0, 1, 2].map((k) => (data[4 * i + k] ?? 0).toString(16).padStart(2, "0")).join("");
    return `<rect x="${i % width}" y="${Math.floor(i / width)}" width="1" height="1" fill="#${colour}"/>`;
  }).join("");
}
