/** The feature matrix M itself: as a heat map whose entries can be read, and its spectrum. */
import { h, setText } from "../draw/dom.js";
import { clear, drawSigned } from "../draw/pixels.js";
import { shownFeatures } from "../model.js";
import { loop, matrix as words, percent } from "../strings/words.js";
import { chartIn } from "./chart.js";
import { field } from "./loop/field.js";

/** @import { Model, Store } from "../model.js" */

/** Eigenvalues in the table; the rest are hardly more than nothing. */
const SPECTRUM_SHOWN = 20;

/**
 * @param {HTMLElement} root
 * @param {Store} store
 */
export function mountMatrix(root, store) {
  const canvas = h("canvas", { class: "pixels heat", id: "heat", "aria-hidden": "true", width: 1, height: 1 });
  const empty = h("p", { class: "empty over", text: words.heatEmpty });
  const heading = h("h3", { text: words.heat });
  const read = h("p", { class: "small quiet two-lines", text: words.hint });
  const box = h("div", { class: "chart tall" });
  const said = h("p", { class: "small quiet two-lines" });
  const rows = h("tbody");
  const table = h(
    "table",
    { id: "spectrum-table" },
    h("thead", {}, h("tr", {}, ...words.spectrumColumns.map((text) => h("th", { scope: "col", text })))),
    rows,
  );
  const frame = h("div", { class: "heat-frame" }, canvas, empty);
  root.append(
    h("p", { class: "about wide", text: words.about }),
    h("div", { class: "plate" }, heading, frame, read),
    h("div", { class: "plate" }, h("h3", { text: words.spectrum }), box, said, h("details", {}, h("summary", { text: words.spectrumTable }), table)),
  );
  const chart = chartIn(box, (charts, /** @type {Parameters<typeof charts.spectrumChart>[0]} */ data, size) =>
    charts.spectrumChart(data, size),
  );
  let cell = { row: 0, column: 0 };
  const refresh = field(frame, {
    label: words.heat,
    kind: loop.entryKind,
    size: () => {
      const shown = shownFeatures(store.model);
      return shown ? { rows: shown.dimension, columns: shown.dimension } : null;
    },
    at: () => cell,
    find: (x, y) => {
      const d = shownFeatures(store.model)?.dimension ?? 1;
      return { row: Math.floor(y * d), column: Math.floor(x * d) };
    },
    say: () => entryAt(cell, store.model),
    move: (next) => {
      cell = next;
      setText(read, entryAt(cell, store.model));
      refresh();
    },
  });

  store.watch(
    (model) => [model.features, shownFeatures(model), model.settings.patch, model.data],
    (model) => {
      const shown = shownFeatures(model);
      const { dimension } = spectrumData(model);
      empty.hidden = shown !== undefined;
      setText(heading, shown ? words.heatRound(shown.round) : words.heat);
      if (shown) {
        // The diagonal of a large M is far above the rest; the square root shows both.
        drawSigned(canvas, shown.matrix, dimension, dimension, 0.5);
        cell = { row: Math.min(cell.row, dimension - 1), column: Math.min(cell.column, dimension - 1) };
        const leading = Math.min(3, dimension);
        const share = shown.spectrum.subarray(0, leading).reduce((a, b) => a + b, 0);
        setText(said, words.leading(leading, dimension, share));
      } else {
        clear(canvas);
        setText(read, words.hint);
        setText(said, words.spectrumEmpty);
      }
      rows.replaceChildren(
        ...Array.from(shown?.spectrum.subarray(0, SPECTRUM_SHOWN) ?? [], (share, rank) =>
          h("tr", {}, h("th", { scope: "row", text: String(rank + 1) }), h("td", { text: percent(share * 100, 3) })),
        ),
      );
      refresh();
      chart(spectrumData(model));
    },
  );
}

/** What the chart draws. @param {Model} model */
export function spectrumData(model) {
  const { features, settings, data } = model;
  const shown = shownFeatures(model);
  const dimension = shown?.dimension ?? (data?.summary.channels ?? 1) * settings.patch ** 2;
  return { spectra: features.map(({ round, spectrum }) => ({ round, values: spectrum, shown: round === shown?.round })), dimension };
}

/**
 * An entry of M in words; none before there is an M.
 * @param {import("./loop/field.js").Cell} cell
 * @param {Model} model
 */
function entryAt({ row, column }, model) {
  const { settings, data } = model;
  const shown = shownFeatures(model);
  if (!shown || !data) return "";
  const largest = shown.matrix.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
  const value = (shown.matrix[row * shown.dimension + column] ?? 0) / largest;
  const q = settings.patch;
  /** @param {number} i */
  const name = (i) => words.pixel(data.summary.channels, Math.floor(i / (q * q)), Math.floor(i / q) % q, i % q);
  return words.entry(name(row), name(column), value.toFixed(3));
}
