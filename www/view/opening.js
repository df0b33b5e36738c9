/** How far an opening is, with the way to stop it, or why it failed. */
import { h, setText } from "../draw/dom.js";
import { ended, own as words } from "../strings/words.js";
import { setQuoting } from "./quote.js";

/** @import { Controller } from "../controller.js" */
/** @import { Store } from "../model.js" */
/** @import { Way } from "../protocol.js" */

/**
 * @param {Store} store
 * @param {Controller} controller
 * @param {(way: Way) => boolean} mine  whether an opening is to be shown here
 */
export function openingStatus(store, controller, mine) {
  const said = h("span", { class: "small" });
  const cancel = h("button", { type: "button", class: "bare", text: words.cancel, onclick: () => controller.cancelOpening() });
  const bar = h("progress", { max: 1, "aria-label": words.progress(null) });
  const busy = h("div", { class: "opening", hidden: true }, h("div", { class: "line" }, said, cancel), bar);
  const reason = h("strong");
  const failed = h("div", { class: "alert small", role: "alert", hidden: true }, reason, h("p", { text: words.notOpened }));
  const draw = () => {
    const { opening, notOpened } = store.model;
    const shown = opening && mine(opening.way) ? opening : null;
    busy.hidden = !shown;
    if (shown) {
      setText(said, words.progress(shown.progress));
      const { done, total } = shown.progress ?? { done: 0, total: 0 };
      // Without a value a browser shows that something is going on.
      if (total && shown.progress?.doing !== "wait") bar.value = done / total;
      else bar.removeAttribute("value");
    }
    const why = notOpened && mine(notOpened.way) ? notOpened.message : null;
    failed.hidden = why === null;
    setQuoting(reason, why === null ? "" : ended(why), why === null || notOpened?.said ? [] : [ended(why)]);
  };
  store.watch(({ opening, notOpened }) => [opening, notOpened], draw);
  return { element: h("div", { class: "opening-status" }, busy, failed), draw };
}
