/** The learned filters of all rounds on one sheet: a row per round, each filter with its share. */
import { FILTER_COUNT, type Features } from "../run/records";
import { filterColours } from "./colours";
import type { Inks } from "./inks";
import { moved, squares, tag, text, escaped, type Drawing } from "./svg";

/** Pixels of a filter on the sheet, at least; enlarged by a whole number it may be wider. */
const LEAST_SIDE = 96;
const GAP = 12;
/** Room for the name of a round, and for the shares below a row. */
const LABEL = 108;
const BELOW = 30;

export interface SheetWords {
  round: (round: number) => string;
  best: string;
  share: (share: number) => string;
  filter: (rank: number, round: number, share: number) => string;
}

/** Filters of one round, each a group of squares `side` pixels wide. */
export function filterPictures({ filters, count }: Features, channels: number, patch: number, scale: number) {
  const size = channels * patch ** 2;
  return Array.from({ length: Math.min(count, FILTER_COUNT) }, (_, i) =>
    squares(filterColours(filters.subarray(i * size, (i + 1) * size), channels, patch), patch, scale),
  );
}

/** Pixels of the sheet for one of a filter. */
export const scaleFor = (patch: number, least = LEAST_SIDE) => Math.ceil(least / patch);

/** @param best  the best round by validation */
export function filterSheet(
  features: Features[],
  { channels, patch, best }: { channels: number; patch: number; best: number | null },
  inks: Inks,
  words: SheetWords,
): Drawing {
  const scale = scaleFor(patch);
  const side = scale * patch;
  const rows = features.map((each, row) => {
    const { round, spectrum } = each;
    const pictures = filterPictures(each, channels, patch, scale).map((picture, i) => {
      const share = spectrum[i] ?? 0;
      const title = tag("title", {}, escaped(words.filter(i + 1, round, share)));
      const below = text(side / 2, side + 18, words.share(share), inks.quiet, 13, { "text-anchor": "middle" });
      return moved(LABEL + i * (side + GAP), 0, title + picture + below);
    });
    const name = text(0, side / 2, words.round(round), inks.ink, 15, { "font-weight": 650 });
    const mark = round === best ? text(0, side / 2 + 20, words.best, inks.learned) : "";
    return { content: moved(0, row * (side + BELOW), name + mark + pictures.join("")), count: pictures.length };
  });
  const columns = Math.max(0, ...rows.map(({ count }) => count));
  return {
    width: LABEL + columns * (side + GAP) - GAP,
    height: rows.length * (side + BELOW),
    content: rows.map(({ content }) => content).join(""),
  };
}
