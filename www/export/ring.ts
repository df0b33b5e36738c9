/** The loop as one picture: the ring of its seven stations, clockwise, with what each of them shows. */
import type { Inks } from "./inks";
import { moved, tag, text, type Drawing } from "./svg";

export interface RingTile {
  title: string;
  line: string;
  /** The address of a picture, or bars between -1 and 1 and the one that wins; null before it is known. */
  shown: { picture: string } | { bars: number[]; wins: number | null } | null;
}

const [WIDTH, HEIGHT] = [240, 220];
const GAP = 56;
const SIDE = 136;
/** Column and row of each station. */
const PLACES = [
  [0, 0],
  [1, 0],
  [2, 0],
  [3, 0],
  [3, 1],
  [2, 1],
  [1, 1],
] as const;

export function ring(tiles: RingTile[], inks: Inks): Drawing {
  const at = (i: number) => {
    const [column, row] = PLACES[i] ?? [0, 0];
    return { x: column * (WIDTH + GAP), y: row * (HEIGHT + GAP) };
  };
  const content = tiles.map((tile, i) => {
    const { x, y } = at(i);
    return moved(x, y, tileOf(tile, i + 1, inks)) + arrow(at(i), at((i + 1) % tiles.length), inks);
  });
  return { width: 4 * WIDTH + 3 * GAP, height: 2 * HEIGHT + GAP, content: content.join("") };
}

function tileOf({ title, line, shown }: RingTile, number: number, inks: Inks) {
  const frame = tag("rect", { width: WIDTH, height: HEIGHT, rx: 10, fill: "none", stroke: inks.line });
  const heading = text(14, 26, `${number} ${title}`, inks.ink, 15, { "font-weight": 650 });
  return (
    frame + heading + text(14, HEIGHT - 14, line, inks.quiet, 13) + moved((WIDTH - SIDE) / 2, 42, shown ? picture(shown, inks) : "")
  );
}

function picture(shown: NonNullable<RingTile["shown"]>, inks: Inks) {
  if ("picture" in shown) {
    const size = { width: SIDE, height: SIDE };
    return tag("image", { ...size, href: shown.picture, style: "image-rendering: pixelated" });
  }
  const width = SIDE / shown.bars.length;
  const bars = shown.bars.map((value, i) =>
    tag("rect", {
      x: i * width + width * 0.1,
      y: (SIDE / 2) * (1 - Math.max(value, 0)),
      width: width * 0.8,
      height: (SIDE / 2) * Math.abs(value),
      fill: i === shown.wins ? inks.learned : inks.quiet,
    }),
  );
  return bars.join("") + tag("line", { x1: 0, x2: SIDE, y1: SIDE / 2, y2: SIDE / 2, stroke: inks.line });
}

/** From the edge of one tile to that of the next; from the last one back to the first. */
function arrow(from: { x: number; y: number }, to: { x: number; y: number }, inks: Inks) {
  const stroke = { fill: "none", stroke: inks.quiet, "stroke-width": 1.5 };
  const middle = { x: from.x + WIDTH / 2, y: from.y + HEIGHT / 2 };
  const target = { x: to.x + WIDTH / 2, y: to.y + HEIGHT / 2 };
  const [right, down] = [Math.sign(target.x - middle.x), Math.sign(target.y - middle.y)];
  // Diagonally it goes to the side first.
  const start = right ? { x: middle.x + (right * WIDTH) / 2, y: middle.y } : { x: middle.x, y: middle.y + (down * HEIGHT) / 2 };
  const end = down ? { x: target.x, y: target.y - (down * HEIGHT) / 2 } : { x: target.x - (right * WIDTH) / 2, y: target.y };
  const [dx, dy] = down ? [0, down] : [right, 0];
  const head = `M${end.x - 7 * dx - 5 * dy} ${end.y - 7 * dy - 5 * dx}L${end.x} ${end.y}L${end.x - 7 * dx + 5 * dy} ${end.y - 7 * dy + 5 * dx}`;
  return tag("path", { d: `M${start.x} ${start.y}${down ? `H${end.x}` : ""}L${end.x} ${end.y}${head}`, ...stroke });
}
