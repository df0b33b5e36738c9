/** What the comparison counts: predictions of the fixed kernel and of a learned round on the same images. */
import type { Changed, Outcomes } from "../../run/records";

export type Part = "test" | "validation";

export interface Counts {
  before: Outcomes;
  after: Outcomes;
  changed: Changed;
}

/** More classes than this are shown by those with the most mistakes. */
const SHOWN_CLASSES = 16;

/** One row of a confusion matrix: how often a class was predicted as each class. */
export const rowOf = ({ confusion }: Outcomes, truth: number, classes: number) =>
  confusion.subarray(truth * classes, (truth + 1) * classes);

export const total = (row: Uint32Array) => row.reduce((sum, n) => sum + n, 0);

/** The classes that the tables show, in their order. */
export function shownClasses(counts: Counts | null, classes: number): number[] {
  const labels = Array.from({ length: classes }, (_, label) => label);
  if (classes <= SHOWN_CLASSES) return labels;
  const mistakes = (label: number) =>
    [counts?.before, counts?.after].reduce((sum, outcomes) => {
      const row = outcomes ? rowOf(outcomes, label, classes) : new Uint32Array();
      return sum + total(row) - (row[label] ?? 0);
    }, 0);
  const worst = [...labels].sort((a, b) => mistakes(b) - mistakes(a)).slice(0, SHOWN_CLASSES);
  return labels.filter((label) => worst.includes(label));
}
