/** Numbers as text: three or four significant digits, and a power of ten where zeros would fill the line. */
import { superscript } from "../text/common";

/** mantissa x 10^exponent; the exponent is 0 of a plain number */
export type Parts = { mantissa: string; exponent: number };

/** @param digits  significant ones */
export function parts(value: number, digits: number = 4): Parts {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) {
    const [mantissa = "", exponent = "0"] = value.toExponential(digits - 1).split("e");
    return { mantissa: minus(mantissa), exponent: Number(exponent) };
  }
  return { mantissa: minus(size >= 1000 ? String(Math.round(value)) : value.toPrecision(digits)), exponent: 0 };
}

export function figure(value: number, digits: number = 4) {
  const { mantissa, exponent } = parts(value, digits);
  return exponent === 0 ? mantissa : `${mantissa} × 10${superscript(exponent)}`;
}

/** With so many digits after the point, where numbers stand in a column to be compared. */
export const decimal = (value: number, digits: number = 3) => minus((Number(value.toFixed(digits)) + 0).toFixed(digits));

const minus = (text: string) => text.replace("-", "−");
