/** The data set and the settings, drawn from the table of settings. */
import { h, setText } from "../draw/dom.js";
import { isBusy } from "../model.js";
import { experiment, experimentNames, experimentOf, GRID, TABLE } from "../state.js";
import { controls, engines, experiments, power, ridge as ridgeWords, settings as words } from "../strings/words.js";
import { mountChooser } from "./choose.js";
import { tip } from "./tip.js";

/** @import { Controller } from "../controller.js" */
/** @import { Store } from "../model.js" */
/** @import { ChoiceRow, NumberRow, PowerRow, Row, Settings, SwitchRow } from "../state.js" */

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Controller} controller
 */
export function mountSetup(root, store, controller) {
  root.addEventListener("submit", (event) => event.preventDefault());
  const chooser = h("div", { class: "chooser" });
  const main = h("div", { class: "fields" });
  const more = h("div", { class: "fields" });
  const fields = TABLE.map((row) => {
    const field = makeControl(row, store, controller);
    (row.main ? main : more).append(field.element);
    return field;
  });
  const chosen = makeExperiment(store, controller);
  main.prepend(chosen.element);
  const details = h("details", { class: "more" }, h("summary", { text: controls.more }), more);
  root.append(chooser, h("div", { class: "settings", role: "group", "aria-label": controls.settings }, main, chosen.about, details));

  mountChooser(chooser, store, controller);

  store.watch(
    ({ settings, opened }) => [settings, opened],
    ({ settings }) => {
      for (const field of fields) field.show(settings);
    },
  );
}

/**
 * The paper's experiments by name; it follows the settings, and says so where they are none of them.
 * @param {Store} store
 * @param {Controller} controller
 */
function makeExperiment(store, controller) {
  const names = experimentNames();
  const own = h("option", { value: "", text: experiments.none, hidden: true });
  const onchange = () => {
    const name = names.find((each) => each === control.value);
    if (name) controller.open(experiment(name, store.model.settings));
  };
  const control = h("select", { id: "set-experiment", onchange }, own, ...names.map((name) => h("option", { value: name, text: experiments.names[name].name })));
  const element = h("div", { class: "field wide" }, h("label", { for: control.id, text: experiments.label }), control);
  const about = h("p", { class: "small quiet", id: "experiment-about" });
  tip(element, control, experiments.tip);
  store.watch(
    ({ settings }) => [settings],
    ({ settings }) => {
      const name = experimentOf(settings);
      control.value = name ?? "";
      setText(about, name ? experiments.names[name].about : experiments.noneAbout);
    },
  );
  return { element, about };
}

/** @param {Row} row @param {Store} store @param {Controller} controller */
function makeControl(row, store, controller) {
  if (row.kind === "choice") return makeChoice(row, store, controller);
  if (row.kind === "switch") return makeSwitch(row, store, controller);
  if (row.kind === "power") return makePower(row, store, controller);
  return makeField(row, store, controller);
}

/**
 * @param {NumberRow} row
 * @param {Store} store
 * @param {Controller} controller
 */
function makeField(row, store, controller) {
  const { key, kind, step, min, max, applies } = row;
  const id = `set-${key}`;
  const onchange = () => {
    const value = control.value === "" ? NaN : Number(control.value);
    const settings = store.model.settings;
    if (!Number.isFinite(value)) control.value = String(settings[key]);
    else if (value !== settings[key]) controller.open(follow({ ...settings, [key]: value }, key, settings));
  };
  const control = h("input", { id, type: "number", inputmode: kind === "integer" ? "numeric" : "decimal", onchange });
  const element = h("div", { class: "field" }, h("label", { for: id, text: words[key].label }), control);
  tip(element, control, words[key].tip);

  /** @param {Settings} settings */
  const show = (settings) => {
    element.hidden = !applies(settings);
    control.min = String(min(settings));
    control.max = String(max(settings));
    // Steps count from the minimum; "any" lets every value between pass, the arrows still move by one step.
    control.step = kind === "real" ? "any" : String(step === 1 ? 1 : "any");
    control.value = String(settings[key]);
  };
  if (step !== 1) stepBy(control, step, onchange);
  return { element, show };
}

/**
 * @param {PowerRow} row
 * @param {Store} store
 * @param {Controller} controller
 */
function makePower({ key, min, max, canChoose, applies }, store, controller) {
  const id = `set-${key}`;
  const control = h("select", { id, onchange: () => controller.open({ ...store.model.settings, [key]: control.value === GRID ? GRID : Number(control.value) }) });
  const element = h("div", { class: "field" }, h("label", { for: id, text: words[key].label }), control);
  tip(element, control, words[key].tip);
  /** @param {Settings} settings */
  const show = (settings) => {
    element.hidden = !applies(settings);
    const chosen = h("option", { value: GRID, text: ridgeWords.chosen, disabled: !canChoose(settings) });
    control.replaceChildren(chosen, ...powers(min, max, settings[key]));
    control.value = String(settings[key]);
    // Words need more room than a power of ten.
    element.classList.toggle("wide", settings[key] === GRID);
  };
  return { element, show };
}

/**
 * @param {SwitchRow} row
 * @param {Store} store
 * @param {Controller} controller
 */
function makeSwitch({ key, applies }, store, controller) {
  const id = `set-${key}`;
  const control = h("input", { id, type: "checkbox", onchange: () => controller.open({ ...store.model.settings, [key]: control.checked }) });
  const element = h("div", { class: "field switch" }, h("label", { for: id, text: words[key].label }), control);
  tip(element, control, words[key].tip);
  /** @param {Settings} settings */
  const show = (settings) => {
    element.hidden = !applies(settings);
    control.checked = settings[key];
  };
  return { element, show };
}

/**
 * A choice that takes effect between rounds; nothing starts over.
 * @param {ChoiceRow} row
 * @param {Store} store
 * @param {Controller} controller
 */
function makeChoice({ key, choices, applies }, store, controller) {
  const id = `set-${key}`;
  const options = choices.map((choice) => h("option", { value: choice, text: engines[choice] }));
  const control = h("select", { id, onchange: () => controller.chooseEngine(choices[control.selectedIndex] ?? "auto") }, ...options);
  const element = h("div", { class: "field" }, h("label", { for: id, text: words[key].label }), control);
  tip(element, control, words[key].tip);
  // Inside a stage an engine cannot be exchanged; a paused run may let go of its stage.
  store.watch(
    ({ phase }) => [phase],
    ({ phase }) => (control.disabled = isBusy(phase) && phase !== "paused"),
  );
  /** @param {Settings} settings */
  const show = (settings) => {
    element.hidden = !applies(settings);
    control.value = settings[key];
  };
  return { element, show };
}

/**
 * Where all training images were averaged over, all of the new number are.
 * @param {Settings} next
 * @param {keyof Settings} changed
 * @param {Settings} before
 */
function follow(next, changed, before) {
  return changed === "train" && before.agop === before.train ? { ...next, agop: next.train } : next;
}

/**
 * The powers of ten between two, and the value itself where it is none.
 * @param {number} min
 * @param {number} max
 * @param {Settings["ridge"]} value
 */
function powers(min, max, value) {
  const [first, last] = [Math.round(Math.log10(min)), Math.round(Math.log10(max))];
  // 10 ** -5 is not 1e-5 in floating point; the text is.
  const values = Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`));
  if (value !== GRID && !values.includes(value)) values.push(value);
  return values.sort((a, b) => a - b).map((each) => h("option", { value: each, text: power(each) }));
}

/**
 * Arrow keys move to the next multiple of the step, while any value may be typed: the native step does one or the other.
 * @param {HTMLInputElement} control
 * @param {number} step
 * @param {() => void} changed
 */
function stepBy(control, step, changed) {
  control.addEventListener("keydown", (event) => {
    const way = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (way === 0) return;
    event.preventDefault();
    const value = Number(control.value);
    const next = way > 0 ? Math.floor(value / step + 1) * step : Math.ceil(value / step - 1) * step;
    control.value = String(Math.min(Math.max(next, Number(control.min)), Number(control.max)));
    changed();
  });
}
