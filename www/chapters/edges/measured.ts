/** What `convrfm reproduce edge-origin` measured. `measured.test.ts` compares these numbers with docs/results/edge-origin.json. */
import type { Spread } from "../../run/records";

export const SEEDS = 3;

/** Edges or bars among the eight leading filters, and mean correlation of those that are not constant; by labels. */
export const MEASURED = [] as {
  images: "dead-leaves" | "blurred-leaves" | "files";
  none: [Spread, Spread];
  shuffled: [Spread, Spread];
  true: [Spread, Spread];
}[];

/** Correlation of the first filter with a star and with a square, by labels. */
export const SHAPES = [] as {
  images: "star" | "square";
  none: [Spread, Spread];
  shuffled: [Spread, Spread];
  true: [Spread, Spread];
}[];
