/** A complete run in the background: what sweeps over seeds and noise levels repeat, each in a worker of its own. */
import * as Comlink from "comlink";
import type { Client } from "./client";
import { packUrl } from "./packs";
import type { Prepared, Progress, StageReport } from "./records";
import { Results } from "./results.svelte";
import { dataSpec, engineSettings, type Settings } from "./settings";

const nothing = () => {};

/**
 * @param proceed  resolves when the run may begin: a pause that comes before does not reach it
 * @throws {Error} with the engine's own sentence where the engine that the settings ask for cannot be used
 */
export async function backgroundRun(
  client: Client,
  settings: Settings,
  proceed: () => Promise<unknown>,
  progress: (progress: Progress) => void = nothing,
): Promise<{ results: Results; prepared: Prepared; outcome: string }> {
  const prepared = await client.ask((remote) =>
    remote.prepare(dataSpec(settings), engineSettings(settings), packUrl(settings.data)),
  );
  await client.ask((remote) => remote.adopt());
  await proceed();
  const results = new Results(settings, prepared);
  const stage = (report: StageReport) => results.noteStage(report);
  const listener = Comlink.proxy({ progress, engine: nothing, stage, features: nothing });
  const outcome = await client.ask((remote) => remote.run({ until: "end", engine: settings.engine, gallery: [] }, listener));
  if (typeof outcome === "object") throw new Error(outcome.refused);
  return { results, prepared, outcome };
}
