/** An image on which one patch is outlined; pointer and arrow keys move it. Several show the same patch. */
import { h } from "../../draw/dom.js";
import { loop as words } from "../../strings/words.js";
import { field } from "./field.js";
import { shapeOf } from "./stop.js";

/** @import { Inquiry } from "./inquiry.js" */

/**
 * @param {Inquiry} inquiry
 * @param {string} label
 * @param {() => void} [explain]  what a click asks
 */
export function picker(inquiry, label, explain) {
  const canvas = h("canvas", { class: "pixels", "aria-hidden": "true", width: 1, height: 1 });
  const outline = h("span", { class: "outline", "aria-hidden": "true", hidden: true });
  const element = h("div", { class: "picker" }, canvas, outline);
  const loop = inquiry.loop;
  const size = () => {
    const { height, width, patch } = shapeOf(loop.model);
    return loop.model.subject ? { rows: height - patch + 1, columns: width - patch + 1 } : null;
  };
  const at = () => cellOf(loop.model);
  const refresh = field(element, {
    label,
    kind: words.patchKind,
    size,
    at,
    find: (x, y) => {
      // The patch stands with its middle under the pointer.
      const { height, width, patch } = shapeOf(loop.model);
      const before = Math.floor((patch - 1) / 2);
      return { row: Math.floor(y * height) - before, column: Math.floor(x * width) - before };
    },
    say: ({ row, column }) => words.place(row + 1, column + 1),
    move: ({ row, column }) => inquiry.set({ position: row * (size()?.columns ?? 1) + column }),
    ...(explain && { act: explain }),
  });
  loop.watch(
    ({ subject, position, run }) => [subject, position, run.settings.patch, run.data],
    (shown) => {
      const { height, width, patch } = shapeOf(shown);
      const { row, column } = cellOf(shown);
      outline.hidden = !shown.subject;
      outline.style.left = `${(100 * column) / width}%`;
      outline.style.top = `${(100 * row) / height}%`;
      outline.style.width = `${(100 * patch) / width}%`;
      outline.style.height = `${(100 * patch) / height}%`;
      element.style.aspectRatio = `${width} / ${height}`;
      refresh();
    },
  );
  return { element, canvas };
}

/** The upper left corner of the patch. @param {import("./inquiry.js").Shown} shown */
export function cellOf(shown) {
  const { width, patch } = shapeOf(shown);
  const columns = width - patch + 1;
  const position = Math.max(shown.position, 0);
  return { row: Math.floor(position / columns), column: position % columns };
}
