/**
 * The one table of settings: it drives the controls, the address of the page, defaults, limits and tooltips. This is the whole of
 * it, for whoever uses it; `state/` holds one purpose per file. None of them needs a browser.
 */
export * from "./state/address.js";
export * from "./state/engine.js";
export * from "./state/experiments.js";
export * from "./state/presets.js";
export { DATA_NAMES, isOpened, learnOpened, learnPacks, shownRange } from "./state/sets.js";
export * from "./state/table.js";
export * from "./state/view.js";
