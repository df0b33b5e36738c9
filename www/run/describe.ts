/** Settings in words: what a run is of, and in what two runs differ. */
import type { Words } from "../text/words";
import { GRID, isOpened, TABLE, type Row, type Settings } from "./settings";

/** One setting of two runs, in words. */
export interface Difference {
  key: "data" | Row["key"];
  label: string;
  from: string;
  to: string;
}

/** @param opened  the name of the reader's own images */
export function dataName({ data, hub }: Settings, words: Words, opened = ""): string {
  if (data === "hub") return hub;
  return data === "own" ? opened || words.belongs.own : words.dataSets[data].name;
}

/** The value of a setting; a dash where it does not apply. */
export function valueOf(row: Row, settings: Settings, words: Words): string {
  if (!row.applies(settings)) return words.pins.none;
  if (row.kind === "switch") return settings[row.key] ? words.pins.on : words.pins.off;
  if (row.kind === "choice") return words.engines[settings[row.key]];
  const value = settings[row.key];
  if (value === GRID) return words.ridge.chosen;
  if (row.kind === "power") return words.power(value);
  // A seed is a name, not a quantity.
  return row.key === "seed" ? String(value) : words.count(value);
}

/** Every setting in which two runs differ. The engine makes no difference to what is found. */
export function differences(from: Settings, to: Settings, words: Words): Difference[] {
  const rows = TABLE.filter(({ key }) => key !== "engine").map((row) => ({
    key: row.key,
    label: words.settings[row.key].label,
    from: valueOf(row, from, words),
    to: valueOf(row, to, words),
  }));
  const data = { key: "data" as const, label: words.controls.dataSet, from: dataName(from, words), to: dataName(to, words) };
  return [data, ...rows].filter((row) => row.from !== row.to);
}

/** The settings of a run in a few words: data set, images, seed. */
export function runName(settings: Settings, words: Words, opened = ""): string {
  const name = dataName(settings, words, opened);
  return words.belongs.run(name, settings.train, isOpened(settings.data) ? null : settings.seed);
}
