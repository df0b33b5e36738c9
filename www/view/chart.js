/** A chart in a box of fixed height: drawn again when its data or its width change. */
import { painted } from "../draw/dom.js";

/** @typedef {typeof import("../draw/charts.js")} Charts */

/**
 * @template T
 * @param {HTMLElement} box
 * @param {(charts: Charts, data: T, size: {width: number, height: number}) => Element} build
 * @returns {(data: T) => void}  shows new data
 */
export function chartIn(box, build) {
  const loading = painted.then(() => import("../draw/charts.js"));
  /** @type {T | null} */
  let latest = null;
  let width = 0;
  const draw = async () => {
    const charts = await loading;
    if (latest === null || box.clientWidth === 0) return;
    width = box.clientWidth;
    box.replaceChildren(build(charts, latest, { width, height: box.clientHeight }));
  };
  new ResizeObserver(() => box.clientWidth !== width && draw()).observe(box);
  return (data) => {
    latest = data;
    draw();
  };
}
