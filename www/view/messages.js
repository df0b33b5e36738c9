/** What went wrong, in words and with a way on; and what is read out to those who do not see the charts. */
import { h, setText } from "../draw/dom.js";
import { accuracy, errors } from "../strings/en.js";

/** @import { Controller } from "../controller.js" */
/** @import { Store } from "../model.js" */

/**
 * @param {HTMLElement} root
 * @param {HTMLElement} announcer
 * @param {Store} store
 * @param {Controller} controller
 */
export function mountMessages(root, announcer, store, controller) {
  const text = h("p");
  const alert = h(
    "div",
    { class: "alert", role: "alert", hidden: true },
    h("strong", { text: errors.heading }),
    text,
    h(
      "div",
      { class: "ways" },
      h("button", { type: "button", text: errors.retry, onclick: () => controller.retry() }),
      h("button", { type: "button", text: errors.defaults, onclick: () => controller.retryWithPreset() }),
    ),
  );
  const notice = h("p", { class: "notice", role: "status", hidden: true });
  root.append(alert, notice);

  store.watch(
    ({ error }) => [error],
    ({ error }) => {
      alert.hidden = !error;
      setText(text, error ? errors.body(error.message, error.lost) : "");
    },
  );
  store.watch(
    ({ corrections }) => [corrections],
    ({ corrections }) => {
      notice.hidden = corrections.length === 0;
      setText(notice, errors.corrected(corrections));
    },
  );
  store.watch(
    ({ rounds }) => [rounds],
    ({ rounds }) => {
      const last = rounds.findLastIndex((round) => round.accuracy);
      const result = rounds[last]?.accuracy;
      setText(announcer, result ? accuracy.announce(last, result.test, result.validation) : "");
    },
  );
}
