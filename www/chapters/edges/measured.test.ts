/** The numbers on the page are those of the runs, and the means follow from the runs. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { MEASURED, SEEDS, SHAPES } from "./measured";

interface Spread {
  mean: number;
  deviation: number;
}
type Key = "edges" | "correlation" | "star" | "square";
interface Run {
  edges: number;
  correlation: number;
  shapes: { star: number; square: number } | null;
}
interface Group extends Record<Key, Spread> {
  images: string;
  labels: string;
  runs: Run[];
}

const report = JSON.parse(readFileSync("docs/results/edge-origin.json", "utf8")) as { seeds: number[]; groups: Group[] };

/** Mean and sample deviation of the runs themselves. */
function spread(runs: Run[], key: Key): Spread {
  const values = runs.map((run) => (key === "star" || key === "square" ? (run.shapes?.[key] ?? NaN) : run[key]));
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1)) };
}

const tables: [{ images: string; none: Spread[]; shuffled: Spread[]; true: Spread[] }[], Key[]][] = [
  [MEASURED, ["edges", "correlation"]],
  [SHAPES, ["star", "square"]],
];

test("every number of both tables is that of docs/results/edge-origin.json", () => {
  expect(report.seeds).toHaveLength(SEEDS);
  for (const [rows, keys] of tables) {
    expect(rows.length).toBeGreaterThan(1);
    for (const row of rows)
      for (const labels of ["none", "shuffled", "true"] as const) {
        const group = report.groups.find((group) => group.images === row.images && group.labels === labels);
        for (const [i, key] of keys.entries()) {
          const shown = row[labels][i];
          const found = group && spread(group.runs, key);
          const where = `${row.images}, ${labels}, ${key}`;
          expect(shown?.mean, where).toBeCloseTo(found?.mean ?? NaN, 3);
          expect(shown?.deviation, where).toBeCloseTo(found?.deviation ?? NaN, 3);
          expect(group?.[key].mean, where).toBeCloseTo(found?.mean ?? NaN, 9);
        }
      }
  }
});
