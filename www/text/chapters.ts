/**
 * The running text of each chapter, in the order in which it is read: what `Prose` shows. Texts that take each other's place are chapters
 * of their own here. Within one, each term is linked once.
 */
import type { Words } from "./words";

export function proseOf(words: Words): Record<string, string[]> {
  const { compare, deep, filters, fixed, loop, matrix, network, noise, seen } = words;
  return {
    header: [fixed.lead ?? ""],
    filters: [filters.about],
    "filters of the fixed kernel": [filters.fixedAbout],
    "filters of one round": [filters.none],
    "seen by the fixed kernel": [seen.about(0)],
    "seen by a round": [seen.about(1)],
    how: [fixed.howLead ?? "", ...Object.values(loop.stops).map(({ body }) => body)],
    compare: [compare.about],
    network: [network.about, network.trained("0.9")],
    noise: [noise.about, noise.measured],
    deep: [deep.about, deep.measured],
    matrix: [matrix.about],
    ...articles(words),
  };
}

/** The chapters of the article, if the words have it: all of its sentences, however they are nested. */
function articles(words: object): Record<string, string[]> {
  const article = "article" in words ? (words.article as Record<string, unknown>) : {};
  return Object.fromEntries(Object.entries(article).map(([chapter, texts]) => [chapter, sentences(texts)]));
}

function sentences(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(sentences) : [];
}
