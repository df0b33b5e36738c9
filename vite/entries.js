/**
 * The entries beside the page, under names without a hash: `convrfm.js` with the element, `embed.html` with a frame, and `embed.js` for
 * the page around a frame. They share the files of the page.
 */
import { fileURLToPath } from "node:url";

const path = (/** @type {string} */ name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

export const INPUT = {
  index: path("index.html"),
  frame: path("embed.html"),
  convrfm: path("www/element.ts"),
  embed: path("www/embed/parent.ts"),
  element: path("www/embed/open.ts"),
};

/** Names of entries that host pages write down. */
const NAMED = ["convrfm", "embed"];

/** @param {{ name: string }} chunk */
export const entryFileNames = ({ name }) => (NAMED.includes(name) ? "[name].js" : "assets/[name]-[hash].js");

/**
 * Elements take the styles of the page into their shadow roots (`www/embed/styles.ts`), and the host page gets none: there, what Vite
 * would add to its head with each file is left out.
 * @returns {import("vite").Plugin}
 */
export function entries() {
  let building = false;
  return {
    name: "entries",
    configResolved({ command }) {
      building = command === "build";
    },
    resolveId: { filter: { id: /^virtual:files$/ }, handler: () => "\0virtual:files" },
    load: {
      filter: { id: /^\0virtual:files$/ },
      // By its address: with `import("./embed/open")` Vite would load its helper, and the first screen with it, together with the entry.
      handler: () => `
        const here = (path) => new URL(path, import.meta.url).href;
        export const home = here("./");
        export const styles = ${building ? '"%styles%".split(" ").map(here)' : "[]"};
        export const open = () => import(/* @vite-ignore */ here(${building ? '"%open%"' : JSON.stringify(INPUT.element)}));`,
    },
    transform: {
      filter: { id: /vite\/preload-helper/ },
      handler(code) {
        const changed = code.replace(/(function preload\(baseModule, deps, importerUrl\) \{)/, "$1 if (isShared()) deps = [];");
        if (changed === code) this.error("Vite’s preload function has another form than expected");
        return { code: `import { isShared } from ${JSON.stringify(path("www/run/workers.ts"))};${changed}`, map: null };
      },
    },
    generateBundle(_, bundle) {
      const styles = Object.keys(bundle).filter((name) => name.endsWith(".css") && !name.includes("/frame-"));
      // The first screen first: what is loaded after it may override it.
      styles.sort((a, b) => Number(b.includes("/app-")) - Number(a.includes("/app-")));
      const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
      const open = chunks.find(({ name, isEntry }) => isEntry && name === "element")?.fileName ?? "";
      for (const chunk of chunks) chunk.code = chunk.code.replace("%styles%", styles.join(" ")).replace("%open%", open);
    },
  };
}
