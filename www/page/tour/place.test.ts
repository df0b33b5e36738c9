import { expect, test } from "vitest";
import { corner } from "./place";

const card = { width: 300, height: 200 };
const room = { width: 1000, height: 800, ceiling: 60 };

test("the card stands at the lower right where nothing is in the way", () => {
  expect(corner(card, room, null)).toEqual({ x: 684, y: 584, covered: 0 });
  expect(corner(card, room, { left: 0, top: 100, right: 400, bottom: 700 })).toEqual({ x: 684, y: 584, covered: 0 });
});

test("the card moves to a corner that the target leaves free", () => {
  expect(corner(card, room, { left: 600, top: 400, right: 1000, bottom: 800 })).toMatchObject({ x: 16, y: 584, covered: 0 });
  expect(corner(card, room, { left: 0, top: 500, right: 1000, bottom: 800 })).toMatchObject({ x: 684, y: 76, covered: 0 });
});

test("a narrow window has the card at its foot over the whole width", () => {
  expect(corner({ width: 390, height: 300 }, { width: 390, height: 844, ceiling: 60 }, null)).toMatchObject({ x: 0, y: 544 });
});

test("what cannot be avoided is told", () => {
  expect(corner(card, room, { left: 0, top: 0, right: 1000, bottom: 800 }).covered).toBeGreaterThan(0);
});
