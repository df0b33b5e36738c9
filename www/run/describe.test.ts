import { describe, expect, test } from "vitest";
import * as en from "../text/en";
import * as es from "../text/es";
import type { Words } from "../text/words";
import { differences, runName } from "./describe";
import { preset } from "./settings";

const spanish = es as unknown as Words;
const leaves = preset("dead-leaves", { seed: 4 });

describe("what a run is of", () => {
  test("data set, images and seed", () => {
    expect(runName(leaves, en)).toBe("Dead leaves, 400 images, seed 4");
    expect(runName({ ...leaves, seed: 123456 }, spanish)).toBe("Hojas muertas, 400 imágenes, semilla 123456");
  });
});

describe("settings that differ, in words", () => {
  const said = (from = leaves, to = leaves, words: Words = en) =>
    differences(from, to, words).map(({ label, from, to }) => `${label}: ${from}, ${to}`);

  test("none of equal settings, and none of another engine", () => {
    expect(said(leaves, { ...leaves, engine: "gpu" })).toEqual([]);
  });

  test("each with its label and both values, in both languages", () => {
    const changed = { ...leaves, seed: 123456, ridge: 1e-5 };
    expect(said(leaves, changed)).toEqual(["Ridge: 10⁻³, 10⁻⁵", "Seed: 4, 123456"]);
    expect(said(leaves, changed, spanish)).toEqual(["Ridge: 10⁻³, 10⁻⁵", "Semilla: 4, 123456"]);
  });

  test("the data set first, and a setting that applies to one of the two", () => {
    const noisy = said(leaves, preset("noisy-mnist", { seed: 4 }));
    expect(noisy[0]).toBe("Data set: Dead leaves, Digits in noise");
    expect(noisy).toContain("Noise σ: –, 1");
  });

  test("a setting that does not apply makes no difference", () => {
    expect(said(leaves, { ...leaves, sigma: 3, width: 8, relu: true })).toEqual([]);
  });
});
