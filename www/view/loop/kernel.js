/** The kernel row: how alike the image is to every training image, and the ones it is most like. */
import { h, setText } from "../../draw/dom.js";
import { clear, drawImage } from "../../draw/pixels.js";
import { figure } from "../../draw/numbers.js";
import { loop as words } from "../../strings/words.js";
import { numberButton, plate, reading, shapeOf } from "./stop.js";
import { strip } from "./strip.js";

/** @import { Inquiry } from "./inquiry.js" */

/** Nearest training images shown as pictures. */
const NEAREST = 5;

/**
 * @param {HTMLElement} body
 * @param {Inquiry} inquiry
 */
export function fillKernel(body, inquiry) {
  const { loop } = inquiry;
  const kernel = () => loop.model.now?.kernel ?? null;
  /** @param {number} train */
  const name = (train) => loop.model.run.data?.summary.classNames[loop.model.labels?.[train] ?? -1] ?? "";
  const explain = () => {
    const train = inquiry.pointed();
    if (train !== null) inquiry.set({ pointed: train, asked: { what: "kernel", train } });
  };
  const row = strip(inquiry, {
    label: words.kernelRow,
    values: () => kernel()?.values ?? null,
    range: bounds,
    colour: (index) => (kernel()?.order.subarray(0, NEAREST).includes(index) ? "--strong" : "--second"),
    say: (train, value) => `${words.trainImage(train, name(train))}${words.kernelValue} ${figure(value)}`,
    explain,
  });
  const scale = h("p", { class: "small quiet" });
  const under = plate("", words.trainPicture);
  const spot = plate("", words.samePatch);
  const said = reading(words.explainKernel, explain);
  const cells = Array.from({ length: NEAREST }, (_, rank) => {
    const canvas = h("canvas", { class: "pixels", role: "img", width: 1, height: 1 });
    const train = () => kernel()?.order[rank];
    const press = () => {
      const index = train();
      if (index !== undefined) inquiry.set({ pointed: index });
    };
    const choose = h("button", { type: "button", class: "thumb", onclick: press, onpointerenter: (/** @type {PointerEvent} */ event) => event.pointerType === "mouse" && press() }, canvas);
    const number = numberButton(words.explainKernel, () => {
      const index = train();
      if (index !== undefined) inquiry.set({ pointed: index, asked: { what: "kernel", train: index } });
    });
    return { canvas, choose, number, element: h("div", { class: "near" }, choose, number.element) };
  });
  body.append(
    row,
    scale,
    h("div", { class: "pointed" }, under.element, spot.element, said.element),
    h("h4", { text: words.nearest }),
    h("div", { class: "nearest" }, ...cells.map(({ element }) => element)),
  );

  loop.watch(
    ({ now, labels, pointed, pictures, run }) => [now, labels, pointed, pictures, run.data],
    (shown) => {
      const known = kernel();
      const { data } = shown.run;
      if (!known || !data) return;
      const [low, high] = bounds(known.values);
      setText(scale, words.barScale(figure(low, 3), figure(high, 3)));
      const train = inquiry.pointed() ?? 0;
      said.show(`${words.trainImage(train, name(train))}${words.kernelValue}`, known.values[train]);
      const sample = inquiry.train(train);
      if (sample) drawImage(under.canvas, sample.pixels, data.summary, data.range);
      else clear(under.canvas);
      cells.forEach(({ canvas, choose, number, element }, rank) => {
        const index = known.order[rank];
        element.hidden = index === undefined;
        if (index === undefined) return;
        const near = inquiry.train(index);
        if (near) drawImage(canvas, near.pixels, data.summary, data.range);
        else clear(canvas);
        canvas.setAttribute("aria-label", words.trainImage(index, name(index)));
        choose.setAttribute("aria-pressed", String(index === train));
        number.show(known.values[index]);
      });
    },
  );
  loop.watch(
    ({ patch }) => [patch],
    (shown) => {
      const { channels, patch: q } = shapeOf(shown);
      const { range } = shown.run.data ?? {};
      if (shown.patch && range) drawImage(spot.canvas, shown.patch.nearest, { channels, height: q, width: q }, range);
      else clear(spot.canvas);
    },
  );
}

/**
 * Where all numbers are alike the foot of the bars is not zero, or nothing could be seen.
 * @param {Float32Array} values
 * @returns {[number, number]}
 */
function bounds(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const foot = low > 0.4 * high ? low - 0.15 * (high - low || high) : Math.min(low, 0);
  return [foot, high];
}
