/**
 * The guided tour: ten steps in plain words, each beside the part of the page that it is about. A dialog that is not modal: the
 * page goes on working under it, for some steps wait until the reader has done something there.
 */
import { h, setText } from "../draw/dom.js";
import { LESSON_STEPS } from "../state.js";
import { tour as words } from "../strings/words.js";
import { icon } from "./icons.js";
import { dock, keepInView } from "./tour/place.js";

/** @import { Controller } from "../controller.js" */
/** @import { Model, Store } from "../model.js" */

/**
 * What a step waits for: "run" for the end of a run, which goes on by itself; "move" for the pointer or the arrow keys on what it
 * points at, which does not: only the reader knows when the last stroke is drawn.
 * @typedef {"run" | "move"} Action
 */

/**
 * A part of the page, the smaller part of it that is pointed at where the whole leaves no room for the card, what stands there instead
 * where these images have no such part, and the chapter that has to be near for it to be there.
 * @typedef {{at: string, small?: string, instead?: string, in?: string, action?: Action}} Place
 */

/** In the order of the words. @type {readonly Place[]} */
export const PLACES = [
  { at: "#data .groups" },
  { at: "#run", action: "run" },
  { at: "#accuracy .numbers" },
  { at: "#filters .filter-rows" },
  { at: "#seen .looks.three" },
  { at: "#loop-image", in: "#how", action: "move" },
  { at: '.stop[data-stop="kernel"]', small: ".stop-body > :first-child", in: "#how" },
  { at: '.stop[data-stop="matrix"]', small: ".stop-body > :first-child", in: "#how" },
  { at: "#try .pen-side:not([hidden])", instead: "#try .ways:not([hidden])", in: "#try", action: "move" },
  { at: "#setup .settings" },
];

/** Long enough to see that it was done. */
const GO_ON_MS = 1600;
/** A pointer that only passes by is no answer. */
const MOVES = 6;

/**
 * @param {Store} store
 * @param {Controller} controller
 * @param {HTMLElement} start  the button that began it, which gets the focus back
 */
export function mountTour(store, controller, start) {
  const heading = h("h2", { id: "tour-heading", tabindex: -1 });
  const number = h("p", { class: "tour-number small quiet" });
  const body = h("p", { class: "tour-body" });
  const task = h("p", { class: "tour-task", role: "status" });
  const there = h("button", { type: "button", class: "bare", id: "tour-there", title: words.wayBack, text: words.there, onclick: goThere });
  const back = h("button", { type: "button", id: "tour-back", text: words.back, onclick: () => go(-1) });
  const next = h("button", { type: "button", id: "tour-next", class: "primary", onclick: () => go(1) });
  const end = h("button", { type: "button", class: "bare", id: "tour-end", "aria-label": words.end, onclick: close }, icon("close"));
  const dialog = h(
    "section",
    { class: "tour", id: "tour", role: "dialog", "aria-modal": "false", "aria-labelledby": heading.id, hidden: true },
    h("div", { class: "tour-head" }, number, end),
    heading,
    body,
    task,
    h("div", { class: "tour-ways" }, back, next, there),
  );
  // First in the page: one Tab from the dialog is the page from its top.
  document.body.prepend(dialog);

  /** What the step points at; null while it is not there. @type {Element | null} */
  let target = null;
  /** Where "Go there" has led. @type {HTMLElement | null} */
  let led = null;
  /** Ends everything that the step before has begun. */
  let leave = () => {};
  /** The step that is shown. @type {number | null} */
  let shown = null;

  /** @param {number} way */
  function go(way) {
    const step = (store.model.view.lesson ?? 1) + way;
    if (step > LESSON_STEPS) close();
    else controller.look({ lesson: Math.max(1, step) });
  }

  function close() {
    controller.look({ lesson: null });
    start.focus();
  }

  function goThere() {
    led = focusable(target);
    led?.focus();
  }

  addEventListener("keydown", (event) => {
    if (shown === null || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") close();
    else if (event.key === "Tab" && event.shiftKey && led && led === document.activeElement) {
      // The card is the first thing in the page, all of which would lie between.
      event.preventDefault();
      next.focus({ preventScroll: true });
    } else if (!dialog.contains(document.activeElement) || event.altKey || event.ctrlKey || event.metaKey) return;
    else if (event.key === "ArrowRight") go(1);
    else if (event.key === "ArrowLeft") go(-1);
  });

  store.watch(
    ({ view }) => [view.lesson],
    ({ view }) => show(view.lesson),
  );

  /** @param {number | null} step */
  function show(step) {
    leave();
    shown = step;
    dialog.hidden = step === null;
    document.body.toggleAttribute("data-tour", step !== null);
    const place = PLACES[(step ?? 0) - 1];
    const said = words.steps[(step ?? 0) - 1];
    if (step === null || !place || !said) return;
    setText(number, words.number(step, LESSON_STEPS));
    setText(heading, said.title);
    setText(body, said.body);
    setText(next, step === LESSON_STEPS ? words.finish : words.next);
    setText(task, said.task ?? "");
    task.classList.remove("done");
    next.classList.remove("due");
    led = null;
    back.disabled = step === 1;
    there.hidden = true;
    heading.focus({ preventScroll: true });
    leave = visit(place, step, said.task ?? "");
  }

  /**
   * Shows a place and waits there.
   * @param {Place} place
   * @param {number} step
   * @param {string} asked  what the reader is asked to do there
   * @returns {() => void}  what ends it
   */
  function visit(place, step, asked) {
    const ending = new AbortController();
    const { signal } = ending;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let due;
    /** @param {string} text */
    const tick = (text) => {
      setText(task, text);
      task.classList.add("done");
    };
    const moved = () => {
      tick(words.moved);
      next.classList.add("due");
    };
    const hasRun = () => {
      if (signal.aborted || due !== undefined) return;
      tick(words.done);
      due = setTimeout(() => !signal.aborted && shown === step && go(1), GO_ON_MS);
    };
    keepInView(place, dialog, signal, (element) => {
      target = element;
      there.hidden = !focusable(element);
      if (place.action !== "move") return;
      const instead = place.instead !== undefined && element.matches(place.instead);
      if (!task.classList.contains("done")) setText(task, instead ? words.instead : asked);
      if (!instead) whenMoved(element, signal, moved);
    });
    if (place.action === "run") whenRun(store, signal, hasRun, () => setText(task, words.hasRun));
    signal.addEventListener("abort", () => {
      clearTimeout(due);
      target = null;
    });
    dock(dialog, null);
    return () => ending.abort();
  }
}

/** What takes the keys in a part of the page. @param {Element | null} element */
function focusable(element) {
  const all = element ? [element, ...element.querySelectorAll("button, input, select, [tabindex]")] : [];
  const found = all.find((each) => each instanceof HTMLElement && each.matches("button:enabled, input, select, [tabindex='0']"));
  return found instanceof HTMLElement ? found : null;
}

/**
 * @param {Element} element
 * @param {AbortSignal} signal
 * @param {() => void} done
 */
function whenMoved(element, signal, done) {
  let moves = 0;
  // Over the drawing area a pointer that is not down leaves nothing.
  const counts = (/** @type {Event} */ event) => event instanceof PointerEvent && (event.buttons !== 0 || !(event.target instanceof Element && event.target.matches(".pen")));
  element.addEventListener("pointermove", (event) => counts(event) && ++moves >= MOVES && done(), { signal });
  element.addEventListener("pointerup", done, { signal });
  element.addEventListener("keydown", (event) => event instanceof KeyboardEvent && event.key.startsWith("Arrow") && done(), { signal });
}

/**
 * @param {Store} store
 * @param {AbortSignal} signal
 * @param {() => void} done
 * @param {() => void} already  it has run before the step began
 */
function whenRun(store, signal, done, already) {
  let before = /** @type {Model["phase"] | null} */ (null);
  store.watch(
    ({ phase }) => [phase],
    ({ phase }) => {
      if (signal.aborted) return;
      if (before === null && phase === "finished") already();
      else if (before !== null && before !== "finished" && phase === "finished") done();
      before = phase;
    },
  );
}
