/** The words of the page in the reader's language: what every view imports, and the one place that knows there are several. */
import * as words from "./en.js";

export const {
  accuracy, compare, controls, count, dataSets, drawing, duration, ended, engine, engines, errors, experiments, explained, filters, fixed,
  loop, matrix, noise, own, percent, pins, power, primary, progress, samples, seen, sentence, settings, sources, take, tour,
} = words;
