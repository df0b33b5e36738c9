/** The few signs on the buttons, as paths in a 16 x 16 box. */

const PATHS = {
  run: "M4 2.5v11l9-5.5z",
  pause: "M4 2.5h3v11H4zM9 2.5h3v11H9z",
  step: "M3 2.5v11L10 8zM11 2.5h2.5v11H11z",
  reset: "M8 2.5a5.5 5.5 0 1 1-5.2 7.3l1.6-.5A3.8 3.8 0 1 0 5 5.6L6.8 7.4H2V2.6l1.8 1.8A5.5 5.5 0 0 1 8 2.5z",
  seed: "M3 2h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1zm2.2 2a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4zM8 6.8a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4zm2.8 2.8a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4z",
  add: "M7.1 2.5h1.8v4.6h4.6v1.8H8.9v4.6H7.1V8.9H2.5V7.1h4.6z",
  pin: "M5 1.5h6v1.6h-.9v4l2.4 2.6v1.4H8.8V15L8 16l-.8-1v-3.9H3.5V9.7l2.4-2.6v-4H5z",
  copy: "M2 2h8.5v2.5H14V14H5.5v-2.5H2zM3.5 3.5V10h2V4.5H9v-1zM7 6v6.5h5.5V6z",
  close: "M3.6 2.4 8 6.8l4.4-4.4 1.2 1.2L9.2 8l4.4 4.4-1.2 1.2L8 9.2l-4.4 4.4-1.2-1.2L6.8 8 2.4 3.6z",
  record: "M8 3a5 5 0 1 1 0 10A5 5 0 0 1 8 3z",
  drop: "M7.1 1.5h1.8v6.4l2.3-2.3 1.2 1.2L8 11.2 3.6 6.8l1.2-1.2 2.3 2.3zM2 10.5h1.8v2.2h8.4v-2.2H14v4H2z",
};

/** @typedef {keyof typeof PATHS} IconName */

/** @param {IconName} name */
export function icon(name) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const path = document.createElementNS(namespace, "path");
  path.setAttribute("d", PATHS[name]);
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}
