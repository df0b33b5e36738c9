/**
 * The running text of each chapter, in the order in which it is read: what `Prose` shows. Texts that take each other's place are chapters
 * of their own here. Within one, each term is linked once.
 */
import type { Words } from "./words";

export function proseOf(words: Words): Record<string, string[]> {
  const { article, filters, fixed, matrix, network, seen } = words;
  return {
    header: [fixed.lead ?? ""],
    filters: [filters.about],
    "filters of the fixed kernel": [filters.fixedAbout],
    "filters of one round": [filters.none],
    "seen by the fixed kernel": [seen.about(0)],
    "seen by a round": [seen.about(1)],
    puzzle: article.puzzle,
    how: Object.values(article.loop),
    compare: article.compare,
    edges: article.edges,
    network: [...article.network, network.trained("0.9")],
    noise: article.noise,
    deep: article.deep,
    where: [...article.where, ...article.open],
    matrix: [matrix.about],
  };
}
