/**
 * What the address says about the page rather than the run: parts left out, the step of the tour, the language. It outlives
 * Reset, a new seed and every change of settings.
 */
import { LANGUAGES } from "../strings/language.js";
import { TABLE } from "./table.js";

/** @import { Language } from "../strings/language.js" */
/** @import { Correction, Row } from "./table.js" */

export { LANGUAGES };

/** Steps of the tour, which `lesson` counts from 1. */
export const LESSON_STEPS = 10;

/** What can be left out beside the controls of the table. */
const NAMED = /** @type {const} */ ([
  "data", "experiment", "step", "reset", "new-seed", "how", "compare", "try", "noise", "deep", "matrix", "take", "header", "footer",
]);

/** @typedef {typeof NAMED[number] | Row["key"]} Part */

/** Everything that `hide` can name, in the order in which the address lists it. @type {readonly Part[]} */
export const PARTS = [...NAMED, ...TABLE.map(({ key }) => key)];

/**
 * @typedef {object} View
 * @property {readonly Part[]} hide
 * @property {number | null} lesson  step of the tour, from 1; null while there is no tour
 * @property {Language | null} lang  null: the browser's
 */

/** @typedef {keyof View} ViewKey */

/**
 * @param {URLSearchParams} given
 * @returns {{view: View, corrections: Correction[]}}
 */
export function parseView(given) {
  /** @type {Correction[]} */
  const corrections = [];
  const names = (given.get("hide") ?? "").split(",").map((name) => name.trim()).filter(Boolean);
  const hide = PARTS.filter((part) => names.includes(part));
  const unknown = names.filter((name) => !PARTS.some((part) => part === name));
  if (unknown.length) corrections.push({ key: "hide", found: unknown.join(", "), used: hide.join(", ") });

  const step = given.get("lesson") ?? "off";
  const lesson = step === "off" ? null : step === "on" ? 1 : lessonStep(step);
  if (lesson === undefined || (lesson !== null && step !== "on" && Number(step) !== lesson)) {
    corrections.push({ key: "lesson", found: step, used: lesson ?? "off" });
  }

  const wanted = given.get("lang");
  const lang = LANGUAGES.find((each) => each === wanted) ?? null;
  if (wanted !== null && lang === null) corrections.push({ key: "lang", found: wanted, used: LANGUAGES[0] });
  return { view: { hide, lesson: lesson ?? null, lang }, corrections };
}

/** The nearest step there is; undefined for what is no number. @param {string} text */
function lessonStep(text) {
  const value = text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(value) ? Math.min(Math.max(Math.round(value), 1), LESSON_STEPS) : undefined;
}

/**
 * Adds to an address what differs from the page as it is.
 * @param {URLSearchParams} search
 * @param {View} view
 */
export function formatView(search, { hide, lesson, lang }) {
  if (hide.length) search.set("hide", hide.join(","));
  if (lesson !== null) search.set("lesson", String(lesson));
  if (lang !== null) search.set("lang", lang);
}

/** @type {View} */
export const WHOLE = { hide: [], lesson: null, lang: null };
