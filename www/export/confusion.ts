/** Confusion matrices beside each other: rows are the true classes, columns the predicted ones. */
import type { Inks } from "./inks";
import { moved, tag, text, type Drawing } from "./svg";

export interface Confusion {
  title: string;
  colour: keyof Inks;
  /** (classes, classes) */
  counts: ArrayLike<number>;
}

export interface ConfusionWords {
  truth: string;
  predicted: string;
  count: (value: number) => string;
}

/** Smallest and largest side of a cell; many classes have small cells. */
const [LEAST, MOST, ROOM] = [10, 96, 400];
/** Cells smaller than this have no number in them. */
const READABLE = 24;
const GAP = 56;
const TOP = 48;
/** Longer names of classes are cut. */
const LONGEST = 14;

export function confusionMatrices(matrices: Confusion[], classNames: string[], inks: Inks, words: ConfusionWords): Drawing {
  const classes = classNames.length;
  const cell = Math.max(LEAST, Math.min(MOST, Math.floor(ROOM / classes)));
  const names = classNames.map((name) => (name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name));
  const longest = Math.max(...names.map((name) => name.length));
  const left = longest * 7.2 + 28;
  // Names that are wider than a cell stand on end below it.
  const upright = longest * 7.2 > cell;
  const below = upright ? longest * 7.2 + 34 : 44;
  const side = classes * cell;
  const slot = left + Math.max(side, ...matrices.map(({ title }) => title.length * 9.5)) + GAP;
  const drawn = matrices.map(({ title, colour, counts }, place) => {
    const content = [text(left, 16, title, inks[colour], 16, { "font-weight": 650 })];
    for (let row = 0; row < classes; row++) {
      const values = Array.from({ length: classes }, (_, column) => counts[row * classes + column] ?? 0);
      const total = values.reduce((sum, value) => sum + value, 0) || 1;
      const y = TOP + row * cell;
      content.push(text(left - 8, y + cell / 2 + 4.5, names[row] ?? "", inks.ink, 13, { "text-anchor": "end" }));
      values.forEach((value, column) => {
        const x = left + column * cell;
        const share = value / total;
        const inside = { x: x + 0.5, y: y + 0.5, width: cell - 1, height: cell - 1 };
        content.push(
          tag("rect", { ...inside, fill: inks.well }),
          tag("rect", { ...inside, fill: inks[colour], "fill-opacity": share }),
        );
        if (cell < READABLE || value === 0) return;
        const more = { "text-anchor": "middle", "font-weight": row === column ? 650 : undefined };
        content.push(text(x + cell / 2, y + cell / 2 + 4.5, words.count(value), share > 0.55 ? inks.paper : inks.ink, 13, more));
      });
    }
    names.forEach((name, column) => {
      const [x, y] = [left + (column + 0.5) * cell, TOP + side + (upright ? 10 : 18)];
      const turned = upright ? { transform: `rotate(-90 ${x + 4} ${y})`, "text-anchor": "end" } : { "text-anchor": "middle" };
      content.push(text(upright ? x + 4 : x, y, name, inks.ink, 13, turned));
    });
    content.push(text(left, 38, words.truth, inks.quiet, 13, { "text-anchor": "end", dx: -8 }));
    content.push(text(left + side, TOP + side + below - 6, words.predicted, inks.quiet, 13, { "text-anchor": "end" }));
    return moved(place * slot, 0, content.join(""));
  });
  return { width: matrices.length * slot - GAP, height: TOP + side + below, content: drawn.join("") };
}
