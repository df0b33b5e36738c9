/**
 * A picture that can be pointed at. Pointer, touch or arrow keys choose a cell; a click, a tap or Enter asks for the
 * arithmetic of its number. To assistive technology it is a slider over the cells that says where it stands.
 */

/** @typedef {{row: number, column: number}} Cell */

/**
 * @typedef {object} Behaviour
 * @property {string} label  what is pointed at
 * @property {string} kind  what the arrow keys do, in a word or two
 * @property {() => {rows: number, columns: number} | null} size  null while there is nothing to point at
 * @property {() => Cell} at
 * @property {(x: number, y: number) => Cell} find  the cell at these shares of width and height; may lie outside
 * @property {(cell: Cell) => string} say
 * @property {(cell: Cell) => void} move
 * @property {() => void} [act]
 */

/** Cells that an arrow key with Shift, or Page Up and Page Down, go at once. */
const LEAP = 5;

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-LEAP, 0], PageDown: [LEAP, 0] };

/**
 * @param {HTMLElement} element
 * @param {Behaviour} behaviour
 * @returns {() => void}  to be called when the cells or the place have changed
 */
export function field(element, { label, kind, size, at, find, say, move, act }) {
  element.classList.add("field-of");
  element.setAttribute("aria-label", label);

  const refresh = () => {
    const cells = size();
    element.classList.toggle("live", cells !== null);
    element.setAttribute("aria-busy", String(!cells && element === document.activeElement));
    if (!cells) {
      // What cannot take the focus loses it: a reader who is there waits there for the next numbers.
      if (element === document.activeElement) return;
      for (const name of ["role", "tabindex", "aria-roledescription", "aria-valuemin", "aria-valuemax", "aria-valuenow", "aria-valuetext"]) element.removeAttribute(name);
      element.setAttribute("role", "img");
      return;
    }
    const cell = at();
    element.setAttribute("role", "slider");
    element.tabIndex = 0;
    element.setAttribute("aria-roledescription", kind);
    element.setAttribute("aria-valuemin", "1");
    element.setAttribute("aria-valuemax", String(cells.rows * cells.columns));
    element.setAttribute("aria-valuenow", String(cell.row * cells.columns + cell.column + 1));
    element.setAttribute("aria-valuetext", say(cell));
  };

  /** @param {Cell} cell */
  const go = ({ row, column }) => {
    const cells = size();
    if (!cells) return;
    const next = { row: inside(row, cells.rows), column: inside(column, cells.columns) };
    const now = at();
    if (next.row !== now.row || next.column !== now.column) move(next);
  };

  /** @param {PointerEvent | MouseEvent} event */
  const point = (event) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    go(find((event.clientX - left) / width, (event.clientY - top) / height));
  };

  element.addEventListener("blur", () => size() || setTimeout(refresh));
  element.addEventListener("pointermove", point);
  element.addEventListener("pointerdown", point);
  element.addEventListener("click", () => size() && act?.());
  element.addEventListener("keydown", (event) => {
    const cells = size();
    if (!cells || event.altKey || event.ctrlKey || event.metaKey) return;
    const { row, column } = at();
    const arrow = ARROWS[event.key];
    const leap = event.shiftKey ? LEAP : 1;
    if (arrow) go({ row: row + arrow[0] * leap * Number(cells.rows > 1), column: column + (cells.rows > 1 ? arrow[1] : arrow[1] - arrow[0]) * leap });
    else if (event.key === "Home") go({ row: cells.rows > 1 ? row : 0, column: 0 });
    else if (event.key === "End") go({ row, column: cells.columns - 1 });
    else if (event.key === "Enter" || event.key === " ") act?.();
    else return;
    event.preventDefault();
  });
  refresh();
  return refresh;
}

/** @param {number} value @param {number} count */
const inside = (value, count) => Math.min(Math.max(value, 0), count - 1);
