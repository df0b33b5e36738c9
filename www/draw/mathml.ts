/** Formulas as MathML, in pieces of text. Only letters of this project and numbers ever get in: nothing has to be escaped. */
import { parts } from "./numbers";

/** A letter or a name. */
export const mi = (name: string) => `<mi>${name}</mi>`;

export const mo = (sign: string) => `<mo stretchy="false">${sign}</mo>`;

/** A letter with a prime. */
export const prime = (name: string) => `<mrow><mi>${name}</mi><mo lspace="0" rspace="0">′</mo></mrow>`;

export const row = (...pieces: string[]) => `<mrow>${pieces.join("")}</mrow>`;

export const sub = (base: string, ...below: string[]) => `<msub>${base}${row(...below)}</msub>`;

export const sup = (base: string, ...above: string[]) => `<msup>${base}${row(...above)}</msup>`;

export const subsup = (base: string, below: string, above: string) => `<msubsup>${base}${row(below)}${row(above)}</msubsup>`;

export const sqrt = (...pieces: string[]) => `<msqrt>${row(...pieces)}</msqrt>`;

export const frac = (above: string, below: string) => `<mfrac>${row(above)}${row(below)}</mfrac>`;

export const brackets = (...pieces: string[]) => row(mo("("), ...pieces, mo(")"));

export const length = (...pieces: string[]) => row(mo("|"), ...pieces, mo("|"));

/** A sum sign with what it goes over. */
export const sum = (...below: string[]) => `<munder><mo>∑</mo>${row(...below)}</munder>`;

/** A number, to so many significant digits. */
export function mn(value: number, digits: number = 4) {
  const { mantissa, exponent } =
    Number.isInteger(value) && Math.abs(value) < 1e5
      ? { mantissa: String(value).replace("-", "−"), exponent: 0 }
      : parts(value, digits);
  const [sign, size] = mantissa.startsWith("−") ? ["−", mantissa.slice(1)] : ["", mantissa];
  const shown = `${sign && `<mo form="prefix">${sign}</mo>`}<mn>${size}</mn>`;
  if (exponent === 0) return row(shown);
  const power = exponent < 0 ? row(`<mo form="prefix">−</mo>`, `<mn>${-exponent}</mn>`) : `<mn>${exponent}</mn>`;
  return row(shown, mo("·"), `<msup><mn>10</mn>${power}</msup>`);
}

/** A number as a factor or under an exponent: in brackets where it has a sign or a power of ten of its own. */
export function factor(value: number, digits?: number) {
  const written = mn(value, digits);
  return value < 0 || written.includes("<msup>") ? brackets(written) : written;
}

/** A number to a power. Signed and compound numbers stand in brackets: (−2)², (1.2 · 10⁻⁴)². */
export function power(value: number, exponent: number, digits: number = 4) {
  const compound = value < 0 || parts(value, digits).exponent !== 0;
  return sup(compound ? brackets(mn(value, digits)) : mn(value, digits), `<mn>${exponent}</mn>`);
}

/** A formula of its own, with its sums and fractions in full size. */
export const math = (content: string) => `<math><mstyle displaystyle="true">${content}</mstyle></math>`;
