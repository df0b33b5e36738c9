import { expect, test } from "vitest";
import * as en from "./en";
import * as es from "./es";

test("an estimate is a range that holds the value and stays away from its ends", () => {
  expect(en.estimate(30)).toBe("20 to 40 s");
  expect(en.estimate(39)).toBe("20 s to 1 min");
  expect(en.estimate(0.2)).toBe("under 1 s");
  expect(en.estimate(90)).toBe("1 to 2 min");
  expect(en.estimate(1e6)).toBe("over 10 h");
  expect(es.estimate(30)).toBe("de 20 a 40 s");
});

test("what is no number of seconds is not spoken of", () => {
  for (const none of [NaN, Infinity, -1, null, undefined]) {
    expect(en.estimate(none)).toBe("");
    expect(en.progress.left(none)).toBe("");
    expect(es.progress.left(none)).toBe("");
  }
  expect(en.progress.left(30)).toBe("20 to 40 s left");
  expect(en.duration(NaN)).toBe("under 1 s");
});

test("what a run will need is said with a range, or without one", () => {
  const settings = { rounds: 2, train: 10, engine: "cpu" } as Parameters<typeof en.progress.ready>[0];
  expect(en.progress.ready(settings, { bytes: 2 ** 21, seconds: 30, engine: "cpu" })).toContain("about 20 to 40 s, 2 MB.");
  expect(en.progress.ready(settings, { bytes: 2 ** 21, seconds: 0.1, engine: "cpu" })).toContain(": under 1 s, 2 MB.");
  expect(en.progress.ready(settings, { bytes: 2 ** 21, seconds: null, engine: "cpu" })).toContain("about 2 MB.");
});
