/** The leading eigenvectors of M as pictures, one row per round: what was learned. */
import { h, setText } from "../draw/dom.js";
import { gradient } from "../draw/colormap.js";
import { clear, drawFilter } from "../draw/pixels.js";
import { FILTER_COUNT } from "../protocol.js";
import { filters as words, percent } from "../strings/words.js";

/** @import { Features } from "../protocol.js" */
/** @import { Model, Store } from "../model.js" */

/**
 * @param {HTMLElement} root
 * @param {Store} store
 */
export function mountFilters(root, store) {
  const fixedRow = h(
    "div",
    { class: "filter-row" },
    h("h3", { text: words.fixedRound }),
    h("p", { class: "small quiet", text: words.fixedAbout }),
  );
  const rows = h("div", { class: "filter-rows" });
  const legend = h("p", { class: "legend small quiet" });
  root.append(h("p", { class: "about", text: words.about }), fixedRow, rows, legend);
  /** @type {Row[]} */
  let drawn = [];

  store.watch(
    ({ settings, features, data }) => [settings.rounds, settings.patch, features, data],
    (model) => {
      const updates = model.settings.rounds - 1;
      if (drawn.length !== updates) {
        drawn = Array.from({ length: updates }, (_, i) => makeRow(i + 1));
        rows.replaceChildren(...drawn.map(({ element }) => element));
        if (updates === 0) rows.append(h("p", { class: "empty", text: words.none }));
      }
      const { channels } = model.data?.summary ?? { channels: 1 };
      const shown = Math.min(FILTER_COUNT, channels * model.settings.patch ** 2);
      drawn.forEach((row, i) => fill(row, model, shown, model.features.find(({ round }) => round === i + 1)));
      showLegend(legend, channels);
    },
  );
}

/** @typedef {{element: HTMLElement, round: number, said: HTMLElement, cells: {canvas: HTMLCanvasElement, share: HTMLElement, element: HTMLElement}[]}} Row */

/**
 * @param {number} round
 * @returns {Row}
 */
function makeRow(round) {
  const cells = Array.from({ length: FILTER_COUNT }, () => {
    const canvas = h("canvas", { class: "pixels filter", width: 1, height: 1 });
    const share = h("span", { class: "share" });
    return { canvas, share, element: h("span", { class: "filter-cell" }, canvas, share) };
  });
  const said = h("span", { class: "quiet" });
  const element = h(
    "div",
    { class: "filter-row", "data-round": round },
    h("h3", {}, `${words.round(round)} `, said),
    h("div", { class: "filter-cells" }, ...cells.map((cell) => cell.element)),
  );
  return { element, round, said, cells };
}

/**
 * @param {Row} row
 * @param {Model} model
 * @param {number} shown
 * @param {Features | undefined} features
 */
function fill({ element, round, said, cells }, { settings, data }, shown, features) {
  element.classList.toggle("pending", !features);
  setText(said, features ? "" : words.pending(round));
  cells.forEach(({ canvas, share, element: cell }, rank) => {
    cell.hidden = rank >= shown;
    if (!features || !data || rank >= features.count) {
      clear(canvas);
      setText(share, "");
      canvas.removeAttribute("role");
      canvas.removeAttribute("aria-label");
      canvas.setAttribute("aria-hidden", "true");
      return;
    }
    const { channels } = data.summary;
    const size = channels * settings.patch ** 2;
    const part = features.spectrum[rank] ?? 0;
    drawFilter(canvas, features.filters.subarray(rank * size, (rank + 1) * size), channels, settings.patch);
    canvas.removeAttribute("aria-hidden");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", words.alt(rank + 1, round, part));
    setText(share, percent(part * 100, part < 0.0995 ? 1 : 0));
  });
}

/**
 * @param {HTMLElement} legend
 * @param {number} channels
 */
function showLegend(legend, channels) {
  if (channels === 1) {
    const ramp = h("span", { class: "ramp" });
    ramp.style.background = gradient("diverging");
    legend.replaceChildren(words.negative, ramp, words.positive);
  } else {
    legend.replaceChildren(words.colour);
  }
}
