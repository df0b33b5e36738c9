/** Right answers per round: the two numbers that matter, the chart, the table behind it. */
import { h, numberCell, scrollBox, setText } from "../draw/dom.js";
import { GRID } from "../state.js";
import { accuracy as words, percent, power } from "../strings/words.js";
import { chartIn } from "./chart.js";

/** @import { Model, Round, Store } from "../model.js" */

/**
 * @param {HTMLElement} root
 * @param {Store} store
 */
export function mountAccuracy(root, store) {
  const from = number(words.from);
  const to = number("");
  from.element.id = "accuracy-fixed";
  to.element.id = "accuracy-learned";
  const numbers = h("div", { class: "numbers" }, from.element, h("span", { class: "arrow", "aria-hidden": "true", text: "→" }), to.element);
  const said = h("p", { class: "small quiet two-lines" });
  const legend = h(
    "p",
    { class: "legend small" },
    h("span", { class: "key test", text: words.test }),
    h("span", { class: "key validation", text: words.validation }),
    h("span", { class: "key fixed", text: words.from }),
  );
  const box = h("div", { class: "chart" });
  const rows = h("tbody");
  const table = h(
    "table",
    { id: "accuracy-table" },
    h("thead", {}, h("tr", {}, ...words.columns.map((text) => h("th", { scope: "col", text })))),
    rows,
  );
  root.append(
    h("p", { class: "about", text: words.onTest }),
    numbers,
    said,
    legend,
    box,
    h("details", {}, h("summary", { text: words.table }), scrollBox(words.table, table)),
  );
  const chart = chartIn(box, (charts, /** @type {Parameters<typeof charts.accuracyChart>[0]} */ data, size) =>
    charts.accuracyChart(data, size),
  );

  store.watch(
    ({ rounds, best, settings, data }) => [rounds, best, settings.rounds, data?.summary.classes],
    ({ rounds, best, settings, data }) => {
      const known = rounds.filter((round) => round.accuracy);
      const target = best || known.length - 1;
      from.show(rounds[0]?.accuracy?.test);
      to.show(target > 0 ? rounds[target]?.accuracy?.test : undefined);
      setText(to.caption, words.to(Math.max(1, target), target > 0 && target === best));
      const chosen = settings.ridge === GRID;
      // What is said of the ridges moves nothing below it either.
      said.classList.toggle("three-lines", chosen);
      setText(said, remarks(rounds, best, chosen));
      rows.replaceChildren(...known.map((round, i) => tableRow(round, i, i === best)));
      chart(accuracyData({ rounds, best, settings, data }));
    },
  );
}

/** What the chart draws. @param {Pick<Model, "rounds" | "best" | "settings" | "data">} model */
export function accuracyData({ rounds, best, settings, data }) {
  const known = rounds.filter((round) => round.accuracy);
  return {
    points: known.map(({ accuracy }, round) => ({ round, test: accuracy?.test ?? null, validation: accuracy?.validation ?? null })),
    rounds: settings.rounds,
    chance: data ? Math.floor(10 / data.summary.classes) * 10 : 50,
    best,
  };
}

/** @param {string} text */
function number(text) {
  const value = h("span", { class: "value", text: "–" });
  const caption = h("span", { class: "small quiet", text });
  return {
    element: h("div", { class: "number" }, value, caption),
    caption,
    /** @param {number | null | undefined} accuracy */
    show: (accuracy) => setText(value, accuracy == null ? "–" : percent(accuracy)),
  };
}

/**
 * @param {Round[]} rounds
 * @param {number | null} best
 * @param {boolean} chosen  whether validation chooses the ridges
 */
function remarks(rounds, best, chosen) {
  if (!rounds.some((round) => round.accuracy)) return words.empty;
  const raised = rounds.flatMap(({ ridge, raised }, round) => (raised && ridge !== null ? [words.raised(round, power(ridge))] : []));
  return [best === null ? "" : words.kept(best, chosen ? ridgesOf(rounds) : []), ...raised].join(" ");
}

/** The ridge that each round used, as far as they have come. @param {Round[]} rounds */
export function ridgesOf(rounds) {
  return rounds.flatMap(({ ridge }) => (ridge === null ? [] : [power(ridge)]));
}

/**
 * @param {Round} round
 * @param {number} index
 * @param {boolean} kept
 */
function tableRow({ accuracy, seconds, ridge }, index, kept) {
  const spent = Object.values(seconds).reduce((a, b) => a + b, 0);
  return h(
    "tr",
    { "data-round": index, class: kept ? "kept" : "" },
    h("th", { scope: "row", text: kept ? `${index} (${words.keptMark})` : String(index) }),
    numberCell(accuracy?.validation, percent),
    numberCell(accuracy?.test, percent),
    numberCell(ridge, power),
    h("td", { text: spent.toFixed(2) }),
  );
}
