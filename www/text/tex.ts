/**
 * A formula, as TeX in the source and as MathML in the built page: `vite/tex.js` replaces every tex`...`. Where nothing is built (the
 * words read by a test), it is its own source.
 */
export const tex = ({ raw }: TemplateStringsArray): string => raw.join("");
