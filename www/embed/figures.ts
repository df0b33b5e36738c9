/** What can be shown by itself, by its name in `figure`: the chapter of the page that it is, and how that is loaded. */
import type { Component } from "svelte";

export interface Chapter {
  /** Name of the chapter on the page, and of its heading among the words. */
  name:
    | "puzzle"
    | "data"
    | "how"
    | "compare"
    | "edges"
    | "network"
    | "try"
    | "noise"
    | "deep"
    | "where"
    | "matrix"
    | "teach"
    | "glossary"
    | "take";
  load: () => Promise<{ default: Component }>;
}

/**
 * Figures that are one chapter each, in the order of the page. `page`, `filters` and `accuracy` are made of what the first screen has
 * loaded already.
 */
export const CHAPTERS = {
  puzzle: { name: "puzzle", load: () => import("../chapters/Puzzle.svelte") },
  data: { name: "data", load: () => import("../chapters/Data.svelte") },
  loop: { name: "how", load: () => import("../chapters/Loop.svelte") },
  compare: { name: "compare", load: () => import("../chapters/Compare.svelte") },
  edges: { name: "edges", load: () => import("../chapters/Edges.svelte") },
  ansatz: { name: "network", load: () => import("../chapters/Network.svelte") },
  try: { name: "try", load: () => import("../chapters/TryIt.svelte") },
  noise: { name: "noise", load: () => import("../chapters/Noise.svelte") },
  deep: { name: "deep", load: () => import("../chapters/Deep.svelte") },
  where: { name: "where", load: () => import("../chapters/Where.svelte") },
  matrix: { name: "matrix", load: () => import("../chapters/Matrix.svelte") },
} satisfies Record<string, Chapter>;

export type FigureName = keyof typeof CHAPTERS | "page" | "filters" | "accuracy";
