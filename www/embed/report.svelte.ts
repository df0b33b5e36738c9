/** What a host page is told of a run: finished rounds, its end, and why it did not work. */
import type { App } from "../run/app.svelte";
import type { Accuracy } from "../run/records";
import type { Results } from "../run/results.svelte";
import { format } from "../run/settings";
import type { Reports, RoundReport, RunReport } from "./reports";

export type Tell = <K extends keyof Reports>(kind: K, report: Reports[K]) => void;

export function reportOf(results: Results): RunReport {
  const { phase, levels, bestOfAll, seconds, settings } = results;
  const rounds = levels.flatMap(({ rounds }, level) =>
    rounds.flatMap(({ accuracy }, round) => (accuracy ? [roundReport(level, round, accuracy)] : [])),
  );
  return { settings: format(settings), phase, rounds, best: bestOfAll, seconds };
}

function roundReport(level: number, round: number, { test, validation }: Accuracy): RoundReport {
  return { level, round, test, validation };
}

/** Tells what happens to the runs of an instance. @returns stops telling */
export function report(app: App, tell: Tell): () => void {
  const told = new WeakSet<Accuracy>();
  return $effect.root(() => {
    $effect(() => {
      for (const [level, { rounds }] of (app.run.results?.levels ?? []).entries()) {
        for (const [round, { accuracy }] of rounds.entries()) {
          if (!accuracy || told.has(accuracy)) continue;
          told.add(accuracy);
          tell("round", roundReport(level, round, accuracy));
        }
      }
    });
    const results = $derived(app.run.results);
    const finished = $derived(results?.phase === "finished");
    $effect(() => {
      if (results && finished) tell("done", reportOf(results));
    });
    const message = $derived(app.run.failure?.message ?? app.run.impossible ?? app.run.execution.refused);
    $effect(() => {
      if (message !== null) tell("error", { message });
    });
  });
}
