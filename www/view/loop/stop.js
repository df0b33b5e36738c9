/** A station of the loop: its number and title, its formula, its picture, and the line that says what is under the pointer. */
import { h, setText } from "../../draw/dom.js";
import { figure } from "../../draw/numbers.js";
import { loop as words } from "../../strings/words.js";

/** @import { Shown } from "./inquiry.js" */

/** In the order in which data goes through them. @typedef {keyof typeof words.stops} StopName */

/** What a stop is at in the round shown: its numbers are there, being computed, or to come, or never made in this run. @typedef {"done" | "active" | "pending" | "never"} Progressed */

/**
 * @typedef {object} Stop
 * @property {HTMLElement} element
 * @property {HTMLElement} body  where its pictures go
 * @property {(progressed: Progressed, known: boolean, done: number) => void} light  whether its numbers are there, and the share of an active stop
 */

/**
 * @param {StopName} name
 * @param {number} number
 * @returns {Stop}
 */
export function stop(name, number) {
  const { title, bodyHtml, mathHtml, pending } = words.stops[name];
  const heading = h("h3", { id: `stop-${name}` }, h("span", { class: "disc", "aria-hidden": "true", text: String(number) }), title);
  const formula = h("p", { class: "formula" });
  formula.innerHTML = `<math display="inline">${mathHtml}</math>`;
  const caption = h("p", { class: "caption" });
  caption.innerHTML = bodyHtml;
  const state = h("span", { class: "unseen" });
  heading.append(state);
  const bar = h("span", { class: "pace", "aria-hidden": "true" });
  const waiting = h("p", { class: "empty waiting", text: pending, hidden: true });
  const body = h("div", { class: "stop-body" });
  /** Whether the numbers are there, as was said last. */
  let there = true;
  const settle = () => {
    // Hidden under the reader, it would let the focus fall to the top of the page: its numbers are greyed until the next ones come.
    const waits = !there && body.contains(document.activeElement);
    body.hidden = !there && !waits;
    body.setAttribute("aria-busy", String(waits));
    waiting.hidden = !body.hidden;
  };
  body.addEventListener("focusout", () => setTimeout(settle));
  const element = h("div", { class: "stop", "data-stop": name, role: "group", "aria-labelledby": heading.id }, bar, heading, formula, caption, body, waiting);
  return {
    element,
    body,
    light: (progressed, known, done) => {
      element.dataset.state = progressed;
      element.style.setProperty("--done", String(progressed === "active" ? done : 0));
      there = known;
      settle();
      setText(waiting, progressed === "never" ? words.oneRound : pending);
      setText(state, ` (${words.states[progressed]})`);
    },
  };
}

/**
 * A line of text with a number in it that can be pressed for its arithmetic.
 * @param {string} label  what pressing it shows
 * @param {() => void} explain
 */
export function reading(label, explain) {
  const text = h("span");
  const number = numberButton(label, explain);
  return {
    element: h("p", { class: "reading" }, text, " ", number.element),
    /** @param {string} what @param {number | null | undefined} value */
    show: (what, value) => {
      setText(text, what);
      number.show(value);
    },
  };
}

/**
 * @param {string} label
 * @param {() => void} explain
 */
export function numberButton(label, explain) {
  const element = h("button", { type: "button", class: "num", title: label, onclick: explain });
  return {
    element,
    /** @param {number | null | undefined} value */
    show: (value) => {
      element.hidden = value === null || value === undefined;
      const text = value === null || value === undefined ? "" : figure(value);
      setText(element, text);
      element.setAttribute("aria-label", `${text}: ${label}`);
    },
  };
}

/**
 * A picture with a line under it.
 * @param {string} text
 * @param {string} alt
 */
export function plate(text, alt) {
  const canvas = h("canvas", { class: "pixels", role: "img", "aria-label": alt, width: 1, height: 1 });
  const caption = h("figcaption", { text });
  return { element: h("figure", { class: "mini" }, canvas, caption), canvas, caption };
}

/** The shape of images and patches. @param {Shown} shown */
export function shapeOf({ run }) {
  const { channels = 1, height = 1, width = 1 } = run.data?.summary ?? {};
  return { channels, height, width, patch: run.settings.patch };
}
