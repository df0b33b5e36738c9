/** Learned filters on one sheet: a row per round, and one per deeper level; each filter with its share. */
import { FILTER_COUNT } from "../run/records";
import { filterColours } from "./colours";
import type { Inks } from "./inks";
import { moved, squares, tag, text, escaped, type Drawing } from "./svg";

/** Pixels of a filter on the sheet, at least; enlarged by a whole number it may be wider. */
const LEAST_SIDE = 96;
const GAP = 12;
/** Room for the name of a round, and for the shares below a row. */
const LABEL = 108;
const BELOW = 30;

/** The filters of a round or of a level: (count, c, side, side). */
export interface SheetRow {
  name: string;
  /** A word below the name. */
  mark: string;
  filters: Float32Array;
  side: number;
  /** The part of the trace of each filter. */
  shares: ArrayLike<number>;
  alt: (rank: number, share: number) => string;
}

/** Filters (count, c, side, side), each a group of squares `scale` pixels wide. */
export function filterPictures(filters: Float32Array, channels: number, side: number, scale: number) {
  const size = channels * side ** 2;
  return Array.from({ length: Math.min(filters.length / size, FILTER_COUNT) }, (_, i) =>
    squares(filterColours(filters.subarray(i * size, (i + 1) * size), channels, side), side, scale),
  );
}

/** Pixels of the sheet for one of a filter. */
export const scaleFor = (patch: number, least = LEAST_SIDE) => Math.ceil(least / patch);

/** @param share  in words */
export function filterSheet(sheet: SheetRow[], channels: number, inks: Inks, share: (share: number) => string): Drawing {
  let top = 0;
  let right = LABEL;
  const content = sheet.map(({ name, mark, filters, side: pixels, shares, alt }) => {
    const scale = scaleFor(pixels);
    const side = scale * pixels;
    const pictures = filterPictures(filters, channels, pixels, scale).map((picture, i) => {
      const part = shares[i] ?? 0;
      const title = tag("title", {}, escaped(alt(i + 1, part)));
      const below = text(side / 2, side + 18, share(part), inks.quiet, 13, { "text-anchor": "middle" });
      right = Math.max(right, LABEL + i * (side + GAP) + side);
      return moved(LABEL + i * (side + GAP), 0, title + picture + below);
    });
    const label = text(0, side / 2, name, inks.ink, 15, { "font-weight": 650 }) + text(0, side / 2 + 20, mark, inks.learned);
    const row = moved(0, top, label + pictures.join(""));
    top += side + BELOW;
    return row;
  });
  return { width: right, height: top, content: content.join("") };
}
