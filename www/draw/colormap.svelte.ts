/**
 * Colours for numbers. Two maps, both safe for the common colour blindnesses and of monotone lightness on either side:
 * `diverging` (blue, neutral, orange) for signed values, `glow` (dark to light) for strengths. Each is a few anchors,
 * blended in linear steps to 256 entries.
 */

/** 256 x (red, green, blue) */
export type Lut = Uint8ClampedArray;

import { MediaQuery } from "svelte/reactivity";

const dark = new MediaQuery("(prefers-color-scheme: dark)");

/** The colour scheme of the reader, reactive. */
export const scheme = () => (dark.current ? "dark" : "light");

/** The neutral middle is the page's own paper or ink, so that zero recedes. */
const ANCHORS = {
  divergingLight: ["#0b3c7d", "#2f74b5", "#8dbbe0", "#f1f1ee", "#f0b27a", "#d06a1d", "#7f2f08"],
  divergingDark: ["#b9dcff", "#5aa5e8", "#255f96", "#1c2027", "#8f4a17", "#e08a3c", "#ffd9ae"],
  glow: ["#0d0f1e", "#2b1a4d", "#6a1f6b", "#b5365a", "#e96b3e", "#f9ad45", "#fcf3b4"],
};

// eslint-disable-next-line svelte/prefer-svelte-reactivity -- a cache, which nothing watches
const tables: Map<string, Lut> = new Map();

export function lut(name: "diverging" | "glow"): Lut {
  const key = name === "glow" ? name : dark.current ? "divergingDark" : "divergingLight";
  let table = tables.get(key);
  if (!table) {
    table = blend(ANCHORS[key]);
    tables.set(key, table);
  }
  return table;
}

/** The map as a CSS gradient, for legends. */
export function gradient(name: "diverging" | "glow") {
  const key = name === "glow" ? name : dark.current ? "divergingDark" : "divergingLight";
  return `linear-gradient(to right, ${ANCHORS[key].join(", ")})`;
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
