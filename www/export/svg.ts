/** Pictures that stand alone, written as SVG: their paper behind them, their colours and fonts written out. */
import type { Inks } from "./inks";

export const FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/** Room around a picture. */
export const MARGIN = 24;
/** Height of the title and the line below it. */
export const HEAD = 68;

export interface Drawing {
  width: number;
  height: number;
  content: string;
}

export interface Heading {
  title: string;
  about: string;
}

type Attributes = Record<string, string | number | undefined>;

export const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

export function tag(name: string, attributes: Attributes, content = "") {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? rounded(value) : escaped(value ?? "")}"`)
    .join("");
  return content ? `<${name}${written}>${content}</${name}>` : `<${name}${written}/>`;
}

const rounded = (value: number) => Number(value.toFixed(2));

export const text = (x: number, y: number, words: string, fill: string, size = 14, more: Attributes = {}) =>
  tag("text", { x, y, fill, "font-size": size, ...more }, escaped(words));

export const moved = (x: number, y: number, content: string) =>
  tag("g", { transform: `translate(${rounded(x)} ${rounded(y)})` }, content);

/** A whole file. */
export function standalone({ width, height, content }: Drawing, inks: Inks, title: string) {
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  return tag(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", width: w, height: h, viewBox: `0 0 ${w} ${h}`, "font-family": FONT },
    tag("title", {}, escaped(title)) + tag("rect", { width: w, height: h, fill: inks.paper }) + content,
  );
}

/** A drawing under a title and a line about it, with room around it. */
export function titled({ title, about }: Heading, drawing: Drawing, inks: Inks) {
  // The lines of a narrow drawing would end outside it: characters are about half as wide as high.
  const width = Math.max(drawing.width, title.length * 11, about.length * 7.2) + 2 * MARGIN;
  const content =
    text(MARGIN, MARGIN + 16, title, inks.ink, 20, { "font-weight": 650 }) +
    text(MARGIN, MARGIN + 40, about, inks.quiet) +
    moved(MARGIN, MARGIN + HEAD, drawing.content);
  return standalone({ width, height: drawing.height + HEAD + 2 * MARGIN, content }, inks, `${title}. ${about}`);
}

/** Drawings one under the other, each with a name. */
export function stacked(drawings: (Drawing & { name: string })[], inks: Inks): Drawing {
  const GAP = 36;
  let top = 0;
  const content = drawings.map(({ name, height, content }) => {
    const placed = moved(0, top, text(0, 16, name, inks.ink, 15, { "font-weight": 650 }) + moved(0, GAP, content));
    top += height + 2 * GAP;
    return placed;
  });
  return { width: Math.max(...drawings.map(({ width }) => width)), height: top - GAP, content: content.join("") };
}

/** Squares of `scale` pixels, row by row; equal neighbours are one rectangle. */
export function squares(colours: string[], width: number, scale: number) {
  let content = "";
  for (let start = 0; start < colours.length;) {
    const colour = colours[start] ?? "";
    const rowEnd = (Math.floor(start / width) + 1) * width;
    let end = start + 1;
    while (end < rowEnd && colours[end] === colour) end++;
    const place = { x: (start % width) * scale, y: Math.floor(start / width) * scale };
    content += tag("rect", { ...place, width: (end - start) * scale, height: scale, fill: colour });
    start = end;
  }
  return tag("g", { "shape-rendering": "crispEdges" }, content);
}
