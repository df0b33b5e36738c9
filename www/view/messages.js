/** What went wrong, in words and with a way on; and what is read out to those who do not see the charts. */
import { h, setText } from "../draw/dom.js";
import { accuracy, errors, sentence } from "../strings/words.js";
import { setQuoting } from "./quote.js";

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
  const ways = h(
    "div",
    { class: "ways" },
    h("button", { type: "button", text: errors.retry, onclick: () => controller.retry() }),
    h("button", { type: "button", text: errors.defaults, onclick: () => controller.retryWithPreset() }),
  );
  const alert = h("div", { class: "alert", role: "alert", hidden: true }, h("strong", { text: errors.heading }), text, ways);
  const refusal = h("p", { class: "alert", id: "refused", role: "alert", hidden: true });
  const failures = h("p", { class: "notice", id: "engine-notice", role: "status", hidden: true });
  const notice = h("p", { class: "notice", id: "corrections", role: "status", hidden: true });
  root.append(alert, refusal, failures, notice);

  store.watch(
    ({ error }) => [error],
    ({ error }) => {
      alert.hidden = !error;
      ways.hidden = error?.missing != null; // trying again would find the same browser
      setQuoting(text, error ? errors.body(error.message, error.lost, error.missing) : "", error ? [sentence(error.message), error.message] : []);
    },
  );
  store.watch(
    ({ refused }) => [refused],
    ({ refused }) => {
      refusal.hidden = refused === null;
      setQuoting(refusal, refused === null ? "" : errors.refused(refused), refused === null ? [] : [sentence(refused)]);
    },
  );
  store.watch(
    ({ notices }) => [notices],
    ({ notices }) => {
      failures.hidden = notices.length === 0;
      setQuoting(failures, notices.map(sentence).join(" "), notices.map(sentence));
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
