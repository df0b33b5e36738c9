/** The colours of an instance as a file can hold them: no custom property, no `light-dark()`. */

/** In the order in which the probe lists them. */
const NAMES = ["paper", "well", "ink", "quiet", "line", "grid", "learned", "fixed"] as const;

export type Inks = Record<(typeof NAMES)[number], string>;

/** Style of an element that {@link inksOf} can read: a gradient, because the computed value of one resolves every colour in it. */
export const PROBE = `background-image: linear-gradient(${NAMES.map((name) => `var(--${name})`).join(", ")})`;

/** @param probe  an element of the instance with the style {@link PROBE} */
export function inksOf(probe: Element): Inks {
  const gradient = getComputedStyle(probe).backgroundImage;
  const colours = topLevelParts(gradient.slice(gradient.indexOf("(") + 1, -1)).map(hex);
  return Object.fromEntries(NAMES.map((name, i) => [name, colours[i] ?? "#888888"])) as Inks;
}

/** The parts between those commas that are in no brackets. */
function topLevelParts(text: string) {
  const parts = [""];
  let depth = 0;
  for (const sign of text) {
    if (sign === "(") depth++;
    if (sign === ")") depth--;
    if (sign === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += sign;
  }
  return parts.map((part) => part.trim());
}

/** `rgb(252, 252, 250)` as `#fcfcfa`; a colour in another notation stays as it is. */
function hex(colour: string) {
  const [, ...channels] = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(colour) ?? [];
  return channels.length ? hexOf(channels.map(Number)) : colour;
}

export const hexOf = (channels: number[]) =>
  `#${channels.map((value) => Math.round(value).toString(16).padStart(2, "0")).join("")}`;
