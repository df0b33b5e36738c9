/** A picture to post: the filters, both accuracies and a link on 1200 x 630 pixels, the size that social networks show whole. */
import { filterPictures, scaleFor } from "./sheet";
import type { Features } from "../run/records";
import type { Inks } from "./inks";
import { moved, standalone, tag, text } from "./svg";

export const CARD = { width: 1200, height: 630 };

export interface Card {
  title: string;
  about: string;
  filters: { features: Features; channels: number; patch: number } | null;
  /** Accuracies as text with their captions; the second is null before anything was learned. */
  fixed: { value: string; name: string };
  learned: { value: string; name: string } | null;
  /** What the accuracies are measured on. */
  measured: string;
  link: string;
}

const LEFT = 64;
const INNER = CARD.width - 2 * LEFT;
/** Filters in the row, their pixels and the room between them. */
const [COLUMNS, FILTER_GAP] = [8, 16];
const FILTER = (INNER - (COLUMNS - 1) * FILTER_GAP) / COLUMNS;

export function card({ title, about, filters, fixed, learned, measured, link }: Card, inks: Inks): string {
  const row = filters ? filterRow(filters) : "";
  const numbers =
    number(0, fixed.value, fixed.name, inks.fixed, inks) +
    (learned ? text(330, 56, "→", inks.quiet, 56) + number(440, learned.value, learned.name, inks.learned, inks) : "");
  const content =
    text(LEFT, 104, title, inks.ink, fitting(title, 52), { "font-weight": 700, "letter-spacing": "-0.02em" }) +
    text(LEFT, 152, about, inks.quiet, fitting(about, 26)) +
    moved(LEFT, 200, row) +
    text(LEFT, 374, measured, inks.quiet, 24) +
    moved(LEFT, 396, numbers) +
    tag("line", { x1: LEFT, x2: CARD.width - LEFT, y1: 540, y2: 540, stroke: inks.line, "stroke-width": 2 }) +
    text(LEFT, 588, link, inks.quiet, fitting(link, 24));
  return standalone({ ...CARD, content }, inks, title);
}

/** The largest size, up to `most`, at which a line fits: characters of a wide font are 0.62 times as wide as high. */
const fitting = (words: string, most: number) => Math.min(most, INNER / (0.62 * words.length));

function number(x: number, value: string, name: string, colour: string, inks: Inks) {
  return text(x, 60, value, colour, 84, { "font-weight": 700, "letter-spacing": "-0.03em" }) + text(x, 100, name, inks.ink, 24);
}

function filterRow({ features, channels, patch }: NonNullable<Card["filters"]>) {
  const scale = scaleFor(patch, FILTER);
  const shrink = FILTER / (scale * patch);
  return filterPictures(features.filters, channels, patch, scale)
    .map((picture, i) => moved(i * (FILTER + FILTER_GAP), 0, tag("g", { transform: `scale(${shrink})` }, picture)))
    .join("");
}
