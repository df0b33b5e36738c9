/** Where the tour's dialog stands and what it points at: the one is never over the other. */

/** Between the dialog and the edges of the window, and round what is pointed at. */
const EDGE = 16;
const RING = 10;
/** In windows narrower than this the dialog takes the whole width. */
const NARROW = 640;
/** A chapter that has not come by then is not on this page. */
const PATIENCE_MS = 6000;

const isNarrow = () => document.documentElement.clientWidth < NARROW;

/** The lower edge of the bar that stays at the top: where it is now, and where it will be once the page is scrolled. */
function ceiling() {
  const bar = document.querySelector("#transport")?.getBoundingClientRect();
  return bar ? { now: Math.max(0, bar.bottom), stuck: bar.height } : { now: 0, stuck: 0 };
}

/** @param {Element} element */
const isShown = (element) => element.getClientRects().length > 0;

/**
 * Puts the dialog into the corner in which it covers least of what it points at; at the foot of a narrow window if it can.
 * @param {HTMLElement} dialog
 * @param {Element | null} target
 */
export function dock(dialog, target) {
  const { clientWidth: width, clientHeight: height } = document.documentElement;
  const { offsetWidth: w, offsetHeight: h } = dialog;
  const edge = isNarrow() ? 0 : EDGE;
  const [left, right, top, bottom] = [edge, width - w - edge, ceiling().now + edge, height - h - edge];
  const corners = [[right, bottom], [left, bottom], [right, top], [left, top]];
  const found = target?.getBoundingClientRect();
  /** @param {number[]} corner */
  const covered = ([x = 0, y = 0]) =>
    found
      ? Math.max(0, Math.min(x + w, found.right + RING) - Math.max(x, found.left - RING)) * Math.max(0, Math.min(y + h, found.bottom + RING) - Math.max(y, found.top - RING))
      : 0;
  const [x = 0, y = 0] = corners.reduce((best, corner) => (covered(corner) < covered(best) ? corner : best));
  dialog.style.translate = `${Math.round(x)}px ${Math.round(y)}px`;
}

/**
 * Scrolls to a place, outlines it and keeps the dialog off it, also while chapters above are still loading and move it. As soon
 * as the reader scrolls, the page is theirs.
 * @param {{at: string, small?: string, instead?: string, in?: string}} place
 * @param {HTMLElement} dialog
 * @param {AbortSignal} signal
 * @param {(target: Element) => void} found  told again when other images put something else in its place
 */
export function keepInView(place, dialog, signal, found) {
  let began = performance.now();
  /** @type {Element | null} */
  let target = null;
  /** What the target is, or lies in. @type {Element | null} */
  let whole = null;
  let following = true;

  /** @param {ScrollBehavior} behavior */
  const scroll = (behavior) => {
    if (!target || !following) return;
    const { top, bottom } = target.getBoundingClientRect();
    const floor = document.documentElement.clientHeight - (isNarrow() ? dialog.offsetHeight : 0);
    const inside = top >= ceiling().now + RING && bottom <= floor - RING;
    // What stays at the top is in view wherever the page is.
    if (!inside && !target.closest("#transport")) scrollBy({ top: top - ceiling().stuck - 2 * RING, behavior });
    dock(dialog, target);
  };

  const look = () => {
    if (signal.aborted) return;
    whole = [place.at, place.instead ?? []].flat().map((each) => document.querySelector(each)).find((each) => each && isShown(each)) ?? null;
    if (whole) {
      const fits = !isNarrow() || whole.clientHeight + 3 * RING <= document.documentElement.clientHeight - ceiling().stuck - dialog.offsetHeight;
      const element = (!fits && place.small && whole.querySelector(place.small)) || whole;
      target = element;
      target.toggleAttribute("data-toured", true);
      signal.addEventListener("abort", () => element.removeAttribute("data-toured"));
      found(element);
      scroll(matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth");
    } else if (performance.now() - began < PATIENCE_MS) {
      // Its chapter is loaded when it comes near.
      if (place.in && following) document.querySelector(place.in)?.scrollIntoView({ block: "start" });
      setTimeout(look, 50);
    }
  };
  look();

  const resized = new ResizeObserver(() => {
    if (!target || !whole || isShown(whole)) {
      scroll("instant");
      return;
    }
    // Other images have put something else in its place.
    target.removeAttribute("data-toured");
    target = null;
    began = performance.now();
    look();
  });
  resized.observe(document.body);
  signal.addEventListener("abort", () => resized.disconnect());
  const leave = () => (following = false);
  for (const event of ["wheel", "touchmove", "pointerdown"]) addEventListener(event, leave, { signal, passive: true });
  addEventListener("scroll", () => dock(dialog, target), { signal, passive: true });
  addEventListener("resize", () => dock(dialog, target), { signal });
}
