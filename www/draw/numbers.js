/** Numbers as text: three or four significant digits, and a power of ten where zeros would fill the line. */
import { superscript } from "../strings/common.js";

/** @typedef {{mantissa: string, exponent: number}} Parts  mantissa x 10^exponent; the exponent is 0 of a plain number */

/**
 * @param {number} value
 * @param {number} [digits]  significant ones
 * @returns {Parts}
 */
export function parts(value, digits = 4) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) {
    const [mantissa = "", exponent = "0"] = value.toExponential(digits - 1).split("e");
    return { mantissa: minus(mantissa), exponent: Number(exponent) };
  }
  return { mantissa: minus(size >= 1000 ? String(Math.round(value)) : value.toPrecision(digits)), exponent: 0 };
}

/**
 * @param {number} value
 * @param {number} [digits]
 */
export function figure(value, digits = 4) {
  const { mantissa, exponent } = parts(value, digits);
  return exponent === 0 ? mantissa : `${mantissa} × 10${superscript(exponent)}`;
}

/**
 * With so many digits after the point, where numbers stand in a column to be compared.
 * @param {number} value
 * @param {number} [digits]
 */
export const decimal = (value, digits = 3) => minus((Number(value.toFixed(digits)) + 0).toFixed(digits));

/** @param {string} text */
const minus = (text) => text.replace("-", "−");
