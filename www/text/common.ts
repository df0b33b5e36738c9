/** What is the same in every language: numbers, formulas in MathML, and what is done to words that come from elsewhere. */

/** With a point in every language, as in the charts and the fields beside. */
export const percent = (value: number, digits: number = 1) => `${value.toFixed(digits)} %`;

/** Powers of ten as such, rounding aside; anything else as it is. */
export function power(value: number) {
  const exponent = Math.round(Math.log10(value));
  return Math.abs(value / Number(`1e${exponent}`) - 1) < 1e-12 ? `10${superscript(exponent)}` : String(value);
}

/** A whole number as an exponent. */
export function superscript(value: number) {
  const digits = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  return [...String(value)].map((c) => digits[c as keyof typeof digits]).join("");
}

/** A pixel value, to a hundredth (and no minus zero). */
export const value = (value: number) => String(Number(value.toFixed(2)) + 0).replace("-", "−");

/** Numbers with a given count of decimals, as a language writes them; no minus zero. */
export function decimals(locale: string) {
  return (value: number, digits: number) =>
    new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: "negative" })
      .format(value)
      .replace("-", "−");
}

/** Numbers with their words, grouped as in a language. */
export function counting(locale: string) {
  const plain = new Intl.NumberFormat(locale);
  const count = (value: number) => plain.format(value);
  return {
    count,
    megabytes: (bytes: number) => `${count(Math.max(1, Math.round(bytes / 2 ** 20)))} MB`,
    plural: (value: number, one: string, many: string) => `${count(value)} ${value === 1 ? one : many}`,
  };
}

/** @param moment  what less than a second is called */
export function lasting(seconds: number, moment: string) {
  if (seconds < 1) return moment;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return `${Math.round(seconds / 60)} min`;
}

export function speed(rate: number) {
  const [unit, scale] = rate >= 1e8 ? ["G", 1e9] : ["M", 1e6];
  return `${(rate / scale).toPrecision(2)} ${unit}`;
}

export const shorten = (text: string, length: number = 24) => (text.length > length ? `${text.slice(0, length)}…` : text);

/** What the engine says, as a sentence. */
export const sentence = (text: string) => ended(`${text.charAt(0).toUpperCase()}${text.slice(1)}`);

/** The same of what may begin with the name of a file, which stays as it is. */
export const ended = (text: string) => `${text}${/[.!?…]$/.test(text) ? "" : "."}`;

export const host = (url: string) => new URL(url).host;

/** Of the loop's stations. */
export const formulas = {
  image: "<mi>x</mi>",
  patch:
    "<msub><mi>u</mi><mi>p</mi></msub><mo stretchy='false'>(</mo><mi>x</mi><mo stretchy='false'>)</mo><mo>∈</mo><msup><mi>ℝ</mi><mrow><mi>c</mi><msup><mi>q</mi><mn>2</mn></msup></mrow></msup>",
  kernel:
    "<mi>K</mi><mo stretchy='false'>(</mo><mi>x</mi><mo>,</mo><mi>x</mi><mo lspace='0' rspace='0'>′</mo><mo stretchy='false'>)</mo><mo>=</mo><mi>NTK</mi><mo stretchy='false'>(</mo><mi>R</mi><mi>u</mi><mo>,</mo><mi>R</mi><mi>u</mi><mo lspace='0' rspace='0'>′</mo><mo stretchy='false'>)</mo>",
  ridge:
    "<mo stretchy='false'>(</mo><mi>K</mi><mo>+</mo><mi>λ</mi><mi>I</mi><mo stretchy='false'>)</mo><mi>α</mi><mo>=</mo><mi>y</mi>",
  gradient:
    "<msub><mi>g</mi><mi>p</mi></msub><mo>=</mo><mfrac><mrow><mo>∂</mo><mi>f</mi></mrow><mrow><mo>∂</mo><msub><mi>u</mi><mi>p</mi></msub></mrow></mfrac>",
  matrix: "<mi>M</mi><mo>=</mo><mi>mean</mi><mspace width='0.2em'/><mi>g</mi><msup><mi>g</mi><mi>⊤</mi></msup>",
  seen: "<mi>R</mi><mo>=</mo><msqrt><mi>M</mi></msqrt><mo>/</mo><mo stretchy='false'>‖</mo><msqrt><mi>M</mi></msqrt><mo stretchy='false'>‖</mo>",
};
