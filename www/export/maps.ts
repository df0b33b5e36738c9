/** One image, and the lengths of its patches before and after learning, on one scale. */
import { imageColours, strengthColours } from "./colours";
import type { Inks } from "./inks";
import { moved, squares, tag, text, type Drawing } from "./svg";

/** Pixels of a picture, at least. */
const LEAST_SIDE = 224;
const GAP = 20;
const TOP = 28;

export interface MapSheet {
  pixels: Float32Array;
  range: [number, number];
  shape: { channels: number; height: number; width: number; patch: number };
  image: string;
  maps: { name: string; colour: keyof Inks; values: Float32Array }[];
}

export function mapSheet({ pixels, range, shape, image, maps }: MapSheet, inks: Inks): Drawing {
  const { height, width, patch } = shape;
  const scale = Math.ceil(LEAST_SIDE / width);
  const [rows, columns] = [height - patch + 1, width - patch + 1];
  const margin = Math.floor((patch - 1) / 2);
  const all = maps.map(({ values }) => values.subarray(0, rows * columns));
  const scope = [
    Math.min(...all.map((values) => values.reduce((a, b) => Math.min(a, b), Infinity))),
    Math.max(...all.map((values) => values.reduce((a, b) => Math.max(a, b), -Infinity))),
  ] as [number, number];
  const frame = tag("rect", { width: width * scale, height: height * scale, fill: inks.well });
  const pictures = [
    { name: image, colour: "ink" as const, content: squares(imageColours(pixels, shape, range), width, scale) },
    ...maps.map(({ name, colour }, i) => {
      const map = squares(strengthColours(all[i] ?? [], scope), columns, scale);
      return { name, colour, content: frame + moved(margin * scale, margin * scale, map) };
    }),
  ].map(({ name, colour, content }, place) =>
    moved(place * (width * scale + GAP), 0, text(0, 14, name, inks[colour], 15, { "font-weight": 650 }) + moved(0, TOP, content)),
  );
  return {
    width: (maps.length + 1) * (width * scale + GAP) - GAP,
    height: TOP + height * scale,
    content: pictures.join(""),
  };
}
