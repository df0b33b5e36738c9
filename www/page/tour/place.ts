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

/** The corner in which the card covers least of the target: at the foot of the window if it can. */
export function corner(card: { width: number; height: number }, { width, height, ceiling }: Room, target: Box | null) {
  const edge = width < NARROW ? 0 : EDGE;
  const [left, right] = [edge, width - card.width - edge];
  const [top, bottom] = [ceiling + edge, height - card.height - edge];
  const corners = [
    { x: right, y: bottom },
    { x: left, y: bottom },
    { x: right, y: top },
    { x: left, y: top },
  ];
  const covered = ({ x, y }: { x: number; y: number }) =>
    target
      ? overlap(x, x + card.width, target.left - RING, target.right + RING) *
        overlap(y, y + card.height, target.top - RING, target.bottom + RING)
      : 0;
  const best = corners.reduce((best, each) => (covered(each) < covered(best) ? each : best));
  return { x: Math.round(best.x), y: Math.round(best.y), covered: covered(best) };
}

const overlap = (a: number, b: number, c: number, d: number) => Math.max(0, Math.min(b, d) - Math.max(a, c));

/** Height that is left for the target: above the card in a narrow window, else all below the bar. */
export const heightFor = (card: { height: number }, { width, height, ceiling }: Room) =>
  height - ceiling - 2 * RING - (width < NARROW ? card.height : 0);
