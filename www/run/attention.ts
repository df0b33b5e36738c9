/** Whether anybody can be looking: a run rests while its page is hidden or while it is scrolled out of sight in a frame. */

/** Why nobody can be looking. */
export type Away = "hidden" | "scrolled";

/**
 * Calls back with the reason why nobody can be looking at `element`, or null, at once and on every change.
 * @param guest  whether the element stands on somebody else's page
 * @returns stops watching
 */
export function watchAttention(element: HTMLElement, changed: (away: Away | null) => void, guest: boolean = false): () => void {
  const { ownerDocument: document } = element;
  const window = document.defaultView;
  let inSight = true;
  const report = () => changed(document.hidden ? "hidden" : inSight ? null : "scrolled");
  document.addEventListener("visibilitychange", report);
  // Hidden pages may be frozen and thawed without another event.
  document.addEventListener("resume", report);
  // A reader of the page itself may scroll while a run goes on; a frame or an element that is scrolled away is out of mind.
  const observer = window && (guest || window.parent !== window) ? new IntersectionObserver(see) : null;
  observer?.observe(element);
  report();
  function see(entries: IntersectionObserverEntry[]) {
    inSight = entries.at(-1)?.isIntersecting ?? true;
    report();
  }
  return () => {
    document.removeEventListener("visibilitychange", report);
    document.removeEventListener("resume", report);
    observer?.disconnect();
  };
}
