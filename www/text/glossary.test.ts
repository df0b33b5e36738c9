/** The links of all running text to the glossary, in both languages. */
import { describe, expect, test } from "vitest";
import { proseOf } from "./chapters";
import * as en from "./en";
import { termForms as enForms } from "./en/term_forms";
import * as es from "./es";
import { termForms as esForms } from "./es/term_forms";
import { parse } from "./prose";
import { SETTING_TERMS } from "./terms";
import type { TermName } from "./words";

/** Beside prose and settings: the unit of the line about the engine. */
const LINKED_ELSEWHERE = ["positionLayer"];

/** Finds every term's words in a text; of forms that begin at the same place, the longest. Letters that stand for numbers keep their case. */
function finder(forms: Record<TermName, string[]>) {
  const pairs = Object.entries(forms).flatMap(([term, words]) => words.map((form) => [form, term] as const));
  const longestFirst = pairs.toSorted(([a], [b]) => b.length - a.length);
  // A letter, a digit or a hyphen before or after belongs to another word.
  const all = new RegExp(`(?<![\\p{L}\\d-])(?:${longestFirst.map(([form]) => form).join("|")})(?![\\p{L}\\d-])`, "giu");
  const key = (form: string) => (form.length === 1 ? form : form.toLowerCase());
  const termOf = new Map(pairs.map(([form, term]) => [key(form), term]));
  return (text: string) => [...text.matchAll(all)].flatMap(([found]) => termOf.get(key(found)) ?? []);
}

test("the finder knows words from parts of words", () => {
  const find = finder(enForms);
  expect(find("Kernels, the fixed kernel and a subkernel; M, m, Mᵀ, ReLUs, position-layers")).toEqual([
    "kernel",
    "fixed",
    "m",
    "positionLayer",
  ]);
});

for (const [language, words, forms] of [
  ["en", en, enForms],
  ["es", es as typeof en, esForms],
] as const) {
  describe(language, () => {
    const { entries } = words.glossary;
    const find = finder(forms);
    const chapters = Object.entries(proseOf(words)).map(([chapter, texts]) => ({ chapter, pieces: texts.flatMap(parse) }));

    test("an entry has two sentences", () => {
      for (const [term, { about }] of Object.entries(entries)) expect(about.split(/(?<=[.?!])\s+/), term).toHaveLength(2);
    });

    test.for(chapters)("$chapter: each term is linked once, where it comes first", ({ pieces }) => {
      const linked = new Set<string>();
      for (const piece of pieces) {
        if (piece.kind === "term") {
          expect(Object.keys(entries), `[${piece.text}](${piece.term}) is a term of the glossary`).toContain(piece.term);
          expect(find(piece.text), `the words of [${piece.text}](${piece.term})`).toContain(piece.term);
          expect([...linked], `${piece.term} is linked once`).not.toContain(piece.term);
          linked.add(piece.term);
        } else if (piece.kind === "text") {
          const missing = find(piece.text).filter((term) => !linked.has(term));
          expect(missing, `terms without a link in “${piece.text}”`).toEqual([]);
        }
      }
    });

    test("every entry is linked somewhere", () => {
      const linked = chapters.flatMap(({ pieces }) => pieces.flatMap((piece) => (piece.kind === "term" ? [piece.term] : [])));
      const all = new Set([...linked, ...Object.values(SETTING_TERMS), ...LINKED_ELSEWHERE]);
      expect(Object.keys(entries).filter((term) => !all.has(term))).toEqual([]);
    });
  });
}
