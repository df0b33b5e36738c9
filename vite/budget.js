/**
 * Fails a build whose JavaScript exceeds one of two limits after gzip: the whole page in English, and what loads before the first
 * paint. Not counted are Spanish; what few need, on a click: the Parquet reader, the Hugging Face hub and networks of files; and what loads
 * once the page can be used: the service worker and the module that starts it.
 */
import { gzipSync } from "node:zlib";

const MAX_BYTES = 161_000;
const MAX_FIRST_BYTES = 60_000;
const NOT_COUNTED = /^(assets\/(es|parquet|hub|imagenet|en-imagenet|pretrained|keep)-|from_disk\.js)/;
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
          file.type === "chunk" && (file.isEntry || file.moduleIds.some((id) => FIRST_WORDS.test(id))) ? [file.fileName] : [],
        ),
      );
      for (const name of first) {
        const file = bundle[name];
        if (file?.type === "chunk") file.imports.forEach((each) => first.add(each));
      }
      const sum = (/** @type {Iterable<string>} */ names) => [...names].reduce((total, name) => total + (sizes.get(name) ?? 0), 0);
      const list = (/** @type {Iterable<string>} */ names) => [...names].map((name) => `\n  ${sizes.get(name)} ${name}`).join("");
      if (sum(sizes.keys()) > MAX_BYTES)
        this.error(
          `The page has ${sum(sizes.keys())} bytes of JavaScript after gzip, expected at most ${MAX_BYTES}:${list(sizes.keys())}`,
        );
      if (sum(first) > MAX_FIRST_BYTES)
        this.error(
          `${sum(first)} bytes of JavaScript load before the first paint, expected at most ${MAX_FIRST_BYTES}:${list(first)}`,
        );
    },
  };
}
