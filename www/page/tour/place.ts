/** Where the card of the tour stands: never over what it is about, if the window has room for both. */

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Room {
  width: number;
  height: number;
  /** Lower edge of the bar that stays at the top. */
  ceiling: number;
}

/** Between the card and the edges of the window, and round what it is about. */
export const EDGE = 16;
export const RING = 8;
/** In windows narrower than this the card takes the whole width. */
export const NARROW = 640;
/** From this width on the loop leaves a column of the window to the card, as the styles of `Tour.svelte` say. */
const ASIDE = 1168;

/**
 * Where the card covers least of the target, and then least of what else the step is about: at the foot of the window if it can.
 * @param also  in a wide window the card stands beside this, as high as the target
 */
export function corner(
  card: { width: number; height: number },
  { width, height, ceiling }: Room,
  target: Box | null,
  also: Box | null = null,
) {
  const edge = width < NARROW ? 0 : EDGE;
  const [left, right] = [edge, width - card.width - edge];
  const [top, bottom] = [ceiling + edge, height - card.height - edge];
  const corners = [
    { x: right, y: bottom },
    { x: left, y: bottom },
    { x: right, y: top },
    { x: left, y: top },
  ];
  if (target && also && width >= ASIDE) corners.unshift({ x: right, y: Math.max(top, Math.min(bottom, target.top - RING)) });
  const covered = ({ x, y }: { x: number; y: number }, box: Box | null) =>
    box
      ? overlap(x, x + card.width, box.left - RING, box.right + RING) *
        overlap(y, y + card.height, box.top - RING, box.bottom + RING)
      : 0;
  const isBetter = (a: { x: number; y: number }, b: { x: number; y: number }) =>
    (covered(a, target) - covered(b, target) || covered(a, also) - covered(b, also)) < 0;
  const best = corners.reduce((best, each) => (isBetter(each, best) ? each : best));
  return { x: Math.round(best.x), y: Math.round(best.y), covered: covered(best, target) };
}

const overlap = (a: number, b: number, c: number, d: number) => Math.max(0, Math.min(b, d) - Math.max(a, c));

/** Height that is left for the target: above the card in a narrow window, else all below the bar. */
export const heightFor = (card: { height: number }, { width, height, ceiling }: Room) =>
  height - ceiling - 2 * RING - (width < NARROW ? card.height : 0);
