/**
 * How easily article and tour read: Flesch reading ease in English, and the formula of Fernández Huerta in Spanish. Both are above 60 for
 * plain language. Syllables are counted as groups of vowels, in English without a silent e: for these texts that
 * is 12 points (English) and 8 points (Spanish) below textstat 0.7.3, which is on the safe side.
 */
import { expect, test } from "vitest";
import { proseOf } from "./chapters";
import * as en from "./en";
import * as es from "./es";
import { plain } from "./prose";

const spanish = es as typeof en;
const bodies = ({ tour: { steps } }: typeof en) => steps.map(({ body }) => body).join(" ");

/** The chapters of the article, without links. */
function article(words: typeof en) {
  const { puzzle, how, compare, edges, network, noise, deep, where } = proseOf(words);
  const texts = [puzzle, how, compare, edges, network, noise, deep, where].flatMap((texts) => texts ?? []);
  return texts.map(plain).join(" ");
}

function counts(text: string, syllables: (word: string) => number) {
  const words = text.toLowerCase().match(/[\p{L}\d’]+/gu) ?? [];
  const sentences = text.match(/[.?!:]+(?=\s|$)/g) ?? [];
  return { words: words.length, sentences: sentences.length, syllables: words.reduce((sum, word) => sum + syllables(word), 0) };
}

/** Groups of vowels; a final e is silent, except in -le, and so is the one of -ed and -es after most consonants. */
function englishSyllables(word: string) {
  const spoken = word.replace(/(?<=[^aeiouyl])e$|(?<=[^aeiouytd])ed$|(?<=[^aeiouyscxzhg])es$/, "");
  return Math.max(1, spoken.match(/[aeiouy]+/g)?.length ?? 0);
}

/** Groups of vowels, parted where two strong vowels or an accented weak one meet. */
function spanishSyllables(word: string) {
  const strong = word.replace(/qu(?=[eiéí])|gu(?=[eiéí])/g, "q").replace(/(?<=[aeoáéó])(?=[aeoáéóíú])|(?<=[íú])(?=[aeoáéó])/g, "-");
  return Math.max(1, strong.match(/[aeiouáéíóúü]+/g)?.length ?? 0);
}

function flesch(text: string) {
  const { words, sentences, syllables } = counts(text, englishSyllables);
  return 206.835 - (1.015 * words) / sentences - (84.6 * syllables) / words;
}

function fernandezHuerta(text: string) {
  const { words, sentences, syllables } = counts(text, spanishSyllables);
  return 206.84 - (60 * syllables) / words - (1.02 * words) / sentences;
}

test("the formulas tell plain sentences from long ones", () => {
  expect(flesch("The cat sat on the mat.")).toBeGreaterThan(100);
  expect(flesch("Differentiation of multidimensional representations necessitates computational infrastructure.")).toBeLessThan(0);
  expect(
    fernandezHuerta("La diferenciación de las representaciones multidimensionales necesita infraestructura computacional."),
  ).toBeLessThan(40);
});

test("tour and article are plain English", () => {
  for (const text of [bodies(en), article(en)]) expect(flesch(text)).toBeGreaterThan(60);
});

test("tour and article are plain Spanish", () => {
  for (const text of [bodies(spanish), article(spanish)]) expect(fernandezHuerta(text)).toBeGreaterThan(60);
});

test("the article has 1,200 to 1,800 words", () => {
  const words = article(en).split(/\s+/).length;
  expect(words).toBeGreaterThan(1200);
  expect(words).toBeLessThan(1800);
});
