/** The first two stations: one image, and the patch of it that is pointed at. */
import { h, setText } from "../../draw/dom.js";
import { clear, cut, drawImage } from "../../draw/pixels.js";
import { loop as words } from "../../strings/words.js";
import { picture } from "../samples.js";
import { field } from "./field.js";
import { cellOf, picker } from "./picker.js";
import { shapeOf } from "./stop.js";

/** @import { Controller } from "../../controller.js" */
/** @import { Inquiry } from "./inquiry.js" */

/**
 * @param {HTMLElement} body
 * @param {Inquiry} inquiry
 * @param {Controller} controller
 */
export function fillImage(body, inquiry, controller) {
  const { loop } = inquiry;
  const image = picker(inquiry, words.imagePicker);
  image.element.id = "loop-image";
  const said = h("p", { class: "reading" });
  const thumbs = h("div", { class: "thumbs", role: "group", "aria-label": words.chooseImage });
  body.append(image.element, said, thumbs);

  loop.watch(
    ({ subject, run }) => [subject, run.data],
    ({ subject, run }) => {
      if (subject && run.data) drawImage(image.canvas, subject.pixels, run.data.summary, run.data.range);
      else clear(image.canvas);
      const name = run.data?.summary.classNames[subject?.label ?? -1] ?? "";
      setText(said, !subject ? words.noImage : subject.split === "probe" ? words.yourDrawing : words.testImage(subject.index, name));
    },
  );
  const own = h("canvas", { class: "pixels", role: "img", "aria-label": words.yourDrawing });
  const ownThumb = h("button", { type: "button", class: "thumb", id: "loop-drawing", title: words.yourDrawing, onclick: () => inquiry.set({ mine: true }) }, own);
  loop.watch(
    ({ run }) => [run.data],
    ({ run: { data } }) => {
      const gallery = (data?.gallery ?? []).map((sample, place) => {
        const name = data?.summary.classNames[sample.label] ?? "";
        const choose = () => {
          inquiry.set({ mine: false });
          controller.choose(place);
        };
        return h("button", { type: "button", class: "thumb", onclick: choose }, data ? picture(sample, data, words.testImage(sample.index, name)) : "");
      });
      thumbs.replaceChildren(...gallery, ownThumb);
    },
  );
  loop.watch(
    ({ run }) => [run.data, run.drawn],
    ({ run: { data, drawn } }) => {
      ownThumb.hidden = drawn === null;
      if (drawn && data) drawImage(own, drawn, data.summary, data.range);
    },
  );
  loop.watch(
    ({ run, mine }) => [run.data, run.chosen, mine],
    ({ run, mine }) => [...thumbs.children].forEach((thumb, place) => thumb.setAttribute("aria-pressed", String(thumb === ownThumb ? mine : !mine && place === run.chosen))),
  );
}

/**
 * @param {HTMLElement} body
 * @param {Inquiry} inquiry
 */
export function fillPatch(body, inquiry) {
  const { loop } = inquiry;
  const canvas = h("canvas", { class: "pixels", "aria-hidden": "true", width: 1, height: 1 });
  const frame = h("div", { class: "picker square" }, canvas);
  const where = h("p", { class: "reading" });
  const value = h("p", { class: "reading" });
  const about = h("p", { class: "small quiet" });
  body.append(frame, where, value, about);
  let pixel = { row: 0, column: 0 };

  const patch = () => {
    const { subject } = loop.model;
    return subject ? cut(subject.pixels, shapeOf(loop.model), cellOf(loop.model)) : null;
  };
  const side = () => loop.model.run.settings.patch;
  /** @param {{row: number, column: number}} cell */
  const values = ({ row, column }) => {
    const { channels, patch: q } = shapeOf(loop.model);
    const known = patch();
    return Array.from({ length: channels }, (_, channel) => known?.[(channel * q + row) * q + column] ?? 0);
  };
  /** @param {{row: number, column: number}} cell */
  const say = (cell) => words.pixel(cell.row + 1, cell.column + 1, values(cell));
  const refresh = field(frame, {
    label: words.patchPicture,
    kind: words.pixelKind,
    size: () => (loop.model.subject ? { rows: side(), columns: side() } : null),
    at: () => ({ row: Math.min(pixel.row, side() - 1), column: Math.min(pixel.column, side() - 1) }),
    find: (x, y) => ({ row: Math.floor(y * side()), column: Math.floor(x * side()) }),
    say,
    move: (cell) => {
      pixel = cell;
      refresh();
      setText(value, say(cell));
    },
  });
  loop.watch(
    ({ subject, position, run }) => [subject, position, run.settings.patch, run.data],
    (shown) => {
      const { channels, height, width, patch: q } = shapeOf(shown);
      const known = patch();
      const { range } = shown.run.data ?? {};
      if (known && range) drawImage(canvas, known, { channels, height: q, width: q }, range);
      else clear(canvas);
      const { row, column } = cellOf(shown);
      setText(where, known ? words.place(row + 1, column + 1) : "");
      setText(about, shown.run.data ? words.patches((height - q + 1) * (width - q + 1), channels * q * q) : "");
      pixel = { row: Math.min(pixel.row, q - 1), column: Math.min(pixel.column, q - 1) };
      setText(value, known ? say(pixel) : "");
      refresh();
    },
  );
}
