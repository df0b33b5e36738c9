/** The page and the native command line are one engine: same seed, same settings, same accuracy. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { BUILDING_MS, program } from "./native.js";
import { accuracies, expect, open, run, test } from "./page.js";

/**
 * Test accuracy per round, from the table on the terminal.
 * @param {string[]} input
 * @param {Record<string, string | number>} options
 */
async function native(input, options) {
  const folder = await mkdtemp(join(tmpdir(), "convrfm-"));
  try {
    const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const command = ["fit", ...input, ...flags, "--engine", "cpu", "--out", join(folder, "out.npz")];
    const { stdout } = await promisify(execFile)(await program(), command, { maxBuffer: 1 << 24 });
    // Lines such as "    1     95.00 %   96.00 %      1e-3 ...": round, validation, test.
    return [...stdout.matchAll(/^ *\d+ +([\d.]+) % +([\d.]+) %/gm)].map(([, validation, test]) => [Number(validation), Number(test)]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const CASES = [
  {
    name: "star",
    query: "?data=star&train=50&validation=100&test=400&seed=0&patch=11&depth=1&ridge=0.001&rounds=2&agop=20",
    options: { train: 50, validation: 100, test: 400, seed: 0, patch: 11, depth: 1, ridge: "1e-3", rounds: 2, "agop-samples": 20 },
  },
  {
    name: "mnist",
    query: "?data=mnist&train=150&validation=100&test=300&seed=1&patch=3&depth=3&ridge=0.00001&rounds=2&agop=32",
    options: { train: 150, validation: 100, test: 300, seed: 1, patch: 3, depth: 3, ridge: "1e-5", rounds: 2, "agop-samples": 32 },
  },
];

for (const { name, query, options } of CASES) {
  test(`${name}: accuracy on the page is that of the command line`, async ({ page }) => {
    test.setTimeout(BUILDING_MS);
    const expected = await native([name], options);
    expect(expected).toHaveLength(options.rounds);
    await open(page, query);
    await run(page);
    const found = await accuracies(page);
    expect(found).toHaveLength(options.rounds);
    found.forEach(({ validation, test }, round) => {
      const [nativeValidation = NaN, nativeTest = NaN] = expected[round] ?? [];
      expect(Math.abs(validation - nativeValidation), `validation, round ${round}`).toBeLessThanOrEqual(0.5);
      expect(Math.abs(test - nativeTest), `test, round ${round}`).toBeLessThanOrEqual(0.5);
    });
  });
}
