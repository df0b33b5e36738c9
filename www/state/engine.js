/** What settings mean to the engine, and which of them a change of leaves alone. */
import { isOpened } from "./sets.js";
import { TABLE } from "./table.js";

/** @import { DataSpec, EngineSettings } from "../protocol.js" */
/** @import { Settings } from "./table.js" */

/**
 * @param {Settings} settings
 * @returns {DataSpec}
 */
export function dataSpec({ data, train, validation, test, seed, sigma, frame }) {
  return { name: isOpened(data) ? "opened" : data, train, validation, test, seed, sigma, frame };
}

/**
 * @param {Settings} settings
 * @returns {EngineSettings}
 */
export function engineSettings({ patch, depth, ridge, rounds, agop, train, levels, width, relu }) {
  return { patch, depth, ridge, rounds, agopSamples: agop === train ? "all" : agop, levels, width, relu };
}

/**
 * Whether the same images serve both.
 * @param {Settings} a
 * @param {Settings} b
 */
export function sameData(a, b) {
  return sameSource(a, b) && TABLE.every(({ key, group }) => group !== "data" || a[key] === b[key]);
}

/**
 * Whether the images of both are drawn from the same ones.
 * @param {Settings} a
 * @param {Settings} b
 */
export function sameSource(a, b) {
  return a.data === b.data && a.hub === b.hub && TABLE.every(({ key, group }) => group !== "source" || a[key] === b[key]);
}
