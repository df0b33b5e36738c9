/** The learned filters of all rounds on one sheet, a row per round: as a PNG of whole pixels, and as an SVG of squares. */
import { contextOf, drawFilter } from "../draw/pixels";
import { FILTER_COUNT } from "../run/records";
import type { Features } from "../run/records";

/** One filter on the sheet: its picture of q x q pixels, and where it stands, in cells. */
export type Cell = { canvas: HTMLCanvasElement; row: number; column: number };

/** Pixels of a filter on the sheet, at least; enlarged by a whole number it may be wider. */
const LEAST_SIDE = 96;
const GAP = 12;

function sheet(features: Features[], channels: number, patch: number) {
  const scale = Math.ceil(LEAST_SIDE / patch);
  const side = scale * patch;
  const size = channels * patch ** 2;
  const cells: Cell[] = features.flatMap(({ filters, count }, row) =>
    Array.from({ length: Math.min(count, FILTER_COUNT) }, (_, column) => {
      const canvas = document.createElement("canvas");
      drawFilter(canvas, filters.subarray(column * size, (column + 1) * size), channels, patch);
      return { canvas, row, column };
    }),
  );
  const columns = Math.max(...cells.map(({ column }) => column)) + 1;
  const place = (cell: number) => GAP + cell * (side + GAP);
  return { cells, scale, side, place, width: place(columns), height: place(features.length) };
}

/** @param paper  colour between the filters */
export async function filtersPng(features: Features[], channels: number, patch: number, paper: string): Promise<Blob> {
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

/** @param name  of a filter, for its title */
export function filtersSvg(
  features: Features[],
  channels: number,
  patch: number,
  paper: string,
  name: (rank: number, round: number, share: number) => string,
): Blob {
  const { cells, scale, place, width, height } = sheet(features, channels, patch);
  const groups = cells.map(({ canvas, row, column }) => {
    const { round = row + 1, spectrum } = features[row] ?? {};
    const title = `<title>${name(column + 1, round, spectrum?.[column] ?? 0)}</title>`;
    return `<g transform="translate(${place(column)} ${place(row)}) scale(${scale})">${title}${squares(canvas)}</g>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" shape-rendering="crispEdges">`;
  return new Blob([svg, `<rect width="100%" height="100%" fill="${paper}"/>`, ...groups, "</svg>"], { type: "image/svg+xml" });
}

/** One square per pixel. */
function squares(canvas: HTMLCanvasElement) {
  const { width, height } = canvas;
  const { data = [] } = contextOf(canvas)?.getImageData(0, 0, width, height) ?? {};
  return Array.from({ length: width * height }, (_, i) => {
    const colour = [0, 1, 2].map((k) => (data[4 * i + k] ?? 0).toString(16).padStart(2, "0")).join("");
    return `<rect x="${i % width}" y="${Math.floor(i / width)}" width="1" height="1" fill="#${colour}"/>`;
  }).join("");
}
