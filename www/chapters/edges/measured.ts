/** What `convrfm reproduce edge-origin` measured. `measured.test.ts` compares these numbers with docs/results/edge-origin.json. */
import type { Spread } from "../../run/records";

/** Two quantities in each of three cases: without labels, with shuffled labels and with true labels. */
interface Row<Images> {
  images: Images;
  none: [Spread, Spread];
  shuffled: [Spread, Spread];
  true: [Spread, Spread];
}

export const SEEDS = 3;

const spread = (mean: number, deviation: number): Spread => ({ mean, deviation });

/** Edges or bars among the eight leading filters, and mean correlation of those that are not constant. */
export const MEASURED: Row<"dead-leaves" | "blurred-leaves" | "files">[] = [
  {
    images: "dead-leaves",
    none: [spread(6.0, 0.0), spread(0.7869, 0.0004)],
    shuffled: [spread(5.3333, 0.5774), spread(0.7676, 0.0777)],
    true: [spread(5.0, 1.0), spread(0.7965, 0.0592)],
  },
  {
    images: "blurred-leaves",
    none: [spread(5.0, 0.0), spread(0.8809, 0.0012)],
    shuffled: [spread(5.3333, 0.5774), spread(0.8854, 0.0101)],
    true: [spread(5.0, 0.0), spread(0.8804, 0.0024)],
  },
  {
    images: "files",
    none: [spread(5.0, 0.0), spread(0.8965, 0.0025)],
    shuffled: [spread(4.0, 0.0), spread(0.7733, 0.0072)],
    true: [spread(4.6667, 0.5774), spread(0.8659, 0.0178)],
  },
];

/** Correlation of the first filter with a star and with a square. */
export const SHAPES: Row<"star" | "square">[] = [
  {
    images: "star",
    none: [spread(0.7456, 0.0087), spread(0.7639, 0.0087)],
    shuffled: [spread(0.5912, 0.0623), spread(0.5885, 0.0598)],
    true: [spread(0.6326, 0.0125), spread(0.643, 0.0175)],
  },
  {
    images: "square",
    none: [spread(0.7526, 0.0056), spread(0.7815, 0.015)],
    shuffled: [spread(0.597, 0.064), spread(0.5938, 0.0656)],
    true: [spread(0.6241, 0.0154), spread(0.6378, 0.0128)],
  },
];
