/** A star in noise, dragged or moved by arrow keys. */
import { h } from "../../draw/dom.js";
import { clear, drawImage } from "../../draw/pixels.js";
import { drawing as words } from "../../strings/words.js";
import { field } from "../loop/field.js";

/** @import { Data } from "../../model.js" */

/** Side of the star's square, in pixels. */
const STAR = 11;

/** @param {(place: {row: number, column: number}) => void} moved */
export function star(moved) {
  const canvas = h("canvas", { class: "pixels", "aria-hidden": "true", width: 1, height: 1 });
  const outline = h("span", { class: "outline", "aria-hidden": "true" });
  const frame = h("div", { class: "picker square star-frame", id: "star" }, canvas, outline);
  /** @type {Data | null} */
  let data = null;
  let cell = { row: 6, column: 6 };
  const size = () => (data ? { rows: data.summary.height - STAR + 1, columns: data.summary.width - STAR + 1 } : null);
  const refresh = field(frame, {
    label: words.starLabel,
    kind: words.starKind,
    size,
    at: () => cell,
    find: (x, y) => {
      const { height = 1, width = 1 } = data?.summary ?? {};
      return { row: Math.floor(y * height) - (STAR - 1) / 2, column: Math.floor(x * width) - (STAR - 1) / 2 };
    },
    say: ({ row, column }) => words.starAt(row + 1, column + 1),
    move: (place) => {
      cell = place;
      outlineAt();
      refresh();
      moved(cell);
    },
  });
  const outlineAt = () => {
    const { height = 1, width = 1 } = data?.summary ?? {};
    outline.style.left = `${(100 * cell.column) / width}%`;
    outline.style.top = `${(100 * cell.row) / height}%`;
    outline.style.width = `${(100 * STAR) / width}%`;
    outline.style.height = `${(100 * STAR) / height}%`;
  };
  return {
    element: h("div", { class: "pen-side" }, frame),
    place: () => cell,
    /** @param {Data | null} next @param {Float32Array | null} pixels */
    show: (next, pixels) => {
      data = next;
      outlineAt();
      refresh();
      if (data && pixels) drawImage(canvas, pixels, data.summary, data.range);
      else clear(canvas);
    },
  };
}
