/** The noise curve: what accuracy is left at every noise level, of the fixed kernel and of ConvRFM. */
import { away, watchAway } from "../attention.js";
import { noiseChart } from "../draw/bands.js";
import { h, setText } from "../draw/dom.js";
import { drawImage } from "../draw/pixels.js";
import { isBusy } from "../model.js";
import { emptyCurve, levels, missingRuns, NoiseSweep } from "../noise.js";
import { format, hasNoiseLevel, isOpened, preset, shownRange } from "../state.js";
import { controls, noise as words, sentence } from "../strings/words.js";
import { chartIn } from "./chart.js";
import { setQuoting } from "./quote.js";

/** @import { Controller } from "../controller.js" */
/** @import { Store } from "../model.js" */
/** @import { Curve } from "../noise.js" */
/** @import { Settings } from "../state.js" */

const SEEDS = [1, 3, 5, 10];
const USUAL_SEEDS = 3;

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Controller} controller
 */
export function mountNoise(root, store, controller) {
  let curve = emptyCurve();
  let chosen = store.model.settings.sigma;
  const sweep = new NoiseSweep((next) => {
    curve = next;
    show();
  });

  const fill = h("button", { type: "button", id: "noise-fill", onclick: () => press() });
  const seeds = h("select", { id: "noise-seeds", onchange: () => show() }, ...SEEDS.map((count) => h("option", { value: count, text: String(count) })));
  seeds.value = String(USUAL_SEEDS);
  const said = h("p", { class: "small quiet two-lines", id: "noise-said" });
  // Aloud only what ends the filling: a sentence after every run would be too many.
  const spoken = h("p", { class: "unseen", role: "status" });
  const box = h("div", { class: "chart tall" });
  const slider = h("input", { type: "range", id: "noise-level", min: 0, step: 1, oninput: () => choose(Number(slider.value)) });
  const reading = h("p", { class: "noise-reading", id: "noise-reading" });
  const pictures = h("div", { class: "noise-pictures" });
  const use = h("button", { type: "button", id: "noise-use", onclick: () => apply() });
  const rows = h("tbody");
  const table = h(
    "table",
    { id: "noise-table" },
    h("thead", {}, h("tr", {}, ...words.columns.map((text) => h("th", { scope: "col", text })))),
    rows,
  );
  const why = h("p", { class: "about" });
  const others = h("div", { class: "noise-others" }, why, ...openers(store, controller));
  const curveBox = h(
    "div",
    { class: "noise-curve" },
    h(
      "div",
      { class: "plate" },
      h("div", { class: "noise-controls" }, fill, h("label", { for: "noise-seeds", text: words.seeds }), seeds),
      said,
      spoken,
      h(
        "p",
        { class: "legend small" },
        h("span", { class: "key", text: words.learned }),
        h("span", { class: "key noise-fixed", text: words.fixed }),
        h("span", { class: "quiet", text: words.band }),
      ),
      box,
      h("details", {}, h("summary", { text: words.table }), table),
    ),
    h(
      "div",
      { class: "plate" },
      h("label", { class: "noise-label", for: "noise-level", text: words.level }),
      slider,
      pictures,
      reading,
      h("p", {}, use),
    ),
  );
  root.append(h("p", { class: "about wide", text: words.about }), others, curveBox);
  const chart = chartIn(box, (_, /** @type {Parameters<typeof noiseChart>[0]} */ data, size) => noiseChart(data, size));

  function apply() {
    const { settings } = store.model;
    if (chosen !== settings.sigma) controller.open({ ...settings, sigma: chosen });
  }

  function press() {
    if (curve.doing === "nothing") sweep.fill(store.model.settings, Number(seeds.value));
    else sweep.stop();
    show();
  }

  /** @param {number} place */
  function choose(place) {
    chosen = levels(store.model.settings)[place] ?? chosen;
    show();
  }

  function show() {
    const { settings, data } = store.model;
    const sigmas = levels(settings);
    if (!sigmas.includes(chosen)) chosen = settings.sigma;
    const level = curve.levels.find(({ sigma }) => sigma === chosen);
    const missing = missingRuns(curve, settings, Number(seeds.value)).length;
    const enough = curve.doing === "nothing" && missing === 0;
    setText(fill, curve.doing !== "nothing" ? words.stop : enough ? words.filled : curve.points.length ? words.goOn : words.fill);
    // Not disabled: the focus would be lost when the last run ends under it.
    fill.setAttribute("aria-disabled", String(enough));
    setQuoting(said, status(curve, missing, sigmas.length * Number(seeds.value), store), curve.failure === null ? [] : [sentence(curve.failure)]);
    setText(spoken, curve.failure !== null || (enough && curve.points.length > 0) ? (said.textContent ?? "") : "");
    slider.max = String(sigmas.length - 1);
    slider.value = String(sigmas.indexOf(chosen));
    slider.setAttribute("aria-valuetext", words.atLevel(chosen));
    setText(reading, level ? words.reading(chosen, level.fixed, level.learned, level.seeds) : words.unknown(chosen));
    setText(use, words.use(chosen));
    use.setAttribute("aria-disabled", String(chosen === settings.sigma));
    pictures.replaceChildren(
      ...(data && level ? level.pictures : []).map((sample) => {
        const name = data?.summary.classNames[sample.label] ?? "";
        const canvas = h("canvas", { class: "pixels", role: "img", "aria-label": words.picture(name, chosen) });
        if (data) drawImage(canvas, sample.pixels, data.summary, shownRange(settings) ?? data.range);
        return canvas;
      }),
    );
    rows.replaceChildren(
      ...curve.levels.map(({ sigma, fixed, learned, seeds }) =>
        h(
          "tr",
          {},
          h("th", { scope: "row", text: String(sigma) }),
          ...[words.spread(fixed), words.spread(learned), String(seeds)].map((text) => h("td", { text })),
        ),
      ),
    );
    chart({ levels: curve.levels, sigmas, chosen, chance: data ? 100 / data.summary.classes : 50 });
  }

  let known = signature(store.model.settings);
  store.watch(
    ({ settings, data, plan }) => [settings, data, plan],
    ({ settings }) => {
      const applies = hasNoiseLevel(settings) && !isOpened(settings.data);
      others.hidden = applies;
      setText(why, hasNoiseLevel(settings) ? words.builtInOnly : words.noLevel);
      curveBox.hidden = !applies;
      const now = signature(settings);
      if (now !== known) {
        known = now;
        chosen = settings.sigma;
        sweep.clear();
      }
      show();
    },
  );
  const holdOrGo = () => sweep.hold(isBusy(store.model.phase) || away() !== null);
  store.watch(({ phase }) => [phase], holdOrGo);
  watchAway(holdOrGo);
}

/** Settings of which the curve is drawn: all but the noise itself and what does not change results. @param {Settings} settings */
function signature(settings) {
  return format({ ...settings, sigma: 0, engine: "cpu" });
}

/**
 * @param {Curve} curve
 * @param {number} missing  runs
 * @param {number} runs  of the whole curve
 * @param {Store} store
 */
function status({ doing, done, total, secondsLeft, failure }, missing, runs, { model }) {
  if (failure !== null) return sentence(failure);
  if (doing === "waits") return words.waits(done, total);
  if (doing === "runs") return words.runs(done, total, secondsLeft);
  if (missing === 0) return words.complete(runs);
  const seconds = model.plan?.seconds ?? null;
  return words.will(missing, seconds === null ? null : seconds * missing);
}

/** The sets that have a noise level. @param {Store} store @param {Controller} controller */
function openers(store, controller) {
  return /** @type {const} */ (["local-signal", "noisy-mnist"]).map((data) =>
    h("button", { type: "button", text: controls.openSet(data), onclick: () => controller.open(preset(data, store.model.settings)) }),
  );
}
