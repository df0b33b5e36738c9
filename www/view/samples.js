/** Training images by class: what the machine is given. */
import { h, setText } from "../draw/dom.js";
import { drawImage } from "../draw/pixels.js";
import { samples as words } from "../strings/en.js";

/** @import { Data, Store } from "../model.js" */
/** @import { Sample } from "../protocol.js" */

/**
 * @param {HTMLElement} root
 * @param {Store} store
 */
export function mountSamples(root, store) {
  const task = h("p", { class: "about" });
  const groups = h("div", { class: "groups" });
  const split = h("p", { class: "small" });
  const source = h("p", { class: "small quiet" });
  root.append(task, groups, split, source);

  store.watch(
    ({ data, settings }) => [data, settings.data],
    ({ data, settings }) => {
      setText(task, words.task[settings.data](data?.summary.classNames ?? []));
      setText(split, data ? words.split(data.summary.train, data.summary.validation, data.summary.test) : "");
      setText(source, data ? words.source(data.summary.source, data.summary.licence) : "");
      if (data) {
        const { classes, width, height } = data.summary;
        // Few classes: rows each. Many: a column each.
        groups.dataset.layout = classes > 2 ? "columns" : width > 1.5 * height ? "wide" : "rows";
        groups.replaceChildren(...byClass(data));
      } else {
        groups.replaceChildren(h("p", { class: "empty", text: words.empty }));
      }
    },
  );
}

/** @param {Data} data */
function byClass(data) {
  const { summary, samples } = data;
  return summary.classNames.map((name, label) => {
    const members = samples.filter((sample) => sample.label === label);
    const images = members.map((sample) => picture(sample, data, words.alt(name, sample.index)));
    return h("figure", { class: "group" }, h("figcaption", { text: name }), h("div", { class: "images" }, ...images));
  });
}

/**
 * @param {Sample} sample
 * @param {Data} data
 * @param {string} alt
 */
export function picture(sample, { summary, range }, alt) {
  const canvas = h("canvas", { class: "pixels", role: "img", "aria-label": alt });
  drawImage(canvas, sample.pixels, summary, range);
  return canvas;
}
