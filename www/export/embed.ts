/** The code that puts a figure on another page: as an element or in a frame. */
import type { FigureName } from "../embed/figures";
import type { Language } from "../text/language";
import type { Settings } from "../run/settings";
import { shortAddress } from "./link";

export interface Embedding {
  figure: FigureName;
  settings: Settings;
  theme: "auto" | "light" | "dark";
  start: "press" | "visible";
  lang: Language | null;
}

/** What is not the default, by attribute. */
function attributes({ figure, settings, theme, start, lang }: Embedding): URLSearchParams {
  const all = new URLSearchParams({ figure });
  if (start !== "press") all.set("run", start);
  if (theme !== "auto") all.set("theme", theme);
  for (const [name, value] of new URLSearchParams(shortAddress(settings, lang))) all.set(name, value);
  return all;
}

const quoted = (text: string) => `"${text.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"`;

/** @param home  address of the page, absolute */
export function frameAddress(home: string, embedding: Embedding): string {
  return new URL(`embed.html?${attributes(embedding)}`, home).href;
}

export function tagCode(home: string, embedding: Embedding): string {
  const given = [...attributes(embedding)].map(([name, value]) => ` ${name}=${quoted(value)}`).join("");
  return `<script type="module" src=${quoted(new URL("convrfm.js", home).href)}></script>\n<conv-rfm${given}></conv-rfm>`;
}

/** @param title  for assistive technology @param height  in pixels, until `embed.js` has heard of another */
export function frameCode(home: string, embedding: Embedding, title: string, height: number): string {
  const address = quoted(frameAddress(home, embedding));
  return `<iframe src=${address} title=${quoted(title)} width="100%" height="${height}" style="border: 0" loading="lazy" allow="clipboard-write"></iframe>
<script type="module" src=${quoted(new URL("embed.js", home).href)}></script>`;
}
