import { expect, test } from "vitest";
import { factor, mn, sup } from "./mathml";

test("the square of a number with a sign or a power of ten has brackets", () => {
  const text = (formula: string) => formula.replaceAll(/<[^>]*>/g, "");
  expect(text(sup(factor(0.5), mn(2)))).toBe("0.50002");
  expect(text(sup(factor(-0.5), mn(2)))).toBe("(−0.5000)2");
  expect(text(sup(factor(3.1e-4), mn(2)))).toBe("(3.100·10−4)2");
});
