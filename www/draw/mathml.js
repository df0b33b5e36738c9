/** Formulas as MathML, in pieces of text. Only letters of this project and numbers ever get in: nothing has to be escaped. */
import { parts } from "./numbers.js";

/** A letter or a name. @param {string} name */
export const mi = (name) => `<mi>${name}</mi>`;

/** @param {string} sign */
export const mo = (sign) => `<mo stretchy="false">${sign}</mo>`;

/** A letter with a prime. @param {string} name */
export const prime = (name) => `<mrow><mi>${name}</mi><mo lspace="0" rspace="0">′</mo></mrow>`;

/** @param {...string} pieces */
export const row = (...pieces) => `<mrow>${pieces.join("")}</mrow>`;

/** @param {string} base @param {...string} below */
export const sub = (base, ...below) => `<msub>${base}${row(...below)}</msub>`;

/** @param {string} base @param {...string} above */
export const sup = (base, ...above) => `<msup>${base}${row(...above)}</msup>`;

/** @param {string} base @param {string} below @param {string} above */
export const subsup = (base, below, above) => `<msubsup>${base}${row(below)}${row(above)}</msubsup>`;

/** @param {...string} pieces */
export const sqrt = (...pieces) => `<msqrt>${row(...pieces)}</msqrt>`;

/** @param {string} above @param {string} below */
export const frac = (above, below) => `<mfrac>${row(above)}${row(below)}</mfrac>`;

/** @param {...string} pieces */
export const brackets = (...pieces) => row(mo("("), ...pieces, mo(")"));

/** @param {...string} pieces */
export const length = (...pieces) => row(mo("|"), ...pieces, mo("|"));

/** A sum sign with what it goes over. @param {...string} below */
export const sum = (...below) => `<munder><mo>∑</mo>${row(...below)}</munder>`;

/** A number, to so many significant digits. @param {number} value @param {number} [digits] */
export function mn(value, digits = 4) {
  const { mantissa, exponent } = Number.isInteger(value) && Math.abs(value) < 1e5 ? { mantissa: String(value).replace("-", "−"), exponent: 0 } : parts(value, digits);
  const [sign, size] = mantissa.startsWith("−") ? ["−", mantissa.slice(1)] : ["", mantissa];
  const shown = `${sign && `<mo form="prefix">${sign}</mo>`}<mn>${size}</mn>`;
  if (exponent === 0) return row(shown);
  const power = exponent < 0 ? row(`<mo form="prefix">−</mo>`, `<mn>${-exponent}</mn>`) : `<mn>${exponent}</mn>`;
  return row(shown, mo("·"), `<msup><mn>10</mn>${power}</msup>`);
}

/** A number as a factor: in brackets where it would be misread. @param {number} value @param {number} [digits] */
export const factor = (value, digits) => (value < 0 ? brackets(mn(value, digits)) : mn(value, digits));

/** A formula as an element. @param {string} content @param {"inline" | "block"} [display] */
export function math(content, display = "inline") {
  const holder = document.createElement("span");
  holder.className = display === "block" ? "formula-line" : "";
  holder.innerHTML = `<math display="inline">${display === "block" ? `<mstyle displaystyle="true">${content}</mstyle>` : content}</math>`;
  return holder;
}
