import { describe, expect, test } from "vitest";
import { figure } from "../draw/numbers";
import { numbersIn } from "./common";

const en = numbersIn("en");
const es = numbersIn("es");

describe("numbers", () => {
  test("decimals have a point in English and a comma in Spanish", () => {
    expect([en.percent(93.25), es.percent(93.25)]).toEqual(["93.3 %", "93,3 %"]);
    expect([en.percent(7, 0), es.percent(7, 0)]).toEqual(["7 %", "7 %"]);
    expect([en.decimal(0.125, 3), es.decimal(0.125, 3)]).toEqual(["0.125", "0,125"]);
    expect([en.value(-0.5), es.value(-0.5), es.value(2)]).toEqual(["−0.5", "−0,5", "2"]);
    expect([en.speed(1.5e8), es.speed(1.5e8), es.speed(2.25e6)]).toEqual(["0.15 G", "0,15 G", "2,3 M"]);
  });

  test("nothing shows a minus zero", () => {
    expect([en.decimal(-0.01), es.decimal(-0.01), en.value(-0.001)]).toEqual(["0.0", "0,0", "0"]);
  });

  test("thousands are grouped as in each language", () => {
    expect([en.count(4000), es.count(4000)]).toEqual(["4,000", "4000"]);
    expect([en.count(40000), es.count(40000)]).toEqual(["40,000", "40.000"]);
  });

  test("one is singular, none and many are plural", () => {
    expect([0, 1, 2].map((n) => en.plural(n, "round", "rounds"))).toEqual(["0 rounds", "1 round", "2 rounds"]);
    expect([0, 1, 2].map((n) => es.plural(n, "ronda", "rondas"))).toEqual(["0 rondas", "1 ronda", "2 rondas"]);
  });

  test("lists end with the word of the language", () => {
    expect([en.list(["a", "b", "c"]), es.list(["a", "b", "c"])]).toEqual(["a, b, and c", "a, b y c"]);
  });

  test("times are given in seconds, then in minutes", () => {
    expect([0.4, 1, 89, 90, 3600].map((s) => es.lasting(s, "menos de 1 s"))).toEqual([
      "menos de 1 s",
      "1 s",
      "89 s",
      "2 min",
      "60 min",
    ]);
  });

  test("powers of ten are written as such", () => {
    expect([en.power(1e-3), es.power(1e-3), en.power(0.003), es.power(0.003)]).toEqual(["10⁻³", "10⁻³", "0.003", "0,003"]);
  });

  test("a number written with a point takes the mark of the language, in text and in formulas", () => {
    expect(es.localized(figure(0.12345))).toBe("0,1235");
    expect(en.localized(figure(0.12345))).toBe("0.1235");
    expect(es.localized("<mspace width='0.2em'/><mn>1.5</mn>")).toBe("<mspace width='0.2em'/><mn>1,5</mn>");
  });
});
