/** What was explained, as formulas with their real values and a table of their terms. */
import { h } from "../../draw/dom.js";
import { brackets, factor, frac, length, mi, mn, mo, prime, row, sqrt, sub, subsup, sum, sup } from "../../draw/mathml.js";
import { figure } from "../../draw/numbers.js";
import { drawImage } from "../../draw/pixels.js";
import { explained as words, loop as loopWords } from "../../strings/words.js";
import { featuresOf } from "./matrix.js";
import { shapeOf } from "./stop.js";

/** @import { Explained, Sample, Term } from "../../protocol.js" */
/** @import { Shown } from "./inquiry.js" */

/** Terms written out in the formula itself; the table has all that were given. */
const WRITTEN = 3;

/** @typedef {{formulas: string[], table: Node[]}} Arithmetic */

/**
 * @param {Explained} explained
 * @param {Shown} shown
 * @param {(train: number) => Sample | undefined} train
 * @returns {Arithmetic}
 */
export function arithmetic(explained, shown, train) {
  if (explained.what === "kernel") return kernel(explained);
  if (explained.what === "matrix") return matrix(explained, shown, train);
  return weighted(explained, shown, train);
}

const is = mo("=");
const plus = mo("+");
const times = mo("·");
const dots = mo("…");

/** Values written one after the other, rounded: not quite equal. */
const about = mo("≈");

/**
 * A kernel entry, layer by layer at one place, then over all places.
 * @param {Extract<Explained, {what: "kernel"}>} explained
 * @returns {Arithmetic}
 */
function kernel({ layers, channels, inner, value, whole, scale, positions }) {
  const [S, T, N, M, r, rho] = [mi("S"), mi("T"), mi("N"), prime("N"), mi("r"), mi("ρ")];
  const [k0, k1] = [sub(mi("κ"), `<mn>0</mn>`), sub(mi("κ"), `<mn>1</mn>`)];
  const first = layers[0];
  const formulas = first
    ? [
        row(S, is, frac(row(mo("⟨"), mi("z"), mo(","), prime("z"), mo("⟩")), mi("c")), is, frac(mn(inner), mn(channels)), about, mn(first.s)),
        row(rho, is, frac(S, sqrt(N, mo("·"), M)), is, frac(mn(first.s), sqrt(mn(first.n), times, mn(first.m))), about, mn(first.rho)),
        row(k0, is, mn(first.k0), mo(","), `<mspace width="0.6em"/>`, k1, is, mn(first.k1)),
        row(S, mo("←"), r, k1, about, mn(first.sOut), mo(","), `<mspace width="0.6em"/>`, T, mo("←"), T, k0, about, mn(first.tOut)),
      ]
    : [];
  formulas.push(
    row(frac(mi("K"), mi("s")), is, frac(`<mn>1</mn>`, row(mi("s"), mi("P"))), sum(mi("p")), brackets(sub(S, mi("p")), plus, sub(T, mi("p"))), is, frac(mn(whole), mn(scale)), about, mn(value)),
  );
  const head = ["", "S", "T", "N", "N′", "r", "ρ", "κ₀", "κ₁", "r κ₁", "T κ₀"];
  const body = layers.map((layer, depth) => [words.layer(depth + 1), ...[layer.s, layer.t, layer.n, layer.m, layer.r, layer.rho, layer.k0, layer.k1, layer.sOut, layer.tOut].map((each) => figure(each))]);
  return { formulas, table: [h("p", { class: "small quiet", text: words.kernelNote(layers.length, positions) }), tableOf(head, body)] };
}

/**
 * A sum of products: the answer over training images, a gradient's length over pixels, what is seen over eigenvectors.
 * @param {Extract<Explained, {terms: Term[], value: number}>} explained
 * @param {Shown} shown
 * @param {(train: number) => Sample | undefined} train
 * @returns {Arithmetic}
 */
function weighted(explained, shown, train) {
  const { what, value, terms, others, rest } = explained;
  /** @type {(term: Term) => string} */
  let written;
  let left;
  /** @type {string[]} */
  let head;
  /** @type {(term: Term) => (string | Node)[]} */
  let first;
  if (what === "answer") {
    left = row(sub(mi("f"), mi("o")), is, sum(mi("i")), frac(row(mi("K"), brackets(mi("x"), mo(","), sub(mi("x"), mi("i")))), mi("s")), sub(mi("α"), mi("i"), mi("o")));
    written = ({ factors: [k = 0, alpha = 0] }) => row(factor(k), times, factor(alpha));
    head = [words.trainColumn, "K / s", "α", "K / s · α"];
    first = ({ index }) => [trainCell(index, shown, train(index))];
  } else if (what === "gradient") {
    const g = mi("g");
    left = row(sup(length(sub(g, mi("p"))), "<mn>2</mn>"), is, sum(mi("j")), subsup(g, row(mi("p"), mi("j")), "<mn>2</mn>"));
    written = ({ factors: [each = 0] }) => sup(factor(each), "<mn>2</mn>");
    head = [words.pixelColumn, "g", "g²"];
    first = ({ index }) => [pixelName(index, shown)];
  } else {
    const v = sub(mi("v"), mi("r"));
    left = row(sup(length(mi("R"), mi("u")), "<mn>2</mn>"), is, sum(mi("r")), sub(mi("w"), mi("r")), sup(brackets(v, times, mi("u")), "<mn>2</mn>"));
    written = ({ factors: [share = 0, along = 0] }) => row(mn(share), times, sup(factor(along), "<mn>2</mn>"));
    head = [words.vectorColumn, "w", "v · u", "w (v · u)²"];
    first = ({ index }) => [words.vector(index + 1)];
  }
  const formula = row(left, is, inSum(terms, others, rest, written), about, mn(value));
  const body = terms.map((term) => [...first(term), ...term.factors.map((each) => figure(each)), figure(term.product)]);
  return { formulas: [formula], table: [tableOf(head, [...body, ...restRow(head.length, others, rest), totalRow(head.length, value)])] };
}

/**
 * @param {Extract<Explained, {what: "matrix"}>} explained
 * @param {Shown} shown
 * @param {(train: number) => Sample | undefined} train
 * @returns {Arithmetic}
 */
function matrix({ row: i, column: j, value, trace, terms, others, rest }, shown, train) {
  const features = featuresOf(shown);
  // What the station says: M is shown divided by its trace, as the next round uses it.
  const share = features?.matrix[i * features.dimension + j] ?? 0;
  const trM = row(mi("tr"), mi("M"));
  const g = (/** @type {string} */ index) => sub(mi("g"), mi(index));
  const entry = sub(mi("M"), mi("i"), mi("j"));
  const formulas = [
    row(entry, is, frac("<mn>1</mn>", mi("m")), sum(mi("x")), sum(mi("p"), mo(","), mi("o")), g("i"), g("j"), is, inSum(terms, others, rest, ({ product }) => factor(product)), about, mn(value)),
    row(frac(entry, trM), is, frac(mn(value), mn(trace)), about, mn(share), mo(","), `<mspace width="0.8em"/>`, mi("m"), is, mn(terms.length + others)),
  ];
  const head = [words.sampleColumn, "Σ gᵢ gⱼ / m"];
  const body = terms.map(({ index, product }) => [trainCell(index, shown, train(index)), figure(product)]);
  return { formulas, table: [tableOf(head, [...body, ...restRow(2, others, rest), totalRow(2, value)])] };
}

/**
 * @param {Term[]} terms
 * @param {number} others
 * @param {number} rest
 * @param {(term: Term) => string} written
 */
function inSum(terms, others, rest, written) {
  const shown = terms.slice(0, WRITTEN);
  const pieces = shown.map(written);
  if (terms.length > shown.length) pieces.push(dots);
  if (others > 0) pieces.push(factor(rest));
  return pieces.join(plus);
}

/** @param {number} columns @param {number} others @param {number} rest */
function restRow(columns, others, rest) {
  return others > 0 ? [[words.rest(others), ...Array.from({ length: columns - 2 }, () => ""), figure(rest)]] : [];
}

/** @param {number} columns @param {number} value */
function totalRow(columns, value) {
  return [words.total, ...Array.from({ length: columns - 2 }, () => ""), figure(value)];
}

/** @param {string[]} head @param {(string | Node)[][]} body */
function tableOf(head, body) {
  return h(
    "table",
    { class: "terms" },
    h("thead", {}, h("tr", {}, ...head.map((text) => (text ? h("th", { scope: "col", text }) : h("td"))))),
    h("tbody", {}, ...body.map(([name = "", ...cells]) => h("tr", {}, h("th", { scope: "row" }, name), ...cells.map((cell) => h("td", {}, cell))))),
  );
}

/** @param {number} index @param {Shown} shown @param {Sample | undefined} sample */
function trainCell(index, { run, labels }, sample) {
  const name = run.data?.summary.classNames[labels?.[index] ?? -1] ?? "";
  const canvas = h("canvas", { class: "pixels tiny", "aria-hidden": "true" });
  if (sample && run.data) drawImage(canvas, sample.pixels, run.data.summary, run.data.range);
  return h("span", { class: "with-picture" }, canvas, `${index}${name && `, ${name}`}`);
}

/** @param {number} index @param {Shown} shown */
function pixelName(index, shown) {
  const { channels, patch } = shapeOf(shown);
  return loopWords.entryOf(channels, Math.floor(index / (patch * patch)), (Math.floor(index / patch) % patch) + 1, (index % patch) + 1);
}
