/** The training images as a row of bars, class by class: one number each, to be pointed at. */
import { drawBars, slots } from "../../draw/bars.js";
import { h } from "../../draw/dom.js";
import { loop as words } from "../../strings/words.js";
import { field } from "./field.js";

/** @import { Inquiry } from "./inquiry.js" */

/** More classes than this have no names under the bars. */
const NAMED = 10;

/**
 * @param {Inquiry} inquiry
 * @param {object} about
 * @param {string} about.label
 * @param {() => Float32Array | null} about.values  by training image
 * @param {(values: Float32Array) => [number, number]} about.range
 * @param {(index: number, value: number) => string} about.colour
 * @param {(train: number, value: number) => string} about.say
 * @param {() => void} about.explain
 */
export function strip(inquiry, { label, values, range, colour, say, explain }) {
  const canvas = h("canvas", { class: "bars", "aria-hidden": "true" });
  const box = h("div", { class: "bars-box" }, canvas);
  const names = h("div", { class: "bar-names", "aria-hidden": "true" });
  const element = h("div", { class: "strip-of" }, box, names);
  const { loop } = inquiry;
  /** @type {{labels: Uint16Array | null, order: number[], starts: number[], present: number[], place: Map<number, number>}} */
  let sorted = { labels: null, order: [], starts: [], present: [], place: new Map() };

  const here = () => sorted.place.get(inquiry.pointed() ?? -1) ?? 0;
  const refresh = field(box, {
    label,
    kind: words.barKind,
    size: () => (values() && sorted.order.length ? { rows: 1, columns: sorted.order.length } : null),
    at: () => ({ row: 0, column: here() }),
    find: (x) => {
      const width = canvas.clientWidth || 1;
      const { left } = slots(sorted.order.length, sorted.starts, width);
      let place = 0;
      while (place + 1 < left.length && (left[place + 1] ?? Infinity) <= x * width) place++;
      return { row: 0, column: place };
    },
    say: ({ column }) => {
      const index = sorted.order[column] ?? 0;
      return say(index, values()?.[index] ?? 0);
    },
    move: ({ column }) => inquiry.set({ pointed: sorted.order[column] ?? null }),
    act: explain,
  });

  const draw = () => {
    const { labels, run } = loop.model;
    if (labels !== sorted.labels) {
      sorted = byClass(labels);
      const { classNames = [] } = run.data?.summary ?? {};
      const many = sorted.present.length > NAMED;
      names.hidden = many;
      names.replaceChildren(
        ...(many ? [] : sorted.present.map((label, i) => {
          const share = ((sorted.starts[i + 1] ?? sorted.order.length) - (sorted.starts[i] ?? 0)) / sorted.order.length;
          const name = h("span", { text: classNames[label] ?? "" });
          name.style.flexGrow = String(share);
          return name;
        })),
      );
    }
    refresh();
    const known = values();
    if (!known || !sorted.order.length) return;
    const [low, high] = range(known);
    drawBars(canvas, {
      values: sorted.order.map((index) => known[index] ?? 0),
      starts: sorted.starts,
      low,
      high,
      colour: (place) => colour(sorted.order[place] ?? 0, known[sorted.order[place] ?? 0] ?? 0),
      pointed: here(),
    });
  };
  new ResizeObserver(draw).observe(box);
  loop.watch(({ labels, now, pointed, output }) => [labels, now, pointed, output], draw);
  return element;
}

/** @param {Uint16Array | null} labels */
function byClass(labels) {
  const order = Array.from(labels ?? [], (_, index) => index).sort((a, b) => (labels?.[a] ?? 0) - (labels?.[b] ?? 0) || a - b);
  /** @type {number[]} */
  const starts = [];
  /** @type {number[]} */
  const present = [];
  for (const [place, index] of order.entries()) {
    const label = labels?.[index] ?? 0;
    if (present.at(-1) === label) continue;
    starts.push(place);
    present.push(label);
  }
  return { labels, order, starts, present, place: new Map(order.map((index, place) => [index, place])) };
}
