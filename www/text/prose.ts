/**
 * Running text with links, the one markup of the page's texts: `[words](target)`. Nothing else is special. The components show it, and
 * the build makes a page for readers without scripts of the same texts, so this file needs neither Svelte nor a document.
 */

export type Piece =
  | { kind: "text"; text: string }
  /** A term of the glossary, by its key. */
  | { kind: "term"; text: string; term: string }
  | { kind: "link"; text: string; address: string };

/** Brackets without a target, as in M[i, j], are text. */
const LINK = /\[([^[\]]+)\]\(([^()\s]+)\)/g;

export function parse(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const [whole, words = "", target = ""] = match;
    if (match.index > end) pieces.push({ kind: "text", text: text.slice(end, match.index) });
    pieces.push(linked(words, target));
    end = match.index + whole.length;
  }
  if (end < text.length) pieces.push({ kind: "text", text: text.slice(end) });
  return pieces;
}

function linked(text: string, target: string): Piece {
  if (target.startsWith("https://")) return { kind: "link", text, address: target };
  return { kind: "term", text, term: target };
}

/** The words without their links. */
export const plain = (text: string): string =>
  parse(text)
    .map((piece) => piece.text)
    .join("");

/** An empty line separates paragraphs. */
export const paragraphs = (text: string): string[] => text.split(/\n\s*\n/).map((each) => each.trim());
