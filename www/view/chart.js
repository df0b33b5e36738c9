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
  // As the observer tells it: asking the box would lay out the page anew in the middle of a frame, 20 ms where a run has both cores.
  let size = { width: 0, height: 0 };
  const draw = async () => {
    const charts = await loading;
    if (latest !== null && size.width > 0) box.replaceChildren(build(charts, latest, size));
  };
  new ResizeObserver(([{ contentRect }]) => {
    const width = Math.floor(contentRect.width);
    if (width === size.width) return;
    size = { width, height: Math.floor(contentRect.height) };
    draw();
  }).observe(box);
  return (data) => {
    latest = data;
    draw();
  };
}
