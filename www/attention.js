/**
 * Nobody looks, nothing is computed: work rests while the page is hidden, or while the frame that it stands in is scrolled out of
 * sight, and goes on when it is back. A run that the reader paused stays paused.
 */

/** @import { Controller } from "./controller.js" */
/** @import { Store } from "./model.js" */

/** Why work rests. @typedef {"hidden" | "scrolled"} Away */

let inSight = true;
/** @type {(() => void)[]} */
const watchers = [];

/** Why nobody can be looking; null where somebody may be. @returns {Away | null} */
export const away = () => (document.hidden ? "hidden" : inSight ? null : "scrolled");

/** Calls back when that may have changed. @param {() => void} look */
export function watchAway(look) {
  watchers.push(look);
}

const tell = () => watchers.forEach((look) => look());
document.addEventListener("visibilitychange", tell);
// Hidden pages may be frozen and thawed without another word.
document.addEventListener("resume", tell);
// The window of a page of its own is its whole; only in a frame can all of it be out of sight.
if (window.parent !== window) {
  new IntersectionObserver((entries) => {
    inSight = entries.at(-1)?.isIntersecting ?? true;
    tell();
  }).observe(document.documentElement);
}

/**
 * @param {Store} store
 * @param {Controller} controller
 */
export function mountAttention(store, controller) {
  const look = () => {
    const why = away();
    const { phase, resting } = store.model;
    if (why && phase === "running") {
      store.set({ resting: why });
      controller.pause();
    } else if (!why && resting) {
      store.set({ resting: null });
      if (phase === "paused" || phase === "pausing") controller.resume();
    }
  };
  watchAway(look);
  // Pressed early, or by a step of the tour, a run may also begin while nobody looks.
  store.watch(({ phase }) => [phase], look);
}
