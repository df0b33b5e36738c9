/**
 * What the address says about the page rather than the run: parts left out, the step of the tour, the language. It outlives
 * Reset, a new seed and every change of settings.
 */
import { languageOf, LANGUAGES } from "../../text/language";
import { TABLE } from "./table";
import type { Language } from "../../text/language";
import type { Correction, Row } from "./table";

export { LANGUAGES };

/** Steps of the tour, which `lesson` counts from 1. */
export const LESSON_STEPS = 13;

/** What can be left out beside the controls of the table. */
const NAMED = [
  "data",
  "experiment",
  "step",
  "reset",
  "new-seed",
  "puzzle",
  "how",
  "compare",
  "edges",
  "network",
  "try",
  "noise",
  "deep",
  "where",
  "matrix",
  "teach",
  "glossary",
  "take",
  "header",
  "footer",
] as const;

export type Part = (typeof NAMED)[number] | Row["key"];

/** Everything that `hide` can name, in the order in which the address lists it. */
export const PARTS: readonly Part[] = [...NAMED, ...TABLE.map(({ key }) => key)];

export interface View {
  hide: readonly Part[];
  /** step of the tour, from 1; null while there is no tour */
  lesson: number | null;
  /** null: the browser's */
  lang: Language | null;
  /** Presentation: large type, one chapter on a screen. */
  present: boolean;
}

export type ViewKey = keyof View;

export const VIEW_KEYS = Object.keys({ hide: 0, lesson: 0, lang: 0, present: 0 } satisfies Record<
  ViewKey,
  0
>) as readonly ViewKey[];

export function parseView(given: URLSearchParams): { view: View; corrections: Correction[] } {
  const corrections: Correction[] = [];
  const names = (given.get("hide") ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter(Boolean);
  const hide = PARTS.filter((part) => names.includes(part));
  const unknown = names.filter((name) => !PARTS.some((part) => part === name));
  if (unknown.length) corrections.push({ key: "hide", found: unknown.join(", "), used: hide.join(", ") });

  const step = (given.get("lesson") ?? "off").toLowerCase();
  const lesson = step === "off" ? null : step === "on" ? 1 : lessonStep(step);
  if (lesson === undefined || (lesson !== null && step !== "on" && Number(step) !== lesson)) {
    corrections.push({ key: "lesson", found: step, used: lesson ?? "off" });
  }

  const wanted = given.get("lang");
  const lang = languageOf(wanted) ?? null;
  if (wanted !== null && lang === null) corrections.push({ key: "lang", found: wanted, used: LANGUAGES[0] });

  const asked = (given.get("present") ?? "off").toLowerCase();
  const present = asked === "on";
  if (!present && asked !== "off") corrections.push({ key: "present", found: asked, used: "off" });
  return { view: { hide, lesson: lesson ?? null, lang, present }, corrections };
}

/** The nearest step there is; undefined for what is no number. */
function lessonStep(text: string) {
  const value = text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(value) ? Math.min(Math.max(Math.round(value), 1), LESSON_STEPS) : undefined;
}

/** Adds to an address what differs from the page as it is. */
export function formatView(search: URLSearchParams, { hide, lesson, lang, present }: View) {
  if (hide.length) search.set("hide", hide.join(","));
  if (lesson !== null) search.set("lesson", String(lesson));
  if (lang !== null) search.set("lang", lang);
  if (present) search.set("present", "on");
}

export const WHOLE: View = { hide: [], lesson: null, lang: null, present: false };
