/** One test image as the fixed kernel sees it, as the learned one does, and through each leading filter. */
import { h, setText } from "../draw/dom.js";
import { gradient } from "../draw/colormap.js";
import { clear, drawFilter, drawImage, drawStrength } from "../draw/pixels.js";
import { shownFeatures } from "../model.js";
import { LOOK_COUNT } from "../protocol.js";
import { seen as words } from "../strings/words.js";
import { picture } from "./samples.js";

/** @import { Controller } from "../controller.js" */
/** @import { Model, Store } from "../model.js" */

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Controller} controller
 */
export function mountSeen(root, store, controller) {
  const image = panel(words.image, words.imageAlt);
  const plain = panel(words.plain, words.plainAlt);
  const learned = panel("", words.learnedAlt);
  plain.canvas.id = "seen-plain";
  learned.canvas.id = "seen-learned";
  const each = Array.from({ length: LOOK_COUNT }, (_, rank) => ({
    ...panel(words.filter(rank + 1), words.filterAlt(rank + 1)),
    filter: h("canvas", { class: "pixels filter tiny", "aria-hidden": "true", width: 1, height: 1 }),
  }));
  for (const { caption, filter } of each) caption.prepend(filter);
  const ramp = h("span", { class: "ramp" });
  ramp.style.background = gradient("glow");
  const strip = h("div", { class: "strip", role: "group", "aria-label": words.choose });
  root.append(
    h("p", { class: "about", text: words.about }),
    h("div", { class: "looks three" }, image.element, plain.element, learned.element),
    h("h3", { text: words.byFilter }),
    h("div", { class: "looks four" }, ...each.map(({ element }) => element)),
    h("p", { class: "legend small quiet" }, words.dark, ramp, words.bright),
    h("h3", { text: words.choose }),
    strip,
  );

  store.watch(
    ({ data }) => [data],
    ({ data }) => {
      const thumbs = (data?.gallery ?? []).map((sample, place) => {
        const name = data?.summary.classNames[sample.label] ?? "";
        const image = data ? picture(sample, data, words.alt(name, sample.index)) : "";
        return h("button", { type: "button", class: "thumb", onclick: () => controller.choose(place) }, image);
      });
      strip.replaceChildren(...thumbs);
      const { width, height } = data?.summary ?? { width: 1, height: 1 };
      root.style.setProperty("--aspect", `${width} / ${height}`);
    },
  );
  store.watch(
    ({ data, chosen }) => [data, chosen],
    ({ chosen }) => [...strip.children].forEach((thumb, i) => thumb.setAttribute("aria-pressed", String(i === chosen))),
  );
  store.watch(
    (model) => [model.data, model.chosen, model.plainLooks, shownFeatures(model), model.settings.patch],
    (model) => {
      const { data } = model;
      const sample = data?.gallery[model.chosen];
      if (data && sample) drawImage(image.canvas, sample.pixels, data.summary, data.range);
      else clear(image.canvas);
      drawLook(plain, model, model.plainLooks[model.chosen]?.maps);
      const shown = shownFeatures(model);
      const look = shown?.looks[model.chosen];
      setText(learned.caption, words.learned(shown?.round ?? 1));
      learned.element.dataset.empty = words.empty;
      drawLook(learned, model, look?.maps);
      each.forEach((one, rank) => {
        const size = data ? mapSize(data.summary, model.settings.patch) : 0;
        const known = look && rank < look.count;
        drawLook(one, model, known ? look.maps.subarray((rank + 1) * size, (rank + 2) * size) : undefined);
        one.element.hidden = data !== null && rank >= data.summary.channels * model.settings.patch ** 2;
        const dimension = data ? data.summary.channels * model.settings.patch ** 2 : 0;
        if (shown && data && known) {
          const weights = shown.filters.subarray(rank * dimension, (rank + 1) * dimension);
          drawFilter(one.filter, weights, data.summary.channels, model.settings.patch);
        } else {
          clear(one.filter);
        }
      });
    },
  );
}

/** @typedef {{element: HTMLElement, canvas: HTMLCanvasElement, caption: HTMLElement}} Panel */

/**
 * @param {string} text
 * @param {string} alt
 * @returns {Panel}
 */
function panel(text, alt) {
  const canvas = h("canvas", { class: "pixels", role: "img", "aria-label": alt, width: 1, height: 1 });
  const caption = h("figcaption", {}, h("span", { text }));
  return { element: h("figure", { class: "look" }, canvas, caption), canvas, caption };
}

/**
 * @param {Panel} panel
 * @param {Model} model
 * @param {Float32Array | undefined} maps  the first map is drawn
 */
function drawLook({ element, canvas }, { data, settings }, maps) {
  const known = maps !== undefined && data !== null && maps.length >= mapSize(data.summary, settings.patch);
  element.classList.toggle("pending", !known);
  if (known) drawStrength(canvas, maps, { ...data.summary, patch: settings.patch });
  else clear(canvas);
}

/**
 * @param {{height: number, width: number}} shape
 * @param {number} patch
 */
function mapSize({ height, width }, patch) {
  return (height - patch + 1) * (width - patch + 1);
}
