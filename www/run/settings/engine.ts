/** What settings mean to the engine, and which of them a change of leaves alone. */
import { isOpened } from "./sets";
import { TABLE } from "./table";
import type { DataSpec, EngineSettings } from "../records";
import type { Settings } from "./table";

export function dataSpec({ data, train, validation, test, seed, sigma, frame }: Settings): DataSpec {
  return { name: isOpened(data) ? "opened" : data, train, validation, test, seed, sigma, frame };
}

export function engineSettings({
  patch,
  depth,
  ridge,
  rounds,
  agop,
  train,
  levels,
  width,
  relu,
  pooling,
}: Settings): EngineSettings {
  return { patch, depth, ridge, rounds, agopSamples: agop === train ? "all" : agop, levels, width, relu, pooling };
}

/** Whether the same images serve both. */
export function sameData(a: Settings, b: Settings) {
  return sameSource(a, b) && TABLE.every(({ key, group }) => group !== "data" || a[key] === b[key]);
}

/** Whether the images of both are drawn from the same ones. */
export function sameSource(a: Settings, b: Settings) {
  return (
    a.data === b.data &&
    a.hub === b.hub &&
    a.opened === b.opened &&
    TABLE.every(({ key, group }) => group !== "source" || a[key] === b[key])
  );
}

/** Whether both settings give the same run; the engine may differ. */
export function sameRun(a: Settings, b: Settings) {
  return sameData(a, b) && TABLE.every(({ key, group }) => group !== "kernel" || a[key] === b[key]);
}
