/** Deep ConvRFM: a column for each level, with what it reached, what it looks for, and the random filters that it would draw. */
import { h, numberCell, setText } from "../draw/dom.js";
import { clear, drawFilter, drawImage, drawSigned } from "../draw/pixels.js";
import { DEEPER } from "../protocol.js";
import { experiment } from "../state.js";
import { accuracy, deep as words, percent, power } from "../strings/words.js";
import { chartIn } from "./chart.js";

/** @import { Controller } from "../controller.js" */
/** @import { Data, Model, Round, Store } from "../model.js" */
/** @import { Deeper } from "../protocol.js" */

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Controller} controller
 */
export function mountDeep(root, store, controller) {
  const stack = h("button", { type: "button", id: "deep-stack", onclick: () => controller.open({ ...store.model.settings, levels: store.model.settings.depth }) });
  const example = h("button", { type: "button", id: "deep-example", text: words.example, onclick: () => controller.open(experiment("deep", store.model.settings)) });
  const ways = h("div", { class: "ways" }, stack, example);
  const said = h("p", { class: "empty", id: "deep-said" });
  const legend = h("p", { class: "legend small" }, h("span", { class: "key test", text: accuracy.test }), h("span", { class: "key validation", text: accuracy.validation }), h("span", { class: "key fixed", text: accuracy.from }));
  const box = h("div", { class: "chart" });
  const notes = [words.looksForAbout, words.drawnAbout].map((text) => h("p", { class: "small quiet wide", text }));
  const reluNote = h("p", { class: "small quiet wide", text: words.reluAbout });
  const columns = h("div", { class: "levels" });
  root.append(h("p", { class: "about wide", text: words.about }), ways, said, legend, box, ...notes, reluNote, columns);
  const chart = chartIn(box, (charts, /** @type {Parameters<typeof charts.levelsChart>[0]} */ data, size) => charts.levelsChart(data, size));
  /** @type {Column[]} */
  let drawn = [];

  store.watch(
    ({ settings }) => [settings],
    ({ settings: { levels, depth, rounds, relu, patch, width }, data }) => {
      const several = levels > 1;
      stack.hidden = several || depth === 1;
      setText(stack, words.stack(depth));
      ways.hidden = several;
      for (const part of [legend, box, ...notes]) part.hidden = !several;
      reluNote.hidden = !several || !relu;
      const count = several ? levels : 0;
      drawn = Array.from({ length: count }, (_, level) => makeColumn(level));
      columns.replaceChildren(...drawn.map(({ element }) => element));
      drawn.forEach(({ about }, level) => setText(about, words.shape(depth - level, level > 0 ? width : (data?.summary.channels ?? 1), patch, patch + level * (patch - 1))));
      setText(said, several ? (rounds === 1 ? words.noFilters : words.empty) : words.one);
    },
  );
  store.watch(
    ({ rounds, best, deeper, settings, data }) => [rounds, best, deeper, settings, data],
    (model) => {
      const { settings, data } = model;
      const reached = drawn.map((_, level) => levelOf(model, level));
      const points = reached.flatMap(({ rounds }, level) =>
        rounds.flatMap(({ accuracy }, round) => (accuracy ? [{ level, round, test: accuracy.test, validation: accuracy.validation }] : [])),
      );
      said.hidden = drawn.length > 0 && settings.rounds > 1 && points.length > 0;
      if (drawn.length) chart({ points, levels: settings.levels, rounds: settings.rounds });
      drawn.forEach((column, level) => {
        const { rounds, best } = reached[level] ?? { rounds: [], best: null };
        showRounds(column, rounds, best, level + 1 === drawn.length);
        if (level === 0 && data) setText(column.about, words.shape(settings.depth, data.summary.channels, settings.patch, settings.patch));
        if (!isDone(rounds, settings.rounds)) column.show(null, null);
      });
    },
  );
  // Asked for once a level is done, and for another image of it. What comes late, when another is wanted, is passed over.
  store.watch(
    (model) => [model.data, model.chosen, ...drawn.map((_, level) => levelOf(model, level).rounds), model.settings],
    (model) => {
      const { data, chosen, settings } = model;
      const sample = data?.gallery[chosen];
      if (!data || !sample || settings.rounds === 1) return;
      drawn.forEach((column, level) => {
        if (!isDone(levelOf(model, level).rounds, settings.rounds)) return;
        const asked = (column.asked = {});
        controller
          .ask({ kind: "deeper", level, split: sample.split, index: sample.index })
          .then((deeper) => deeper && column.asked === asked && column.show(deeper, data))
          // The round was given up meanwhile: it will be there again.
          .catch(() => {});
      });
    },
  );
}

/** @param {Model} model @param {number} level @returns {{rounds: Round[], best: number | null}} */
const levelOf = ({ rounds, best, deeper }, level) => (level === 0 ? { rounds, best } : (deeper[level - 1] ?? { rounds: [], best: null }));

/** @param {Round[]} rounds @param {number} wanted */
const isDone = (rounds, wanted) => rounds.filter(({ accuracy }) => accuracy).length === wanted;

/**
 * @typedef {object} Column
 * @property {HTMLElement} element
 * @property {HTMLElement} about
 * @property {HTMLElement} rows  of the table
 * @property {HTMLElement} kept
 * @property {object} asked  the question that is to be answered
 * @property {(deeper: Deeper | null, data: Data | null) => void} show
 */

/** @param {number} level @returns {Column} */
function makeColumn(level) {
  const about = h("p", { class: "small quiet two-lines" });
  const rows = h("tbody");
  const kept = h("p", { class: "small quiet" });
  const table = h("table", {}, h("caption", { class: "unseen", text: words.level(level) }), h("thead", {}, h("tr", {}, ...words.columns.map((text) => h("th", { scope: "col", text })))), rows);
  const filters = Array.from({ length: DEEPER.filters }, () => {
    const [field, ...places] = Array.from({ length: 1 + DEEPER.places }, picture);
    const share = h("span", { class: "share" });
    const row = h("div", { class: "level-filter" }, h("span", { class: "level-field" }, field ?? "", share), ...places);
    return { row, field, share, places };
  });
  const maps = /** @type {const} */ (["learned", "isotropic"]).map((source) => ({ source, canvases: Array.from({ length: DEEPER.drawn }, picture) }));
  const found = h(
    "div",
    { class: "level-found" },
    h("h4", { text: words.looksFor }),
    h("div", { class: "level-filters" }, ...filters.map(({ row }) => row)),
    h("h4", { text: words.drawn }),
    ...maps.flatMap(({ source, canvases }) => [h("p", { class: "small", text: words[source] }), h("div", { class: "level-maps" }, ...canvases)]),
  );
  const element = h("section", { class: "level", "data-level": level, "aria-label": words.level(level) }, h("h3", { text: words.level(level) }), about, table, kept, found);
  found.hidden = true;
  return {
    element,
    about,
    rows,
    kept,
    asked: {},
    show: (deeper, data) => {
      found.hidden = !deeper || !data;
      if (!deeper || !data) return;
      const { channels } = data.summary;
      const { side, shares, fields, strongest, rows: height, columns: width } = deeper;
      const size = channels * side * side;
      filters.forEach(({ row, field, share, places }, rank) => {
        const part = shares[rank];
        row.hidden = part === undefined;
        if (part === undefined || !field) return;
        drawFilter(field, fields.subarray(rank * size, (rank + 1) * size), channels, side);
        field.setAttribute("aria-label", words.field(rank + 1, level, part));
        setText(share, percent(part * 100, part < 0.0995 ? 1 : 0));
        places.forEach((canvas, place) => {
          const start = (rank * DEEPER.places + place) * size;
          if (start < strongest.length) drawImage(canvas, strongest.subarray(start, start + size), { channels, height: side, width: side }, data.range);
          else clear(canvas);
          canvas.setAttribute("aria-label", words.strongest(rank + 1, place + 1));
        });
      });
      for (const { source, canvases } of maps) {
        canvases.forEach((canvas, place) => {
          drawSigned(canvas, deeper[source].subarray(place * height * width, (place + 1) * height * width), height, width);
          canvas.setAttribute("aria-label", words.map(words[source], place + 1));
        });
      }
    },
  };
}

const picture = () => h("canvas", { class: "pixels", role: "img", "aria-label": "", width: 1, height: 1 });

/** @param {Column} column @param {Round[]} rounds @param {number | null} best @param {boolean} last  whether no level follows */
function showRounds({ rows, kept }, rounds, best, last) {
  const known = rounds.filter(({ accuracy }) => accuracy);
  rows.replaceChildren(
    ...known.map(({ accuracy, ridge }, round) =>
      h(
        "tr",
        round === best ? { class: "kept" } : {},
        h("th", { scope: "row", text: String(round) }),
        numberCell(accuracy?.validation, percent),
        numberCell(accuracy?.test, percent),
        numberCell(ridge, power),
      ),
    ),
  );
  setText(kept, known.length === 0 ? words.waiting : best === null ? "" : words.kept(best, last));
}
