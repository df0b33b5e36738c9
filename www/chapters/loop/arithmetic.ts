/** What was explained, as formulas with their real values and a table of their terms. */
import { brackets, factor, frac, length, mi, mn, mo, power, prime, row, sqrt, sub, subsup, sum, sup } from "../../draw/mathml";
import type { Explained, Term } from "../../run/records";
import type { Letter } from "../../text/formulas";
import type { Words } from "../../text/words";
import type { Inquiry } from "./inquiry.svelte";

/** Terms written out in the formula itself; the table has all that were given. */
const WRITTEN = 2;

/** A row's name: a word, a training image, or a letter with what it stands for. */
export type Head = { text: string } | { train: number } | { letter: Letter; meaning: string };

export interface Arithmetic {
  /** MathML. */
  formulas: string[];
  /** Above the table. */
  note: string;
  columns: string[];
  rows: { head: Head; cells: string[]; total?: boolean }[];
}

export function arithmetic(explained: Explained, inquiry: Inquiry, words: Words): Arithmetic {
  const made =
    explained.what === "kernel"
      ? kernel(explained, inquiry, words)
      : explained.what === "matrix"
        ? matrix(explained, inquiry, words)
        : weighted(explained, inquiry, words);
  return { ...made, formulas: made.formulas.map((formula) => words.localized(formula)) };
}

const is = mo("=");
const plus = mo("+");
const times = mo("·");
const dots = mo("…");
const wide = `<mspace width="0.6em"/>`;

/** Values written one after the other, rounded: not quite equal. */
const about = mo("≈");

/** A kernel entry, layer by layer at one place, then over all places. */
function kernel(
  { layers, channels, inner, value, whole, scale, positions }: Extract<Explained, { what: "kernel" }>,
  inquiry: Inquiry,
  { explained: words }: Words,
): Arithmetic {
  const [S, T, N, M, r, rho] = [mi("S"), mi("T"), mi("N"), prime("N"), mi("r"), mi("ρ")];
  const [k0, k1] = [sub(mi("κ"), `<mn>0</mn>`), sub(mi("κ"), `<mn>1</mn>`)];
  const first = layers[0];
  const formulas = first
    ? [
        row(
          S,
          is,
          frac(row(mo("⟨"), mi("z"), mo(","), prime("z"), mo("⟩")), mi("c")),
          is,
          frac(mn(inner), mn(channels)),
          about,
          mn(first.s),
        ),
        row(
          rho,
          is,
          frac(S, sqrt(N, times, M)),
          is,
          frac(mn(first.s), sqrt(factor(first.n), times, factor(first.m))),
          about,
          mn(first.rho),
        ),
        row(S, mo("←"), r, k1, about, mn(first.sOut), mo(","), wide, T, mo("←"), T, k0, about, mn(first.tOut)),
      ]
    : [];
  formulas.push(
    row(
      frac(mi("K"), mi("s")),
      is,
      frac(`<mn>1</mn>`, row(mi("s"), mi("P"))),
      sum(mi("p")),
      brackets(sub(S, mi("p")), plus, sub(T, mi("p"))),
      is,
      frac(mn(whole), mn(scale)),
      about,
      mn(value),
    ),
  );
  const terms: [keyof typeof words.terms, (layer: (typeof layers)[number]) => number][] = [
    ["S", ({ s }) => s],
    ["T", ({ t }) => t],
    ["N", ({ n }) => n],
    ["N2", ({ m }) => m],
    ["r", ({ r }) => r],
    ["rho", ({ rho }) => rho],
    ["k0", ({ k0 }) => k0],
    ["k1", ({ k1 }) => k1],
    ["Sout", ({ sOut }) => sOut],
    ["Tout", ({ tOut }) => tOut],
  ];
  return {
    formulas,
    note: words.kernelNote(layers.length, positions),
    columns: [words.meaning, ...layers.map((_, depth) => words.layer(depth + 1))],
    rows: terms.map(([letter, of]) => ({
      head: { letter, meaning: words.terms[letter] },
      cells: layers.map((layer) => inquiry.figure(of(layer))),
    })),
  };
}

/** A sum of products: the answer over training images, a gradient's length over pixels, what is seen over eigenvectors. */
function weighted(
  { what, value, terms, others, rest }: Extract<Explained, { what: "answer" | "gradient" | "seen" }>,
  inquiry: Inquiry,
  { explained: words, loop: loopWords }: Words,
): Arithmetic {
  let written: (term: Term) => string;
  let left: string;
  let columns: string[];
  let head: (term: Term) => Head;
  if (what === "answer") {
    const K = frac(row(mi("K"), brackets(mi("x"), mo(","), sub(mi("x"), mi("i")))), mi("s"));
    left = row(sub(mi("f"), mi("o")), is, sum(mi("i")), K, sub(mi("α"), mi("i"), mi("o")));
    written = ({ factors: [k = 0, alpha = 0] }) => row(factor(k), times, factor(alpha));
    columns = [words.trainColumn, "K / s", "α", "K / s · α"];
    head = ({ index }) => ({ train: index });
  } else if (what === "gradient") {
    const g = mi("g");
    left = row(sup(length(sub(g, mi("p"))), "<mn>2</mn>"), is, sum(mi("j")), subsup(g, row(mi("p"), mi("j")), "<mn>2</mn>"));
    written = ({ factors: [each = 0] }) => power(each, 2);
    columns = [words.pixelColumn, "g", "g²"];
    head = ({ index }) => ({ text: pixelName(index, inquiry, loopWords) });
  } else {
    const v = sub(mi("v"), mi("r"));
    const along = sup(brackets(v, times, mi("u")), "<mn>2</mn>");
    left = row(sup(length(mi("R"), mi("u")), "<mn>2</mn>"), is, sum(mi("r")), sub(mi("w"), mi("r")), along);
    written = ({ factors: [share = 0, along = 0] }) => row(factor(share), times, power(along, 2));
    columns = [words.vectorColumn, "w", "v · u", "w (v · u)²"];
    head = ({ index }) => ({ text: words.vector(index + 1) });
  }
  const rows = terms.map((term) => ({
    head: head(term),
    cells: [...term.factors, term.product].map((each) => inquiry.figure(each)),
  }));
  return {
    formulas: [left, row(is, inSum(terms, others, rest, written), about, mn(value))],
    note: "",
    columns,
    rows: [...rows, ...sums(columns.length, { value, others, rest }, inquiry, words)],
  };
}

function matrix(
  { row: i, column: j, value, trace, terms, others, rest }: Extract<Explained, { what: "matrix" }>,
  inquiry: Inquiry,
  { explained: words }: Words,
): Arithmetic {
  const { features } = inquiry;
  // What the station shows: M divided by its trace, as the next round uses it.
  const share = features?.matrix[i * features.dimension + j] ?? 0;
  const g = (index: string) => sub(mi("g"), mi(index));
  const entry = sub(mi("M"), mi("i"), mi("j"));
  const formulas = [
    row(entry, is, frac("<mn>1</mn>", mi("m")), sum(mi("x")), sum(mi("p"), mo(","), mi("o")), g("i"), g("j")),
    row(
      is,
      inSum(terms, others, rest, ({ product }) => factor(product)),
      about,
      mn(value),
    ),
    row(
      frac(entry, row(mi("tr"), mi("M"))),
      is,
      frac(mn(value), mn(trace)),
      about,
      mn(share),
      mo(","),
      wide,
      mi("m"),
      is,
      mn(terms.length + others),
    ),
  ];
  return {
    formulas,
    note: "",
    columns: [words.sampleColumn, "Σ gᵢ gⱼ / m"],
    rows: [
      ...terms.map(({ index, product }) => ({ head: { train: index }, cells: [inquiry.figure(product)] })),
      ...sums(2, { value, others, rest }, inquiry, words),
    ],
  };
}

function inSum(terms: Term[], others: number, rest: number, written: (term: Term) => string) {
  const shown = terms.slice(0, WRITTEN);
  const pieces = shown.map(written);
  if (terms.length > shown.length) pieces.push(dots);
  if (others > 0) pieces.push(factor(rest));
  return pieces.join(plus);
}

/** The rows of the other terms together, and of the sum. */
function sums(
  columns: number,
  { value, others, rest }: { value: number; others: number; rest: number },
  inquiry: Inquiry,
  words: Words["explained"],
): Arithmetic["rows"] {
  const blank = Array.from({ length: columns - 2 }, () => "");
  const total = { head: { text: words.total }, cells: [...blank, inquiry.figure(value)], total: true };
  return others > 0 ? [{ head: { text: words.rest(others) }, cells: [...blank, inquiry.figure(rest)] }, total] : [total];
}

function pixelName(index: number, { shape: { channels, patch } }: Inquiry, words: Words["loop"]) {
  return words.entryOf(channels, Math.floor(index / (patch * patch)), (Math.floor(index / patch) % patch) + 1, (index % patch) + 1);
}
