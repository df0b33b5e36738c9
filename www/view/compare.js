/** The fixed kernel beside ConvRFM: numbers, rounds, confusions, and the images on which the two differ. */
import { h, numberCell, scrollBox, setText } from "../draw/dom.js";
import { figure } from "../draw/numbers.js";
import { compare as words, accuracy as accuracyWords, percent, power } from "../strings/words.js";
import { chartIn } from "./chart.js";
import { mountChanged } from "./compare/changed.js";
import { mountConfusion } from "./compare/confusion.js";
import { Latest } from "./loop/latest.js";
import { Store } from "../model.js";

/** @import { Controller } from "../controller.js" */
/** @import { Model, Round } from "../model.js" */
/** @import { Changed, Outcomes } from "../protocol.js" */

/** @typedef {"test" | "validation"} Part */

/**
 * @typedef {object} Compared
 * @property {Model} run
 * @property {number} serial  counts the runs: answers about one are none about another
 * @property {number | null} held  the round the reader chose; null is the kept one
 * @property {number | null} round  the one set beside round 0; null while there is none
 * @property {Part} part
 * @property {Outcomes | null} before
 * @property {Outcomes | null} after
 * @property {Changed | null} changed
 */

/** Counts go with the round and the images they are of: none stands under the name of others until these are counted. */
const UNKNOWN = { before: null, after: null, changed: null };

/** @type {readonly Part[]} */
const PARTS = ["test", "validation"];

/**
 * @param {HTMLElement} root
 * @param {import("../model.js").Store} page
 * @param {Controller} controller
 */
export function mountCompare(root, page, controller) {
  /** @type {Compared} */
  const first = { run: page.model, serial: 0, held: null, round: null, part: "test", ...UNKNOWN };
  const store = new Store(first);
  const ask = asking(store, controller);

  const goText = h("span", { text: words.run });
  const emptyText = h("p");
  const empty = h("div", { class: "empty need-run" }, emptyText, h("button", { type: "button", class: "primary", id: "compare-run", onclick: () => controller.run() }, goText));
  const rounds = h("select", { id: "compare-round", onchange: () => choose({ held: Number(rounds.value) }) });
  const parts = PARTS.map((part) => {
    const radio = h("input", { type: "radio", name: "compare-part", value: part, onchange: () => choose({ part }) });
    radio.checked = part === "test";
    return h("label", {}, radio, h("span", { text: words.parts[part] }));
  });
  const numbers = h("tbody");
  const accuracy = h("div", { class: "chart" });
  const errors = h("div", { class: "chart" });
  const every = h("tbody");
  const confusion = h("div", { class: "confusions" });
  const changed = h("div", { class: "changed" });
  const charts = [h("figure", {}, h("h3", { text: words.accuracy }), accuracy), h("figure", {}, h("h3", { text: words.error }), errors)];
  // All of it stands there from the beginning, empty: what comes moves nothing below.
  const full = h(
    "div",
    { class: "compare-full" },
    h(
      "div",
      { class: "compare-top" },
      h(
        "div",
        { class: "compare-choice" },
        h("div", { class: "field" }, h("label", { for: "compare-round", text: words.against }), rounds),
        h("fieldset", { class: "parts" }, h("legend", { class: "small quiet", text: words.part }), ...parts),
        h("h3", { text: words.numbers }),
        scrollBox(words.numbers, table("compare-numbers", words.columns, numbers)),
      ),
      empty,
      ...charts,
    ),
    h("p", { class: "legend small" }, h("span", { class: "key test", text: accuracyWords.test }), h("span", { class: "key validation", text: accuracyWords.validation }), h("span", { class: "key fixed", text: accuracyWords.from })),
    h("details", {}, h("summary", { text: words.table }), scrollBox(words.table, table("compare-rounds", words.tableColumns, every))),
    h("h3", { text: words.confusion }),
    h("p", { class: "small quiet", text: words.confusionAbout }),
    confusion,
    h("h3", { text: words.changed }),
    changed,
  );
  root.append(h("p", { class: "about wide", text: words.about }), full);
  mountConfusion(confusion, store);
  mountChanged(changed, store, controller);

  const showAccuracy = chartIn(accuracy, (charts, /** @type {Parameters<typeof charts.roundsChart>[0]} */ data, size) => charts.roundsChart(data, size));
  const showErrors = chartIn(errors, (charts, /** @type {Parameters<typeof charts.roundsChart>[0]} */ data, size) => charts.roundsChart(data, size));

  /** @param {Partial<Pick<Compared, "held" | "part">>} change */
  function choose({ held = store.model.held, part = store.model.part }) {
    if (part !== store.model.part) store.set({ part, ...UNKNOWN });
    store.set({ held });
    settle();
  }

  function settle() {
    const { run, held } = store.model;
    const known = run.rounds.filter((round) => round.accuracy).length;
    const standard = run.best || known - 1;
    const round = known < 2 ? null : Math.min(held ?? standard, known - 1);
    if (round !== store.model.round) store.set({ round, ...UNKNOWN });
    ask();
  }

  page.watch(
    ({ rounds, best, phase, data, settings }) => [rounds, best, phase, data, settings],
    (run) => {
      // Other images, or the same run anew: what was chosen goes with it.
      const fresh = run.rounds.length === 0;
      store.set({ run, ...(fresh && { serial: store.model.serial + 1, held: null, ...UNKNOWN }) });
      settle();
    },
  );
  store.watch(
    ({ run, round, held }) => [run.rounds, run.best, run.settings.rounds, run.phase, round, held],
    ({ run, round }) => {
      const known = run.rounds.filter((each) => each.accuracy);
      empty.hidden = round !== null;
      for (const chart of charts) chart.hidden = round === null;
      rounds.disabled = round === null;
      const one = run.settings.rounds === 1;
      setText(emptyText, one ? words.one : words.empty);
      const go = /** @type {HTMLButtonElement} */ (empty.querySelector("button"));
      go.hidden = one;
      go.disabled = !["ready", "between", "cancelled"].includes(run.phase);
      const shown = round ?? Math.max(1, run.settings.rounds - 1);
      numbers.replaceChildren(numberRow(words.fixed, known[0]), numberRow(words.learned(shown), round === null ? undefined : known[shown]));
      every.replaceChildren(...known.map((each, i) => numberRow(String(i), each)));
      if (round === null) {
        rounds.replaceChildren(h("option", { text: "–" }));
        return;
      }
      const options = known.slice(1).map((_, i) => h("option", { value: i + 1, text: words.roundOption(i + 1, i + 1 === run.best) }));
      if (rounds.options.length !== options.length || [...rounds.options].some((option, i) => option.text !== options[i]?.text)) rounds.replaceChildren(...options);
      rounds.value = String(round);
      const common = { rounds: run.settings.rounds, compared: round };
      showAccuracy({
        ...common,
        points: known.map(({ accuracy }, i) => ({ round: i, test: accuracy?.test ?? null, validation: accuracy?.validation ?? null })),
        axis: words.accuracyAxis,
        label: words.accuracy,
        top: 100,
      });
      showErrors({
        ...common,
        points: known.map(({ accuracy }, i) => ({ round: i, test: accuracy?.testError ?? null, validation: accuracy?.validationError ?? null })),
        axis: words.errorAxis,
        label: words.error,
        top: null,
      });
    },
  );
}

/**
 * Asks for what the chosen round and part have come to, whenever these are others.
 * @param {Store<Compared>} store
 * @param {Controller} controller
 */
function asking(store, controller) {
  const latest = new Latest();
  let asked = "";
  return () => {
    const { serial, round, part } = store.model;
    if (round === null) {
      asked = "";
      return;
    }
    const key = [serial, part, round].join();
    if (key === asked) return;
    asked = key;
    latest.want(async () => {
      if (key !== asked) return;
      const [before, after, changed] = await Promise.all([
        controller.ask({ kind: "outcomes", round: 0, split: part }),
        controller.ask({ kind: "outcomes", round, split: part }),
        controller.ask({ kind: "changed", split: part, from: 0, to: round }),
      ]).catch(() => [null, null, null]);
      if (key !== asked) return;
      if (!before) asked = ""; // other settings came first
      store.set({ before, after, changed });
    });
  };
}

/**
 * @param {string} id
 * @param {string[]} columns
 * @param {HTMLElement} body
 */
function table(id, columns, body) {
  const head = columns.map((text) => (text ? h("th", { scope: "col", text }) : h("td")));
  return h("table", { id }, h("thead", {}, h("tr", {}, ...head)), body);
}

/** @param {string} name @param {Round | undefined} round */
function numberRow(name, round) {
  const { validation, test, validationError, testError } = round?.accuracy ?? {};
  const error = (/** @type {number} */ value) => figure(value, 3);
  return h(
    "tr",
    {},
    h("th", { scope: "row", text: name }),
    numberCell(validation, percent),
    numberCell(test, percent),
    numberCell(validationError, error),
    numberCell(testError, error),
    numberCell(round?.ridge, power),
  );
}
