/**
/**
 * Fails a build whose JavaScript exceeds one of its limits after gzip: the whole page in English, what loads before the first paint, and
 * what elements and frames add to that. Not counted are Spanish; what few need, on a click: the Parquet reader, the Hugging Face hub and
 * networks of files; and what loads once the page can be used: the service worker and the module that starts it.
 */
import { gzipSync } from "node:zlib";

const MAX_BYTES = 178_500;
const MAX_FIRST_BYTES = 60_000;
const NOT_COUNTED = /^(assets\/(es|parquet|hub|imagenet|en-imagenet|pretrained|keep)-|from_disk\.js)/;
/** What only elements and frames load, beside the files of the page; and of that what loads with the host page. */
const MAX_ELEMENT_BYTES = 6_000;
const MAX_ENTRY_BYTES = 2_000;
const ELEMENT = /^(convrfm|assets\/(frame|host|element))\b/;
/** For the page around frames. */
const MAX_PARENT_BYTES = 1_000;
const FIRST_WORDS = /\/www\/text\/en\/first\.ts$/;

/** @returns {import("vite").Plugin} */
export function budget() {
  return {
    name: "budget",
    apply: "build",
    writeBundle(_, bundle) {
      const files = Object.values(bundle).filter(({ fileName }) => fileName.endsWith(".js") && !NOT_COUNTED.test(fileName));
      const sizes = new Map(
        files.map((file) => [file.fileName, gzipSync(file.type === "chunk" ? file.code : file.source, { level: 9 }).length]),
      );
      // What is executed before the first paint, with all that it imports.
      const first = new Set(
        files.flatMap((file) =>
          file.type === "chunk" && (file.name === "index" || file.moduleIds.some((id) => FIRST_WORDS.test(id)))
            ? [file.fileName]
            : [],
        ),
      );
      for (const name of first) {
        const file = bundle[name];
        if (file?.type === "chunk") file.imports.forEach((each) => first.add(each));
      }
      const sum = (/** @type {Iterable<string>} */ names) => [...names].reduce((total, name) => total + (sizes.get(name) ?? 0), 0);
      const list = (/** @type {Iterable<string>} */ names) => [...names].map((name) => `\n  ${sizes.get(name)} ${name}`).join("");
      const names = [...sizes.keys()];
      const check = (/** @type {string} */ what, /** @type {Iterable<string>} */ files, /** @type {number} */ most) => {
        if (sum(files) > most)
          this.error(`${what}: ${sum(files)} bytes of JavaScript after gzip, expected at most ${most}:${list(files)}`);
      };
      const ofPage = names.filter((name) => !ELEMENT.test(name) && name !== "embed.js");
      check("The page", ofPage, MAX_BYTES);
      check("Before the first paint", first, MAX_FIRST_BYTES);
      check(
        "Elements and frames",
        names.filter((name) => ELEMENT.test(name)),
        MAX_ELEMENT_BYTES,
      );
      check("What loads with the page around an element", ["convrfm.js"], MAX_ENTRY_BYTES);
      check("The script of the page around a frame", ["embed.js"], MAX_PARENT_BYTES);
    },
  };
}
