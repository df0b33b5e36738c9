/** What a host page is told of a run: types only, which the npm package has as they are. */
import type { ResultsPhase } from "../run/phase";

/** A round that has predicted. Accuracies are percent; null where there are no such images. */
export interface RoundReport {
  level: number;
  round: number;
  test: number | null;
  validation: number | null;
}

/** What is known of a run. */
export interface RunReport {
  /** The settings as the address of the page says them. */
  settings: string;
  phase: ResultsPhase;
  rounds: RoundReport[];
  /** The round with the best validation accuracy. */
  best: { level: number; round: number } | null;
  /** Computing seconds. */
  seconds: number;
}

export interface Reports {
  round: RoundReport;
  done: RunReport;
  error: { message: string };
}
