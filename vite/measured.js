/**
 * The measured numbers of the page, as `virtual:measured`: means and deviations over seeds, read from `docs/results/` when the page is
 * built, so that no number is written down twice.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const results = fileURLToPath(new URL("../docs/results/", import.meta.url));

/** @param {string} name */
const read = (name) => JSON.parse(readFileSync(`${results}${name}.json`, "utf8"));

/** @typedef {{ mean: number, deviation: number }} Spread */
/** @typedef {{ method: string, test: Spread }} Method */
/** @typedef {{ sigma: number | null, methods: Method[], runs: unknown[] }} Point */

/** A file, and of its points the one with this sigma, or the only one. @param {string} name @param {number | null} sigma */
function at(name, sigma) {
  const { parts, points } = read(name);
  const point = /** @type {Point[]} */ (points).find((each) => each.sigma === sigma);
  if (!point) throw new Error(`docs/results/${name}.json has no point at sigma ${sigma}`);
  return { train: /** @type {number} */ (parts.train), seeds: point.runs.length, of: (/** @type {string} */ method) => spread(point, method) };
}

/** @param {Point} point @param {string} method @returns {Spread} */
function spread({ methods }, method) {
  const found = methods.find((each) => each.method === method);
  if (!found) throw new Error(`no accuracy of ${method}, only of ${methods.map((each) => each.method).join(", ")}`);
  return found.test;
}

/** @param {number[]} values @returns {Spread} */
function over(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/** Fixed kernel, ConvRFM and network on one data set. @param {string} data @param {string} kernel @param {string} cnn @param {number | null} sigma */
function methods(data, kernel, cnn, sigma = null) {
  const { train, seeds, of } = at(kernel, sigma);
  return { data, train, seeds, fixed: of("fixed kernel"), learned: of("ConvRFM"), network: at(cnn, sigma).of("CNN") };
}

/** One level and two. @param {string} data @param {string} name @param {number | null} sigma */
function levels(data, name, sigma = null) {
  const { train, seeds, of } = at(name, sigma);
  return { data, train, seeds, fixed: of("fixed kernel"), learned: of("ConvRFM"), deep: of("Deep ConvRFM") };
}

/** Correlations of NFM and AGOP in each layer of a trained network. */
function ansatz() {
  const { runs } = read("cnfa").networks[0];
  return {
    seeds: runs.length,
    layers: runs[0].baselines.map((/** @type {unknown} */ _, /** @type {number} */ layer) => {
      const epoch = (/** @type {number} */ place) => over(runs.map((/** @type {any} */ run) => run.measured.at(place).layers[layer].correlation.agop));
      return {
        trained: epoch(-1),
        untrained: epoch(0),
        random: over(runs.map((/** @type {any} */ run) => run.baselines[layer].random_filters.agop)),
        change: over(runs.map((/** @type {any} */ run) => run.baselines[layer].centred.agop)),
      };
    }),
  };
}

/** Edges among the filters without labels, with shuffled and with true ones; and the shapes that the first filter matches. */
function edges() {
  const { seeds, groups } = read("edge-origin");
  const rows = (/** @type {string[]} */ images, /** @type {string[]} */ keys) =>
    images.map((images) => {
      const of = (/** @type {string} */ labels) => {
        const group = groups.find((/** @type {any} */ each) => each.images === images && each.labels === labels);
        return keys.map((key) => group[key]);
      };
      return { images, none: of("none"), shuffled: of("shuffled"), true: of("true") };
    });
  return {
    seeds: seeds.length,
    matches: rows(["dead-leaves", "blurred-leaves", "files"], ["edges", "correlation"]),
    shapes: rows(["star", "square"], ["star", "square"]),
  };
}

export function numbers() {
  const sigmas = /** @type {Point[]} */ (read("local-signal").points).map(({ sigma }) => sigma);
  return {
    sets: [
      methods("star", "star", "cnn/star"),
      methods("local-signal", "local-signal", "cnn/local-signal", 1),
      methods("noisy-mnist", "deep/noisy-400/noisy-mnist", "cnn/noisy-mnist", 1),
      methods("mnist", "mnist", "cnn/mnist"),
      methods("fashion-mnist", "fashion-mnist", "cnn/fashion-mnist"),
      methods("cifar-10", "cifar-10", "cnn/cifar-10"),
    ],
    noise: sigmas.map((sigma) => ({ sigma, ...methods("local-signal", "local-signal", "cnn/local-signal", sigma) })),
    deep: [
      levels("noisy-mnist", "deep/noisy-1000/noisy-mnist", 1),
      levels("mnist", "deep/mnist/mnist"),
      levels("fashion-mnist", "deep/fashion-mnist/fashion-mnist"),
      levels("cifar-10", "deep/cifar-10/cifar-10"),
    ],
    ansatz: ansatz(),
    edges: edges(),
  };
}

/** @returns {import("vite").Plugin} */
export function measured() {
  return {
    name: "measured",
    enforce: "pre",
    resolveId: { filter: { id: /^virtual:measured$/ }, handler: () => "\0virtual:measured" },
    load: {
      filter: { id: /^\0virtual:measured$/ },
      // Three decimals: further digits are noise and cost bytes.
      handler: () => `export default ${JSON.stringify(numbers(), (_, value) => (typeof value === "number" ? Number(value.toFixed(3)) : value))}`,
    },
  };
}
