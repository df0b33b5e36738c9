/**
 * Colours for numbers. Two maps, both safe for the common colour blindnesses and of monotone lightness on either side:
 * `diverging` (blue, neutral, orange) for signed values, `glow` (dark to light) for strengths. Each is a few anchors,
 * blended in linear steps to 256 entries.
 */

/** 256 x (red, green, blue) */
export type Lut = Uint8ClampedArray;

import { MediaQuery } from "svelte/reactivity";

const dark = new MediaQuery("(prefers-color-scheme: dark)");

/** How often an instance was given another scheme than the reader's. */
const changes = $state({ count: 0 });

/** The colour scheme of the reader, and how often instances were given another; reactive. */
export const scheme = () => `${dark.current ? "dark" : "light"} ${changes.count}`;

/** Draws all pictures again after an instance was given another scheme (`data-theme`). */
export const schemeChanged = () => void changes.count++;

/** The scheme in which a picture stands. */
function isDark(element?: Element): boolean {
  const theme = element?.closest<HTMLElement>("[data-theme]")?.dataset.theme;
  return theme ? theme === "dark" : dark.current;
}

/** The neutral middle is the page's own paper or ink, so that zero recedes. */
const ANCHORS = {
  divergingLight: ["#0b3c7d", "#2f74b5", "#8dbbe0", "#f1f1ee", "#f0b27a", "#d06a1d", "#7f2f08"],
  divergingDark: ["#b9dcff", "#5aa5e8", "#255f96", "#1c2027", "#8f4a17", "#e08a3c", "#ffd9ae"],
  glow: ["#0d0f1e", "#2b1a4d", "#6a1f6b", "#b5365a", "#e96b3e", "#f9ad45", "#fcf3b4"],
};

// eslint-disable-next-line svelte/prefer-svelte-reactivity -- a cache, which nothing watches
const tables: Map<string, Lut> = new Map();

/** @param canvas  that is drawn on */
export function lut(name: "diverging" | "glow", canvas?: Element): Lut {
  const key = name === "glow" ? name : isDark(canvas) ? "divergingDark" : "divergingLight";
  let table = tables.get(key);
  if (!table) {
    table = blend(ANCHORS[key]);
    tables.set(key, table);
  }
  return table;
}

/** The map as a CSS gradient, for legends. It follows the scheme by itself. */
export function gradient(name: "diverging" | "glow") {
  const colours =
    name === "glow" ? ANCHORS.glow : ANCHORS.divergingLight.map((each, i) => `light-dark(${each}, ${ANCHORS.divergingDark[i]})`);
  return `linear-gradient(to right, ${colours.join(", ")})`;
}

function blend(anchors: string[]): Lut {
  const rgb = anchors.map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  const table = new Uint8ClampedArray(256 * 3);
  for (let i = 0; i < 256; i++) {
    const place = (i / 255) * (rgb.length - 1);
    const left = Math.min(Math.floor(place), rgb.length - 2);
    for (let k = 0; k < 3; k++) {
      const [a = 0, b = 0] = [rgb[left]?.[k], rgb[left + 1]?.[k]];
      table[3 * i + k] = a + (b - a) * (place - left);
    }
  }
  return table;
}
