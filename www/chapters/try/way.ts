/** What can be drawn for a data set. */
import type { DataName } from "../../run/records";

export type Way = "digit" | "star";

export const wayOf = (data: DataName): Way | null =>
  data === "mnist" || data === "noisy-mnist" ? "digit" : data === "star" ? "star" : null;

/** Side of the drawing area and radius of the pen, in units of the strokes. */
export const SIDE = 280;
export const PEN = 11;
