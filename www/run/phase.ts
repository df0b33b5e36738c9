/** Where a run stands. "between": a step is done and rounds are left. "pausing": requested, not yet paused. */
export type ResultsPhase = "ready" | "running" | "pausing" | "paused" | "between" | "finished" | "cancelled";
