/** What all charts have in common. */

/** @typedef {{width: number, height: number}} Size */

export const FONT = "inherit";

/** Orange is tested, blue is compared with it. */
export const INK = { test: "var(--strong)", validation: "var(--second)" };

/**
 * @param {Element} svg
 * @param {string} label
 */
export function finish(svg, label) {
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  // Plot names every mark ("line", "dot"): noise inside a picture, and not allowed on an element without a role.
  for (const mark of svg.querySelectorAll("[aria-label]")) mark.removeAttribute("aria-label");
  return svg;
}
