/** The seven stations of the loop, in the order in which the data goes through them. */
import type { Stage } from "../../run/records";

export const STATIONS = ["image", "patch", "kernel", "ridge", "gradient", "matrix", "seen"] as const;

export type Station = (typeof STATIONS)[number];

/** Whether a station's numbers are there in the round shown, are being computed, are to come, or are never computed in this run. */
export type Progressed = "done" | "active" | "pending" | "never";

/** Where each stage of a round works. */
export const WORKPLACE: Record<Stage, readonly Station[]> = {
  kernel: ["kernel"],
  solve: ["ridge"],
  predict: ["ridge"],
  agop: ["gradient", "matrix"],
  convolve: [],
  train: [],
};

/** The stations that show M. */
export const NEEDS_M: readonly Station[] = ["matrix", "seen"];
