/** What can be taken away: pictures, numbers, the same run as a command, a link, citations. */
import { h, setText } from "../draw/dom.js";
import { isBusy } from "../model.js";
import { reason } from "../reason.js";
import { format, WHOLE } from "../state.js";
import { filters as filterWords, sentence, take as words } from "../strings/words.js";
import { PAPER, software } from "../take/cite.js";
import { nativeCommand } from "../take/command.js";
import { inkOf, rasterised, SIZE, standalone } from "../take/figure.js";
import { copy, save } from "../take/hand.js";
import { filtersPng, filtersSvg } from "../take/sheet.js";
import { accuracyData } from "./accuracy.js";
import { icon } from "./icons.js";
import { spectrumData } from "./matrix.js";
import { setQuoting } from "./quote.js";

/** @import { Controller } from "../controller.js" */
/** @import { Model, Store } from "../model.js" */

/** What is needed before a file can be made. @typedef {(model: Model) => boolean} Needs */

/** @type {Needs} */
const hasRounds = ({ rounds }) => rounds.some((round) => round.accuracy);
/** @type {Needs} */
const hasFeatures = ({ features, data }) => features.length > 0 && data !== null;

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Controller} controller
 */
export function mountTake(root, store, controller) {
  const said = h("p", { class: "small", id: "take-said", role: "status" });
  /** @param {string} text @param {string} [quotation]  of the engine */
  const say = (text, quotation = "") => setQuoting(said, text, [quotation]);
  const svg = "image/svg+xml";

  /** @param {(charts: typeof import("../draw/charts.js")) => Element} draw */
  const figure = async (draw) => standalone(draw(await import("../draw/charts.js")));
  /** @param {Model} model */
  const accuracy = (model) => figure(({ accuracyChart }) => accuracyChart(accuracyData(model), SIZE));
  /** @param {Model} model */
  const spectrum = (model) => figure(({ spectrumChart }) => spectrumChart(spectrumData(model), SIZE));
  /** @param {Model} model @returns {[Model["features"], number, number, string]} */
  const filters = ({ features, data, settings }) => [features, data?.summary.channels ?? 1, settings.patch, inkOf("--paper")];
  /** @param {"json" | "npz"} format */
  const results = async (format) => {
    const bytes = await controller.ask({ kind: "results", format });
    return bytes && new Blob([/** @type {BlobPart} */ (bytes)], { type: format === "json" ? "application/json" : "application/zip" });
  };

  const files = [
    row(words.filters, words.filtersAbout, [
      file("filters", "png", hasFeatures, (model) => filtersPng(...filters(model))),
      file("filters", "svg", hasFeatures, (model) => filtersSvg(...filters(model), filterWords.alt)),
    ]),
    row(words.accuracy, words.accuracyAbout, [
      file("accuracy", "png", hasRounds, async (model) => rasterised(await accuracy(model))),
      file("accuracy", "svg", hasRounds, async (model) => new Blob([await accuracy(model)], { type: svg })),
    ]),
    row(words.spectrum, words.spectrumAbout, [
      file("spectrum", "png", hasFeatures, async (model) => rasterised(await spectrum(model))),
      file("spectrum", "svg", hasFeatures, async (model) => new Blob([await spectrum(model)], { type: svg })),
    ]),
    row(words.results, words.resultsAbout, [
      file("results", "json", (model) => hasRounds(model) && !isBusy(model.phase), () => results("json")),
      file("results", "npz", (model) => hasRounds(model) && !isBusy(model.phase), () => results("npz")),
    ]),
  ];
  const command = text("command", words.command);
  const commandAbout = h("p", { class: "small quiet" });
  const link = text("link", words.link);
  const paper = text("bibtex-paper", words.citePaper);
  const here = `${location.origin}${location.pathname}`;
  const own = text("bibtex-software", words.citeSoftware);
  setText(paper.shown, PAPER);
  setText(own.shown, software(here));
  root.append(
    said,
    h(
      "div",
      { class: "take" },
      h("section", { "aria-label": words.filesHeading }, h("h3", { text: words.filesHeading }), ...files),
      h("section", { "aria-label": words.againHeading }, h("h3", { text: words.againHeading }), command.element, commandAbout, link.element),
      h("section", { "aria-label": words.citeHeading }, h("h3", { text: words.citeHeading }), paper.element, own.element),
    ),
  );

  store.watch(
    ({ settings, view, opened }) => [settings, view, opened],
    ({ settings, view, opened }) => {
      const { data } = settings;
      setText(link.shown, `${here}${format(settings, { ...WHOLE, lang: view.lang })}`);
      link.element.hidden = data === "own";
      setText(command.shown, nativeCommand(settings, words));
      command.element.hidden = data === "own" && opened?.way === "camera";
      setText(
        commandAbout,
        data === "hub" ? words.commandHub(settings.hub) : data === "own" ? (opened?.way === "camera" ? words.commandCamera : words.commandFiles) : words.commandAbout,
      );
    },
  );

  /**
   * A button that makes a file, once there is something to make it of.
   * @param {string} name
   * @param {"png" | "svg" | "json" | "npz"} kind
   * @param {Needs} needs
   * @param {(model: Model) => Blob | null | Promise<Blob | null>} make
   */
  function file(name, kind, needs, make) {
    const onclick = async () => {
      const { settings } = store.model;
      try {
        const blob = await make(store.model);
        if (!blob) return;
        const title = `convrfm-${settings.data}-seed${settings.seed}-${name}.${kind}`;
        save(title, blob);
        say(words.saved(title));
      } catch (error) {
        say(words.failed(sentence(reason(error))), sentence(reason(error)));
      }
    };
    const button = h("button", { type: "button", id: `take-${name}-${kind}`, onclick }, icon("drop"), h("span", { text: words.kinds[kind] }));
    store.watch(
      ({ rounds, features, data, phase }) => [rounds, features, data, phase],
      (model) => (button.disabled = !needs(model)),
    );
    return button;
  }

  /**
   * A text with a button that copies it.
   * @param {string} name
   * @param {string} label
   */
  function text(name, label) {
    const shown = h("pre", { id: `take-${name}`, tabindex: 0, role: "region", "aria-label": label });
    const onclick = async () => say((await copy(shown)) ? words.copied(label) : words.selected);
    const button = h("button", { type: "button", "aria-label": words.copyWhat(label), onclick }, icon("copy"), h("span", { text: words.copy }));
    return { element: h("div", { class: "take-text" }, h("div", { class: "take-head" }, h("h4", { text: label }), button), shown), shown };
  }
}

/**
 * @param {string} name
 * @param {string} about
 * @param {HTMLElement[]} buttons
 */
function row(name, about, buttons) {
  const group = h("div", { class: "take-buttons", role: "group", "aria-label": name }, ...buttons);
  return h("div", { class: "take-row" }, h("div", {}, h("h4", { text: name }), h("p", { class: "small quiet", text: about })), group);
}
