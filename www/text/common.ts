/** What is the same in every language: how numbers are written, and what is done to words that come from elsewhere. */

/** A whole number as an exponent. */
export function superscript(value: number) {
  const digits = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  return [...String(value)].map((c) => digits[c as keyof typeof digits]).join("");
}

/** Numbers with their words as a language writes them: its decimal mark, its groups of thousands, its plurals and lists. */
export function numbersIn(locale: string) {
  const whole = new Intl.NumberFormat(locale);
  // Made when they are first needed: before the first paint each takes milliseconds.
  let plurals: Intl.PluralRules | null = null;
  let lists: Intl.ListFormat | null = null;
  const fixed = new Map<number, Intl.NumberFormat>();
  const point = whole.formatToParts(0.5).find(({ type }) => type === "decimal")?.value ?? ".";

  const count = (value: number) => whole.format(value);

  /** With so many digits after the decimal mark, and no minus zero. */
  const decimal = (value: number, digits: number = 1) => {
    let format = fixed.get(digits);
    if (!format) {
      format = new Intl.NumberFormat(locale, {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
        signDisplay: "negative",
      });
      fixed.set(digits, format);
    }
    return format.format(value).replace("-", "−");
  };

  /** A text of numbers written with a point: of the engine, or of `draw/numbers`. In MathML only the numbers change. */
  const localized = (text: string) =>
    point === "."
      ? text
      : text.includes("<mn>")
        ? text.replace(/(<mn>\d+)\.(?=\d)/g, `$1${point}`)
        : text.replace(/(\d)\.(?=\d)/g, `$1${point}`);

  return {
    count,
    decimal,
    localized,
    percent: (value: number, digits: number = 1) => `${decimal(value, digits)} %`,
    /** A pixel value, to a hundredth at most. */
    value: (value: number) => localized(String(Number(value.toFixed(2)) + 0).replace("-", "−")),
    /** Powers of ten as such, rounding aside; anything else as it is. */
    power: (value: number) => {
      const exponent = Math.round(Math.log10(value));
      return Math.abs(value / Number(`1e${exponent}`) - 1) < 1e-12 ? `10${superscript(exponent)}` : localized(String(value));
    },
    megabytes: (bytes: number) => `${count(Math.max(1, Math.round(bytes / 2 ** 20)))} MB`,
    plural: (value: number, one: string, many: string) =>
      `${count(value)} ${(plurals ??= new Intl.PluralRules(locale)).select(value) === "one" ? one : many}`,
    list: (items: string[]) => (lists ??= new Intl.ListFormat(locale)).format(items),
    /** @param moment  what less than a second is called, and what is no number of seconds */
    lasting: (seconds: number, moment: string) => {
      if (!(seconds >= 1) || seconds === Infinity) return moment;
      return seconds < 90 ? `${count(Math.round(seconds))} s` : `${count(Math.round(seconds / 60))} min`;
    },
    /** Of a rate per second. */
    speed: (rate: number) => {
      const [unit, scale] = rate >= 1e8 ? ["G", 1e9] : ["M", 1e6];
      return `${localized((rate / scale).toPrecision(2))} ${unit}`;
    },
  };
}

/** Seconds between which estimates are said to lie: half a guess and twice a guess are what one can know beforehand. */
const STEPS = [1, 2, 5, 10, 20, 40, 60, 120, 300, 600, 1200, 2400, 3600, 7200, 18000, 36000];

/** How far the steps stay away from the estimate. */
const MARGIN = 1.25;

export interface RangeWords {
  under: (limit: string) => string;
  between: (low: string, high: string) => string;
  over: (limit: string) => string;
}

/** An estimate as a range, such as "20 to 40 s"; empty for what is no number of seconds. */
export function ranging(seconds: number | null | undefined, { under, between, over }: RangeWords) {
  if (seconds == null || !Number.isFinite(seconds) || seconds < 0) return "";
  const low = STEPS.findLast((step) => step * MARGIN <= seconds);
  const high = STEPS.find((step) => step >= seconds * MARGIN);
  if (low === undefined) return under(unit(high ?? 1));
  if (high === undefined) return over(unit(low));
  const [from, to] = [unit(low), unit(high)];
  const same = from.split(" ")[1] === to.split(" ")[1];
  return between(same ? (from.split(" ")[0] ?? "") : from, to);
}

function unit(seconds: number) {
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`;
}

export const shorten = (text: string, length: number = 24) => (text.length > length ? `${text.slice(0, length)}…` : text);

/** What the engine says, as a sentence. */
export const sentence = (text: string) => ended(`${text.charAt(0).toUpperCase()}${text.slice(1)}`);

/** The same of what may begin with the name of a file, which stays as it is. */
export const ended = (text: string) => `${text}${/[.!?…]$/.test(text) ? "" : "."}`;

export const host = (url: string) => new URL(url).host;
