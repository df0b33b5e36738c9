/**
 * The one table of settings: it drives the controls, the address of the page, defaults, limits and tooltips. This is the whole of
 * it, for whoever uses it; `state/` holds one purpose per file. None of them needs a browser.
 */
export * from "./settings/address";
export * from "./settings/engine";
export * from "./settings/experiments";
export * from "./settings/presets";
export { DATA_NAMES, isOpened, learnOpened, learnPacks, shownRange } from "./settings/sets";
export * from "./settings/table";
export * from "./settings/view";
