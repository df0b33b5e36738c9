/**
 * Nobody looks, nothing is computed: a run rests while the page is hidden, or while the frame that it stands in is scrolled out of
 * sight, and goes on when it is back. A run that the reader paused stays paused.
 */

/** @import { Controller } from "./controller.js" */
/** @import { Store } from "./model.js" */

/** Why a run rests. @typedef {"hidden" | "scrolled"} Away */

/**
 * @param {Store} store
 * @param {Controller} controller
 */
export function mountAttention(store, controller) {
  let inSight = true;

  /** @returns {Away | null} */
  const away = () => (document.hidden ? "hidden" : inSight ? null : "scrolled");

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

  document.addEventListener("visibilitychange", look);
  // Hidden pages may be frozen and thawed without another word.
  document.addEventListener("resume", look);
  // Pressed early, or by a step of the tour, a run may also begin while nobody looks.
  store.watch(({ phase }) => [phase], look);
  // The window of a page of its own is its whole; only in a frame can all of it be out of sight.
  if (window.parent !== window) {
    new IntersectionObserver((entries) => {
      inSight = entries.at(-1)?.isIntersecting ?? true;
      look();
    }).observe(document.documentElement);
  }
}
