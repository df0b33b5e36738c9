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
  /** The same control after its list was drawn anew, and its station in case it is no longer in the list. */
  const again = () => (origin?.dataset.focus ? document.querySelector(`[data-focus="${CSS.escape(origin.dataset.focus)}"]`) : null);
  /** @type {Element | null} */
  let station = null;
  const close = () => {
    inquiry.set({ asked: null });
    for (const way of [origin, again(), station?.querySelector("button:enabled, [tabindex='0']")]) {
      if (!(way instanceof HTMLElement)) continue;
      way.focus();
      if (way === document.activeElement) return;
    }
  };
  /** Only the panel is closed: Escape ends the tour, too, where nobody else has taken it. @param {KeyboardEvent} event */
  const onkeydown = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    close();
  };
  const element = h(
    "section",
    { class: "arithmetic", id: "arithmetic", "aria-labelledby": heading.id, hidden: true, onkeydown },
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
        station = origin?.closest(".stop") ?? station;
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
