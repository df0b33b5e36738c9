/**
 * The one table of settings: it drives the controls, the address of the page, defaults, limits and tooltips. This is the whole of
 * it, for whoever uses it; `settings/` holds one purpose per file. None of them needs a browser.
 */
export * from "./settings/address";
export * from "./settings/engine";
export * from "./settings/experiments";
export * from "./settings/presets";
export {
  ALL,
  BUILT_IN,
  isOpened,
  openedImages,
  shownRange,
  type BuiltIn,
  type Catalogue,
  type OpenedImages,
} from "./settings/sets";
export * from "./settings/table";
export * from "./settings/view";
