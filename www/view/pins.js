/** Up to two finished runs kept side by side: what was set, what it brought, and the way back to each. */
import { h, setText } from "../draw/dom.js";
import { format, GRID, TABLE } from "../state.js";
import { accuracy, controls, dataSets, engines, percent, pins as words, power, ridge, settings as labels } from "../strings/words.js";
import { ridgesOf } from "./accuracy.js";
import { icon } from "./icons.js";

/** @import { Controller } from "../controller.js" */
/** @import { Model, Pin, Store } from "../model.js" */
/** @import { Row } from "../state.js" */

/** Side by side in the narrowest column, no more can be read. */
const MOST = 2;

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Controller} controller
 */
export function mountPins(root, store, controller) {
  const button = h("button", { type: "button", id: "pin", onclick: pin }, icon("pin"), h("span", { text: words.pin }));
  const said = h("p", { class: "small quiet", role: "status", id: "pins-said" });
  const body = h("div", { class: "pins-body" });
  root.append(h("div", { class: "pins" }, button, said, body));

  function pin() {
    const { pins, rounds } = store.model;
    if (pins.some((each) => each.rounds === rounds)) return;
    const made = pinOf(store.model);
    const next = [...pins, made].slice(-MOST);
    store.set({ pins: next });
    setText(said, words.pinned(made.number, pins.length === MOST ? (pins[0]?.number ?? null) : null));
  }

  /** @param {Pin} unwanted */
  function remove(unwanted) {
    store.set({ pins: store.model.pins.filter((each) => each !== unwanted) });
    setText(said, words.removed(unwanted.number));
    button.focus();
  }

  store.watch(
    ({ phase, rounds, pins }) => [phase, rounds, pins],
    ({ phase, rounds, pins }) => {
      const pinned = pins.some((each) => each.rounds === rounds);
      button.disabled = phase !== "finished";
      // Really disabled, it would drop the focus of whoever just pressed it.
      button.ariaDisabled = String(pinned);
      setText(button.lastElementChild ?? button, pinned ? words.alreadyPinned : words.pin);
    },
  );
  store.watch(
    ({ pins, view }) => [pins, view],
    (model) => body.replaceChildren(...(model.pins.length ? [...tables(model, controller, remove), h("p", { class: "small quiet", text: words.stay })] : [])),
  );
}

/** What is kept of a finished run. @param {Model} model @returns {Pin} */
function pinOf({ settings, rounds, best, pins, opened }) {
  const built = settings.data !== "own" && settings.data !== "hub";
  return {
    number: Math.max(0, ...pins.map(({ number }) => number)) + 1,
    data: built ? dataSets[/** @type {keyof typeof dataSets} */ (settings.data)].name : (opened?.about.name ?? ""),
    settings,
    rounds,
    best,
    seconds: rounds.flatMap(({ seconds }) => Object.values(seconds)).reduce((a, b) => a + b, 0),
  };
}

/**
 * What came out and what differs, side by side; what is the same, once and folded.
 * @param {Model} model
 * @param {Controller} controller
 * @param {(pin: Pin) => void} remove
 */
function tables({ pins, view }, controller, remove) {
  const rounds = Array.from({ length: Math.max(...pins.map((pin) => pin.rounds.length)) }, (_, i) => i);
  /** @type {{label: string, values: string[]}[]} */
  const settings = [
    { label: controls.dataSet, values: pins.map(({ data }) => data) },
    ...TABLE.map((row) => ({ label: labels[row.key].label, values: pins.map((pin) => valueOf(row, pin)) })),
  ].filter(({ values }) => values.some((value) => value !== words.none));
  const differing = settings.filter(({ values }) => new Set(values).size > 1);
  const same = settings.filter((row) => !differing.includes(row));
  const alone = pins.length === 1;
  const compared = h(
    "table",
    { id: "pins-table", "aria-label": words.table },
    h("thead", {}, h("tr", {}, h("td"), ...pins.map((pin) => h("th", { scope: "col" }, head(pin, view, controller, remove))))),
    h(
      "tbody",
      { class: "pins-rounds" },
      h("tr", { class: "group" }, h("th", { scope: "rowgroup", colspan: pins.length + 1, text: words.accuracies })),
      ...rounds.map((round) => line(accuracy.axisRound(round), pins.map((pin) => figures(pin, round)))),
      ...(pins.some(({ settings }) => settings.ridge === GRID) ? [line(words.ridges, pins.map(({ rounds }) => ridgesOf(rounds).join(", ")))] : []),
      line(words.seconds, pins.map(({ seconds }) => seconds.toFixed(1))),
    ),
    ...(differing.length ? [group(words.differ, differing, "differ")] : []),
  );
  const title = alone ? controls.settings : differing.length ? words.same : words.allSame;
  const rows = same.map(({ label, values: [value = ""] }) => line(label, [value]));
  return [compared, h("details", { class: "pins-same" }, h("summary", { text: title }), h("table", { "aria-label": title }, h("tbody", {}, ...rows)))];
}

/**
 * @param {Pin} pin
 * @param {Model["view"]} view
 * @param {Controller} controller
 * @param {(pin: Pin) => void} remove
 */
function head(pin, view, controller, remove) {
  const { number, settings } = pin;
  const name = words.run(number);
  // Without a new page, on which no pin would be left; files cannot stand in an address.
  /** @param {MouseEvent} event */
  const onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    controller.open(settings);
  };
  const title = settings.data === "own" ? h("span", { text: name }) : h("a", { href: format(settings, view), text: name, title: words.link, onclick });
  return h("span", { class: "pin-head" }, title, h("button", { type: "button", class: "bare", "aria-label": words.remove(number), onclick: () => remove(pin) }, icon("close")));
}

/** @param {string} title @param {{label: string, values: string[]}[]} rows @param {string} name */
function group(title, rows, name) {
  const columns = (rows[0]?.values.length ?? 0) + 1;
  return h(
    "tbody",
    { class: `pins-${name}` },
    h("tr", { class: "group" }, h("th", { scope: "rowgroup", colspan: columns, text: title })),
    ...rows.map(({ label, values }) => line(label, values)),
  );
}

/** @param {string} label @param {(string | Node)[]} values */
function line(label, values) {
  return h("tr", {}, h("th", { scope: "row", text: label }), ...values.map((value) => h("td", {}, value)));
}

/** Validation and test of one round; the kept one is marked. @param {Pin} pin @param {number} round */
function figures({ rounds, best }, round) {
  const found = rounds[round]?.accuracy;
  if (!found) return words.none;
  const both = [found.validation, found.test].map((value) => (value === null ? words.none : percent(value).replace(/\s?%$/, ""))).join(" / ");
  return round === best ? h("strong", { text: `${both} ${words.keptMark}` }) : both;
}

/** @param {Row} row @param {Pin} pin */
function valueOf(row, { settings }) {
  if (!row.applies(settings)) return words.none;
  if (row.kind === "switch") return settings[row.key] ? words.on : words.off;
  if (row.kind === "choice") return engines[settings[row.key]];
  const value = settings[row.key];
  return value === GRID ? ridge.chosen : row.kind === "power" ? power(Number(value)) : String(value);
}
