/** Training images by class: what the machine is given. */
import { h, setText } from "../draw/dom.js";
import { stillImage } from "../draw/still.js";
import { SHOWN_CLASSES } from "../controller.js";
import { isOpened } from "../state.js";
import { samples as words, sentence } from "../strings/words.js";
import { setQuoting } from "./quote.js";

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
  const notes = h("p", { class: "small quiet" });
  const rows = h("tbody");
  const head = h("thead", {}, h("tr", {}, ...words.countColumns.map((text) => h("th", { scope: "col", text }))));
  const counts = h("details", {}, h("summary", { text: words.counts }), h("table", { id: "class-counts" }, head, rows));
  root.append(task, groups, split, source, notes, counts);

  store.watch(
    ({ data, settings }) => [data, settings.data],
    ({ data, settings }) => {
      setText(task, words.task[settings.data](data?.summary.classNames ?? []));
      setText(split, data ? `${words.split(data.summary.train, data.summary.validation, data.summary.test)} ${words.shape(data.summary)}` : "");
      const said = data && !isOpened(settings.data) ? [data.summary.source, data.summary.licence] : [];
      setQuoting(source, data ? `${words.source(data.summary.source, data.summary.licence)} ${words.staysHere}` : "", said);
      setQuoting(notes, data ? [words.duplicates(data.summary.duplicates), ...data.summary.notes.map(sentence)].filter(Boolean).join(" ") : "", data?.summary.notes.map(sentence) ?? []);
      notes.hidden = notes.textContent === "";
      counts.hidden = !data;
      rows.replaceChildren(...(data ? countRows(data) : []));
      if (data) {
        const { classes, width, height } = data.summary;
        // Few classes: rows each. Many: a column each.
        groups.dataset.layout = classes > 4 ? "columns" : classes === 4 ? "four" : classes === 3 ? "few" : width > 1.5 * height ? "wide" : "rows";
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
  const groups = summary.classNames.slice(0, SHOWN_CLASSES).map((name, label) => {
    const members = samples.filter((sample) => sample.label === label);
    const images = members.map((sample) => picture(sample, data, words.alt(name, sample.index)));
    return h("figure", { class: "group" }, h("figcaption", { text: name, title: name }), h("div", { class: "images" }, ...images));
  });
  const hidden = summary.classes - groups.length;
  return hidden > 0 ? [...groups, h("p", { class: "small quiet rest", text: words.moreClasses(hidden) })] : groups;
}

/** @param {Data} data */
function countRows({ summary: { classNames, countsPerClass } }) {
  const parts = [countsPerClass.train, countsPerClass.validation, countsPerClass.test];
  return classNames.map((name, label) => h("tr", {}, h("th", { scope: "row", text: name }), ...parts.map((part) => h("td", { text: part[label] ?? 0 }))));
}

/**
 * @param {Sample} sample
 * @param {Data} data
 * @param {string} alt
 */
export function picture(sample, { summary, range }, alt) {
  // Dragged, it would be taken for a file of the reader's own.
  return h("img", { class: "pixels", alt, draggable: "false", decoding: "sync", width: summary.width, height: summary.height, src: stillImage(sample.pixels, summary, range) });
}
