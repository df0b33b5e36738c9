/** The arithmetic of one number, in a panel that stays in reach while the picture above it is pointed at. */
import { h, setText } from "../../draw/dom.js";
import { math } from "../../draw/mathml.js";
import { explained as words } from "../../strings/words.js";
import { icon } from "../icons.js";
import { arithmetic } from "./arithmetic.js";

/** @import { Inquiry } from "./inquiry.js" */

/** @param {Inquiry} inquiry */
export function panel(inquiry) {
  const { loop } = inquiry;
  const heading = h("h3", { id: "arithmetic-heading", tabindex: -1 });
  const about = h("p", { class: "small quiet" });
  const lines = h("div", { class: "lines", tabindex: 0, role: "group", "aria-labelledby": heading.id });
  /** Where the reader came from. @type {HTMLElement | null} */
  let origin = null;
  const close = () => {
    inquiry.set({ asked: null });
    if (origin?.isConnected) origin.focus();
  };
  const element = h(
    "section",
    { class: "arithmetic", id: "arithmetic", "aria-labelledby": heading.id, hidden: true, onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && close() },
    h("button", { type: "button", class: "bare close", "aria-label": words.close, onclick: close }, icon("close")),
    heading,
    about,
    lines,
  );
  /** @type {unknown} */
  let last = null;
  loop.watch(
    ({ asked, explained, position, output, viewed, labels }) => [asked, explained, position, output, viewed, labels],
    (shown) => {
      const { asked, explained } = shown;
      element.hidden = asked === null;
      if (!asked) {
        last = null;
        return;
      }
      if (asked.what !== last) {
        last = asked.what;
        const active = document.activeElement;
        origin = active instanceof HTMLElement && !element.contains(active) ? active : origin;
        heading.focus({ preventScroll: true });
        element.scrollIntoView({ block: "nearest" });
      }
      setText(heading, words.headings[asked.what]);
      setText(about, words.about[asked.what]);
      lines.setAttribute("aria-busy", String(explained === null));
      if (explained === null || explained.what !== asked.what) {
        if (!lines.childElementCount) lines.replaceChildren(h("p", { class: "quiet", text: words.pending }));
        return;
      }
      const { formulas, table } = arithmetic(explained, shown, (train) => inquiry.train(train));
      lines.replaceChildren(h("div", {}, ...formulas.map((formula) => h("p", { class: "formula-row" }, math(formula, "block")))), h("div", {}, ...table));
    },
  );
  return element;
}
