/** The arithmetic of one number, in a panel that stays in reach while the picture above it is pointed at. */
import { h, setText } from "../../draw/dom.js";
import { math } from "../../draw/mathml.js";
import { explained as words, sentence } from "../../strings/words.js";
import { icon } from "../icons.js";
import { setQuoting } from "../quote.js";
import { arithmetic } from "./arithmetic.js";

/** @import { Inquiry } from "./inquiry.js" */

/** Milliseconds that the lines before stay while others are computed: under a moving pointer they would flicker. */
const STALE_MS = 150;

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
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let due;
  /** @param {...Node} nodes */
  const show = (...nodes) => {
    clearTimeout(due);
    due = undefined;
    lines.style.minHeight = "";
    lines.replaceChildren(...nodes);
  };
  const wait = () => {
    // What is above the panel must not move when the lines come back.
    const height = lines.offsetHeight;
    show(h("p", { class: "quiet", text: words.pending }));
    lines.style.minHeight = `${height}px`;
  };
  loop.watch(
    ({ asked, explained, unexplained, trouble, labels }) => [asked, explained, unexplained, trouble, labels],
    (shown) => {
      const { asked, explained } = shown;
      element.hidden = asked === null;
      if (!asked) {
        last = null;
        show();
        return;
      }
      const other = asked.what !== last;
      if (other) {
        last = asked.what;
        const active = document.activeElement;
        origin = active instanceof HTMLElement && !element.contains(active) ? active : origin;
        station = origin?.closest(".stop") ?? station;
        heading.focus({ preventScroll: true });
        element.scrollIntoView({ block: "nearest" });
      }
      setText(heading, words.headings[asked.what]);
      setText(about, words.about[asked.what]);
      const known = explained?.what === asked.what ? explained : null;
      const failure = known ? null : (shown.unexplained ?? shown.trouble);
      lines.setAttribute("aria-busy", String(!known && failure === null));
      if (known) {
        const { formulas, table } = arithmetic(known, shown, (train) => inquiry.train(train));
        show(h("div", {}, ...formulas.map((formula) => h("p", { class: "formula-row" }, math(formula, "block")))), h("div", {}, ...table));
      } else if (failure !== null) {
        const line = h("p", { class: "quiet" });
        setQuoting(line, sentence(failure), [sentence(failure)]);
        show(line);
      } else if (other) {
        wait();
      } else {
        due ??= setTimeout(wait, STALE_MS);
      }
    },
  );
  return element;
}
