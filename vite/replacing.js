/** What the builds beside the page have in common: other modules in place of some, and sample packs that are left out. */
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * @param {readonly (readonly [string, string])[]} modules  the end of a module's path, and the module that stands in its place
 * @param {RegExp | null} packs  the sample packs that stay
 * @returns {import("vite").Plugin}
 */
export function replacing(modules, packs = null) {
  return {
    name: "replacing",
    enforce: "pre",
    async resolveId(id, importer) {
      if (!importer || !/^[./]/.test(id) || id.includes("?")) return;
      const found = await this.resolve(id, importer, { skipSelf: true });
      const other = modules.find(([path]) => found?.id.endsWith(path))?.[1];
      return other ? `${root}${other}` : found;
    },
    load(id) {
      if (/\.(npz|safetensors)\?url$/.test(id) && !packs?.test(id)) return "export default null";
      if (/\/data\/photographs\/[^?]*\?(url|raw)$/.test(id)) return "export default null";
    },
  };
}

/** The glue's own way to the engine, which would be packed a second time. */
const GLUE_URL = "new URL('convrfm_bg.wasm', import.meta.url)";

/** @returns {import("vite").Plugin} */
export function withoutEngine() {
  return {
    name: "without-engine",
    enforce: "pre",
    transform(code, id) {
      if (!id.endsWith("/pkg/convrfm.js")) return;
      if (!code.includes(GLUE_URL)) this.error("pkg/convrfm.js does not name its wasm file as expected");
      return code.replace(GLUE_URL, "undefined");
    },
  };
}
