import { expect, test } from "vitest";
import { band, linear, logarithmic, percentAxis, polyline, ticksUpTo } from "./chart";

test("a linear scale maps the ends of its domain onto the ends of its range, and back", () => {
  const scale = linear([50, 100], [300, 20]);
  expect([50, 75, 100].map(scale)).toEqual([300, 160, 20]);
  expect([300, 160, 20].map(scale.invert)).toEqual([50, 75, 100]);
});

test("a domain or a range without extent has its middle", () => {
  expect(linear([1, 1], [0, 10])(1)).toBe(5);
  expect(linear([0, 10], [4, 4]).invert(4)).toBe(5);
});

test("equal ratios are equal distances of a logarithmic scale", () => {
  const scale = logarithmic([1, 100], [0, 10]);
  expect([1, 10, 100].map(scale)).toEqual([0, 5, 10]);
  expect(scale.invert(5)).toBeCloseTo(10, 10);
});

test("ticks are round and reach the top", () => {
  expect(ticksUpTo(100, 4)).toEqual([0, 20, 40, 60, 80, 100]);
  expect(ticksUpTo(37, 4)).toEqual([0, 10, 20, 30, 40]);
  expect(ticksUpTo(0.3, 3)).toEqual([0, 0.1, 0.2, 0.3]);
  expect(ticksUpTo(11.2, 4)).toEqual([0, 2, 4, 6, 8, 10, 12]);
  expect(ticksUpTo(7.3, 4)).toEqual([0, 2, 4, 6, 8]);
});

test("a path moves to its first point and draws lines to the others", () => {
  expect(polyline([])).toBe("");
  expect(
    polyline([
      [0, 1],
      [2.345, 10],
    ]),
  ).toBe("M0.00,1.00L2.35,10.00");
});

test("a band goes along one line and back along the other", () => {
  const [top, bottom]: [number, number][][] = [
    [
      [0, 1],
      [2, 1],
    ],
    [
      [0, 3],
      [2, 4],
    ],
  ];
  expect(band(top ?? [], bottom ?? [])).toBe("M0.00,1.00L2.00,1.00L2.00,4.00L0.00,3.00Z");
});

test("an axis of percentages begins at the tens below the lowest value", () => {
  expect(percentAxis("%", 61)).toEqual({ label: "%", domain: [60, 100], ticks: [60, 70, 80, 90, 100] });
  expect(percentAxis("%", 25)).toEqual({ label: "%", domain: [20, 100], ticks: [20, 40, 60, 80, 100] });
  expect(percentAxis("%", -3).domain).toEqual([0, 100]);
});
