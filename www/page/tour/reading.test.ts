/**
 * How easily the tour reads: Flesch reading ease in English, and the formula of Fernández Huerta in Spanish, over the bodies of all steps.
 * Both are above 60 for plain language. Syllables are counted as groups of vowels, in English without a silent e: for these texts that
 * is 12 points (English) and 8 points (Spanish) below textstat 0.7.3, which is on the safe side.
 */
import { expect, test } from "vitest";
import { tour as english } from "../../text/en/tour";
import { tour as spanish } from "../../text/es/tour";

const bodies = ({ steps }: typeof english) => steps.map(({ body }) => body).join(" ");

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

test("the English tour is plain", () => {
  expect(flesch(bodies(english))).toBeGreaterThan(60);
});

test("the Spanish tour is plain", () => {
  expect(fernandezHuerta(bodies(spanish))).toBeGreaterThan(60);
});
