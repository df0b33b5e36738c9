/** The code of the documents that belongs on a page. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));
/** The folder of the built site in the documents. */
export const EXAMPLE = /https:\/\/(example\.org|your\.host)\/convrfm\//g;

/** @typedef {{ place: string, code: string, scripts: string[], policies: string[] }} Snippet */
/** HTML, and the scripts and policies that follow it. @type {Snippet[]} */
export const snippets = [];
/** Headers for the built site. @type {string[]} */
export const headers = [];
for (const name of ["README.md", "docs/embed.md"]) {
  const text = await readFile(root + name, "utf8");
  for (const { 1: language, 2: code = "", index } of text.matchAll(/^```(\w+).*\n([^]*?)^```$/gm)) {
    const place = `${name}, line ${text.slice(0, index).split("\n").length}`;
    if (language === "html") snippets.push({ place, code, scripts: [], policies: [] });
    // The example of the npm package runs in package.spec.js, from its own file.
    if (language === "js" && !code.includes('from "convrfm"')) snippets.at(-1)?.scripts.push(code);
    if (language === "csp") snippets.at(-1)?.policies.push(code);
    if (language === "http") headers.push(code);
  }
}
