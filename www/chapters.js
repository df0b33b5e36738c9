/**
 * The chapters below the results. Each is a script of its own that is loaded when the reader comes near it, so that the first
 * paint and the first run wait for none of them.
 */
import { mount, painted } from "./draw/dom.js";

/** @import { Controller } from "./controller.js" */
/** @import { Store } from "./model.js" */

/** @typedef {(root: HTMLElement, store: Store, controller: Controller) => void} Mount */

/** In their order on the page, by the id of their section. @type {Record<string, () => Promise<Mount>>} */
const CHAPTERS = {
  how: async () => (await import("./view/how.js")).mountHow,
  compare: async () => (await import("./view/compare.js")).mountCompare,
  try: async () => (await import("./view/try.js")).mountTry,
  noise: async () => (await import("./view/noise.js")).mountNoise,
  deep: async () => (await import("./view/deep.js")).mountDeep,
  matrix: async () => (await import("./view/matrix.js")).mountMatrix,
  take: async () => (await import("./view/take.js")).mountTake,
};

/** How far below the window a chapter is loaded. */
const NEAR = "600px";

/**
 * @param {Store} store
 * @param {Controller} controller
 */
export function mountChapters(store, controller) {
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        const load = CHAPTERS[target.id];
        if (!isIntersecting || !load) continue;
        observer.unobserve(target);
        load().then((mountChapter) => mountChapter(mount(`#${target.id} .chapter-body`), store, controller));
      }
    },
    { rootMargin: NEAR },
  );
  painted.then(() => {
    for (const id of Object.keys(CHAPTERS)) observer.observe(mount(`#${id}`));
  });
}
