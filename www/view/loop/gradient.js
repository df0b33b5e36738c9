/** How the answer changes with every patch: the gradient's length at each place, and the gradient of one patch as a picture. */
import { h } from "../../draw/dom.js";
import { clear, drawFilter, drawStrength } from "../../draw/pixels.js";
import { loop as words } from "../../strings/words.js";
import { cellOf, picker } from "./picker.js";
import { plate, reading, shapeOf } from "./stop.js";

/** @import { Inquiry } from "./inquiry.js" */

/**
 * @param {HTMLElement} body
 * @param {Inquiry} inquiry
 */
export function fillGradient(body, inquiry) {
  const { loop } = inquiry;
  const explain = () => inquiry.set({ asked: { what: "gradient" } });
  const map = picker(inquiry, words.gradientPicker, explain);
  map.element.id = "loop-gradient";
  const patch = plate(words.gradientPatch, words.gradientPatchAlt);
  const said = reading(words.explainGradient, explain);
  body.append(h("div", { class: "plates" }, map.element, patch.element), said.element);

  loop.watch(
    ({ now, run }) => [now, run.data, run.settings.patch],
    (shown) => {
      const field = shown.now?.gradient;
      if (field && shown.run.data) drawStrength(map.canvas, field, shapeOf(shown));
      else clear(map.canvas);
    },
  );
  loop.watch(
    ({ patch: view }) => [view],
    (shown) => {
      const { channels, patch: q } = shapeOf(shown);
      if (shown.patch?.gradient) drawFilter(patch.canvas, shown.patch.gradient, channels, q);
      else clear(patch.canvas);
    },
  );
  loop.watch(
    ({ now, position, run }) => [now, position, run.data],
    (shown) => {
      const { row, column } = cellOf(shown);
      // Of the class that the number is of: another one may be chosen, and its answer under way.
      const name = shown.run.data?.summary.classNames[shown.now?.place.output ?? -1] ?? "";
      said.show(words.gradientAt(row + 1, column + 1, name), shown.now?.gradient?.[shown.position]);
    },
  );
}
