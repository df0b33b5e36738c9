import { expect, test } from "vitest";
import { readFileSync } from "node:fs";
import measured from "virtual:measured";
import type { Spread } from "../run/records";
import { plain as withoutLinks } from "./prose";
import { LANGUAGES, loadWords } from "./words";

const plain = (texts: string[]) => texts.map(withoutLinks).join(" ");
const words = async (language: (typeof LANGUAGES)[number]) => {
  const { article, decimal } = await loadWords(language, true);
  return { article, decimal };
};
const gain = (better: Spread, worse: Spread) => Math.round(better.mean - worse.mean);

test.each(LANGUAGES)("the numbers in the article are the measured ones (%s)", async (language) => {
  const { article, decimal } = await words(language);
  const network = plain(article.network);
  const { layers } = measured.ansatz;
  const trained = layers.map(({ trained }) => trained.mean);
  const between = `${decimal(Math.min(...trained), 2)} ${language === "en" ? "to" : "a"} ${decimal(Math.max(...trained), 2)}`;
  expect(network).toContain(between);
  expect(Math.max(...layers.map(({ random }) => random.mean))).toBeLessThan(0.4);
  expect(network).toContain(decimal(0.4));
  // The change of W agrees as well as W does.
  for (const { trained, change } of layers) expect(Math.abs(trained.mean - change.mean)).toBeLessThan(trained.deviation);
  const small = JSON.parse(readFileSync("docs/results/cnfa-small/cnfa.json", "utf8"));
  const he = small.networks.find(({ init, width }: { init: string; width: number }) => init === "he" && width === 8);
  const first = he.runs.map(
    ({ measured }: { measured: { layers: { correlation: { agop: number } }[] }[] }) => measured.at(-1)?.layers[0]?.correlation.agop,
  );
  expect(network).toContain(decimal(first.reduce((a: number, b: number) => a + b) / first.length, 2));

  const noise = measured.noise.map(({ fixed, learned }) => gain(learned, fixed));
  expect(plain(article.noise)).toContain(`${Math.min(...noise)} ${language === "en" ? "to" : "a"} ${Math.max(...noise)}`);
  // The network is better where there is little noise, and ConvRFM by less than its spread where there is much.
  const behind = measured.noise.filter(
    ({ sigma, learned, network }) => sigma < 1 !== network.mean - learned.mean > learned.deviation,
  );
  expect(behind).toEqual([]);
  for (const { learned, network } of measured.noise.filter(({ sigma }) => sigma > 1)) {
    expect(learned.mean).toBeGreaterThan(network.mean);
    expect(learned.mean - network.mean).toBeLessThan(learned.deviation);
  }

  const [inNoise, digits, clothes, photographs] = measured.deep.map(({ deep, learned }) => deep.mean - learned.mean);
  const deep = plain(article.deep);
  expect(deep).toContain(`${Math.round(inNoise!)} `);
  expect([Math.round(digits!), Math.round(photographs!)]).toEqual([4, 4]);
  expect(deep).toContain("4 ");
  expect(clothes).toBeLessThan(1);
});

test("the data sets on which the article says that nothing is gained gain less than the deviation", () => {
  const gains = Object.fromEntries(
    measured.sets.map(({ data, fixed, learned }) => [data, [learned.mean - fixed.mean, learned.deviation]]),
  );
  for (const data of ["mnist", "fashion-mnist", "cifar-10"]) expect(gains[data]?.[0]).toBeLessThan(0.6);
  for (const data of ["star", "local-signal", "noisy-mnist"]) expect(gains[data]![0]).toBeGreaterThan(gains[data]![1]!);
});
