/** The last station: the image and the patch as the kernel sees them from now on, through the root of M. */
import { h, setText } from "../../draw/dom.js";
import { clear, drawFilter } from "../../draw/pixels.js";
import { loop as words } from "../../strings/words.js";
import { cellOf, picker } from "./picker.js";
import { plate, shapeOf } from "./stop.js";

/** @import { Inquiry } from "./inquiry.js" */

/**
 * @param {HTMLElement} body
 * @param {Inquiry} inquiry
 */
export function fillSeen(body, inquiry) {
  const { loop } = inquiry;
  const explain = () => inquiry.set({ asked: { what: "seen" } });
  const image = picker(inquiry, words.seenPicker, explain);
  image.element.id = "loop-seen";
  const before = plate(words.before, words.beforeAlt);
  const after = plate(words.after, words.afterAlt);
  const said = h("span");
  const press = h("button", { type: "button", class: "num", text: words.explainSeen, onclick: explain });
  body.append(
    h("div", { class: "plates" }, image.element, h("div", { class: "vectors" }, before.element, after.element)),
    h("p", { class: "reading" }, said, " ", press),
  );

  loop.watch(
    ({ next, run, viewed }) => [next, run.data, viewed],
    (shown) => {
      const { channels, height, width } = shapeOf(shown);
      if (shown.next && shown.run.data) drawFilter(image.canvas, shown.next.seen, channels, height, width);
      else clear(image.canvas);
    },
  );
  loop.watch(
    ({ after: view, position, viewed }) => [view, position, viewed],
    (shown) => {
      const { channels, patch: q } = shapeOf(shown);
      const { row, column } = cellOf(shown);
      setText(said, words.seenAt(row + 1, column + 1, shown.viewed));
      if (shown.after) {
        drawFilter(before.canvas, shown.after.patch, channels, q);
        drawFilter(after.canvas, shown.after.seen, channels, q);
      } else {
        clear(before.canvas);
        clear(after.canvas);
      }
    },
  );
}
