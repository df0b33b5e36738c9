/** The images on which the two machines differ, and where each of them looks. */
import { h, scrollBox, setText } from "../../draw/dom.js";
import { onSchemeChange } from "../../draw/colormap.js";
import { clear, drawImage, drawStrength } from "../../draw/pixels.js";
import { compare as words } from "../../strings/words.js";
import { Latest } from "../loop/latest.js";
import { plate } from "../loop/stop.js";
import { picture } from "../samples.js";

/** @import { Controller } from "../../controller.js" */
/** @import { Store } from "../../model.js" */
/** @import { Inspection, Sample } from "../../protocol.js" */
/** @import { Compared } from "../compare.js" */

/** Pictures in each of the two lists. */
const SHOWN = 20;

/**
 * @param {HTMLElement} root
 * @param {Store<Compared>} store
 * @param {Controller} controller
 */
export function mountChanged(root, store, controller) {
  const lists = /** @type {const} */ (["gained", "lost"]).map((kind) => {
    const heading = h("h4");
    const images = h("div", { class: "changed-images", role: "group" });
    images.setAttribute("aria-labelledby", `changed-${kind}`);
    heading.id = `changed-${kind}`;
    return { kind, heading, images };
  });
  const image = plate(words.image, words.image);
  const before = plate(words.fixed, `${words.mapAlt}: ${words.fixed}`);
  const after = plate("", words.mapAlt);
  const said = h("p", { class: "small", text: words.chooseChanged });
  /** The same, read out where the reader chose and not the page. */
  const spoken = h("p", { class: "unseen", role: "status", id: "changed-spoken" });
  let picked = false;
  const maps = h("div", { class: "changed-maps" }, h("h4", { text: words.mapsOf }), said, spoken, h("div", { class: "three-plates" }, image.element, before.element, after.element));
  const box = scrollBox(words.changed, ...lists.flatMap(({ heading, images }) => [heading, images]));
  box.classList.add("changed-lists");
  root.append(box, maps);

  const samplesAsked = new Latest();
  const mapsAsked = new Latest();
  /** @type {{sample: Sample, before: Inspection | null, after: Inspection | null} | null} */
  let chosen = null;

  /** @param {number} index @param {number} [label] */
  function answers(index, label = 0) {
    const { run, before: one, after: two } = store.model;
    const names = run.data?.summary.classNames ?? [];
    return /** @type {const} */ ([names[label] ?? "", names[one?.answers[index] ?? -1] ?? "", names[two?.answers[index] ?? -1] ?? ""]);
  }

  function draw() {
    const { run, round } = store.model;
    setText(after.caption, words.learned(round ?? 1));
    const shape = run.data && { ...run.data.summary, patch: run.settings.patch };
    if (chosen && run.data) drawImage(image.canvas, chosen.sample.pixels, run.data.summary, run.data.range);
    else clear(image.canvas);
    for (const [panel, view] of /** @type {const} */ ([[before, chosen?.before], [after, chosen?.after]])) {
      if (view?.gradient && shape) drawStrength(panel.canvas, view.gradient, shape);
      else clear(panel.canvas);
    }
    setText(said, chosen ? words.changedAlt(chosen.sample.index, ...answers(chosen.sample.index, chosen.sample.label)) : words.chooseChanged);
    setText(spoken, picked && chosen?.after ? (said.textContent ?? "") : "");
    for (const button of root.querySelectorAll(".changed-image")) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-index") === String(chosen?.sample.index)));
    }
    maps.style.setProperty("--aspect", `${run.data?.summary.width ?? 1} / ${run.data?.summary.height ?? 1}`);
  }

  /** @param {Sample} sample */
  function choose(sample) {
    const { round } = store.model;
    if (round === null) return;
    const mine = { sample, before: null, after: null };
    chosen = mine;
    draw();
    const place = { split: sample.split, index: sample.index, output: sample.label };
    mapsAsked.want(async () => {
      if (chosen !== mine) return;
      const one = await controller.ask({ kind: "inspect", place: { round: 0, ...place } }).catch(() => null);
      const two = await controller.ask({ kind: "inspect", place: { round, ...place } }).catch(() => null);
      if (chosen !== mine) return;
      chosen = { sample, before: one, after: two };
      draw();
    });
  }

  /** @param {Sample} sample */
  function pick(sample) {
    picked = true;
    choose(sample);
  }

  store.watch(
    ({ changed }) => [changed],
    ({ changed, part, run }) => {
      chosen = null;
      picked = false;
      draw();
      for (const { kind, heading, images } of lists) {
        setText(heading, words[kind](changed?.[kind].length ?? null));
        images.replaceChildren(...(changed && changed[kind].length === 0 ? [h("p", { class: "small quiet", text: words.none })] : []));
      }
      if (!changed) return;
      samplesAsked.want(async () => {
        const indices = lists.flatMap(({ kind }) => [...changed[kind].slice(0, SHOWN)]);
        const samples = await controller.ask({ kind: "samples", split: part, indices }).catch(() => null);
        const { data } = run;
        if (!samples || !data || store.model.changed !== changed) return;
        const byIndex = new Map(samples.map((sample) => [sample.index, sample]));
        for (const { kind, images } of lists) {
          const thumbs = [...changed[kind].slice(0, SHOWN)].flatMap((index) => {
            const sample = byIndex.get(index);
            if (!sample) return [];
            const [truth, one, two] = answers(index, sample.label);
            const image = picture(sample, data, words.changedAlt(index, truth, one, two));
            const text = h("span", { class: "changed-text", "aria-hidden": "true", text: words.answers(truth, one, two) });
            return [h("button", { type: "button", class: "thumb changed-image", "data-index": index, "aria-pressed": "false", onclick: () => pick(sample) }, image, text)];
          });
          const more = changed[kind].length - thumbs.length;
          if (thumbs.length) images.replaceChildren(...thumbs, ...(more > 0 ? [h("p", { class: "small quiet", text: words.more(more) })] : []));
        }
        const firstOne = byIndex.get(changed.gained[0] ?? changed.lost[0] ?? -1);
        if (firstOne) choose(firstOne);
      });
    },
  );
  onSchemeChange(draw);
}
