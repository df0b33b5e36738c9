/**
 * The words of the page in the reader's language: what every view imports, and the one place that knows there are several. Only
 * the one that is spoken is downloaded.
 */
import { languageNow } from "./language.js";

export const language = languageNow();

/** @type {Record<typeof language, () => Promise<typeof import("./en.js")>>} */
const load = { en: () => import("./en.js"), es: () => import("./es.js") };

const words = await load[language]();

export const {
  accuracy, classNames, compare, controls, count, dataSets, deep, drawing, duration, ended, engine, engines, errors, experiments, explained,
  filters, fixed, loop, matrix, noise, own, percent, pins, power, primary, progress, ridge, samples, seen, sentence, settings, sources, take,
  tour,
} = words;
