/** The arrows between the stations, drawn over the whole picture from where the stations stand: what makes it one loop. */

const SVG = "http://www.w3.org/2000/svg";

/** How far an arrow keeps from the stations, the size of its head, and how round its corners are, in pixels. */
const CLEAR = 5;
const HEAD = 9;
const CORNER = 12;

/** @typedef {{from: HTMLElement, to: HTMLElement, letter: string, back?: boolean}} Wire  `letter` names what goes along it */

/**
 * @param {HTMLElement} picture
 * @param {Wire[]} wires
 * @returns {(lit: HTMLElement[]) => void}  lights the arrows that leave these stations
 */
export function mountWires(picture, wires) {
  const svg = document.createElementNS(SVG, "svg");
  svg.classList.add("wires");
  svg.setAttribute("aria-hidden", "true");
  picture.prepend(svg);
  /** @type {SVGGElement[]} */
  let groups = [];
  /** @type {HTMLElement[]} */
  let lit = [];
  const light = () => groups.forEach((group, i) => group.classList.toggle("lit", lit.includes(/** @type {Wire} */ (wires[i]).from)));
  const draw = () => {
    const frame = picture.getBoundingClientRect();
    svg.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
    groups = wires.map(({ from, to, letter, back }) => wire(box(from, frame), box(to, frame), letter, back ?? false));
    svg.replaceChildren(...groups);
    light();
  };
  const observer = new ResizeObserver(draw);
  observer.observe(picture);
  for (const { from } of wires) observer.observe(from);
  return (stations) => {
    lit = stations;
    light();
  };
}

/** @typedef {{left: number, right: number, top: number, bottom: number}} Box */

/** @param {HTMLElement} element @param {DOMRect} frame @returns {Box} */
function box(element, frame) {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return { left: left - frame.left, right: right - frame.left, top: top - frame.top, bottom: bottom - frame.top };
}

/**
 * Straight across the gap between neighbours; along the edge of the picture where others stand between.
 * @param {Box} from
 * @param {Box} to
 * @param {string} letter
 * @param {boolean} back
 */
function wire(from, to, letter, back) {
  const group = document.createElementNS(SVG, "g");
  if (back) group.classList.add("back");
  /** @type {[number, number][]} */
  let points;
  const across = Math.min(from.bottom, to.bottom) - Math.max(from.top, to.top) > 40;
  if (across) {
    const y = Math.max(from.top, to.top) + 26;
    points = to.left >= from.right ? [[from.right + CLEAR, y], [to.left - CLEAR, y]] : [[from.left - CLEAR, y], [to.right + CLEAR, y]];
  } else {
    const x = (Math.max(from.left, to.left) + Math.min(from.right, to.right)) / 2;
    const down = to.top >= from.bottom;
    const gap = down ? to.top - from.bottom : from.top - to.bottom;
    if (gap < 120) {
      points = down ? [[x, from.bottom + CLEAR], [x, to.top - CLEAR]] : [[x, from.top - CLEAR], [x, to.bottom + CLEAR]];
    } else {
      const [start, end] = [from.top + 40, to.top + 26];
      const edge = HEAD / 2;
      points = [[from.left, start], [edge, start], [edge, end], [to.left - CLEAR, end]];
    }
  }
  const [before = [0, 0], tip = [0, 0]] = points.slice(-2);
  group.append(path(rounded(points), "shaft"), path(head(before, tip), "head"), label(points, letter));
  return group;
}

/** @param {string} d @param {string} name */
function path(d, name) {
  const element = document.createElementNS(SVG, "path");
  element.setAttribute("d", d);
  element.classList.add(name);
  return element;
}

/** @param {[number, number][]} points */
function rounded(points) {
  return points
    .map(([x, y], i) => {
      const [before, after] = [points[i - 1], points[i + 1]];
      if (!before || !after) return `${before ? "L" : "M"}${x} ${y}`;
      const [ax, ay] = toward([x, y], before);
      const [bx, by] = toward([x, y], after);
      return `L${ax} ${ay}Q${x} ${y} ${bx} ${by}`;
    })
    .join("");
}

/** @param {[number, number]} point @param {[number, number]} other @returns {[number, number]} */
function toward([x, y], [ox, oy]) {
  const far = Math.hypot(ox - x, oy - y) || 1;
  const step = Math.min(CORNER, far / 2) / far;
  return [x + (ox - x) * step, y + (oy - y) * step];
}

/** @param {[number, number]} from @param {[number, number]} tip */
function head([fx, fy], [x, y]) {
  const far = Math.hypot(x - fx, y - fy) || 1;
  const [ux, uy] = [(x - fx) / far, (y - fy) / far];
  const [bx, by] = [x - ux * HEAD, y - uy * HEAD];
  const half = HEAD * 0.55;
  return `M${x} ${y}L${bx - uy * half} ${by + ux * half}L${bx + uy * half} ${by - ux * half}Z`;
}

/** @param {[number, number][]} points @param {string} letter */
function label(points, letter) {
  const [[ax, ay] = [0, 0], [bx, by] = [0, 0]] = points.length > 2 ? points.slice(1, 3) : points;
  const text = document.createElementNS(SVG, "text");
  const upright = Math.abs(bx - ax) < Math.abs(by - ay);
  text.setAttribute("x", String((ax + bx) / 2 + (upright ? 9 : 0)));
  text.setAttribute("y", String((ay + by) / 2 + (upright ? 4 : -8)));
  text.setAttribute("text-anchor", upright ? "start" : "middle");
  if (points.length > 2) text.setAttribute("display", "none");
  text.textContent = letter;
  return text;
}
