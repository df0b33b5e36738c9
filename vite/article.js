/**
 * The article as files of their own, `article.html` and `article.es.html`: for readers without scripts, for search engines and for
 * paper. They are rendered from the components and words of the page when it is built, and contain no script, so that styles in
 * attributes, as the renderer writes them, can do no harm.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { createServer } from "vite";
import { measured } from "./measured.js";
import { tex } from "./tex.js";

const root = fileURLToPath(new URL("..", import.meta.url));

/** @returns {Promise<import("../www/article/render").Made[]>} */
async function made() {
  const server = await createServer({
    root,
    configFile: false,
    logLevel: "error",
    appType: "custom",
    server: { middlewareMode: true, hmr: false, ws: false },
    optimizeDeps: { noDiscovery: true },
    // Styles come with the markup, because nothing loads them later.
    plugins: [tex(), measured(), svelte({ configFile: false, emitCss: false, compilerOptions: { css: "injected" } })],
  });
  try {
    const { articles } = await server.ssrLoadModule("/www/article/render.ts");
    return await articles();
  } finally {
    await server.close();
  }
}

/** @param {import("../www/article/render").Made} article */
function page({ language, title, about, head, body }) {
  const styles = [...head.matchAll(/<style[^>]*>([^]*?)<\/style>/g)].map(([, style = ""]) => style);
  const style = ["www/first.css", "www/theme.css"].map((name) => readFileSync(`${root}${name}`, "utf8")).concat(styles).join("\n");
  return `<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="description" content="${about.replace(/[&"<]/g, (sign) => `&#${sign.charCodeAt(0)};`)}" />
    <link rel="icon" href="data:image/svg+xml,${encodeURIComponent(readFileSync(`${root}www/icon.svg`, "utf8").trim())}" />
    <title>${title}</title>
    <style>${style}</style>
  </head>
  <body>${body}</body>
</html>
`;
}

/** @returns {import("vite").Plugin} */
export function article() {
  return {
    name: "article",
    apply: "build",
    async generateBundle() {
      for (const each of await made()) {
        this.emitFile({ type: "asset", fileName: each.address, source: page(each) });
        for (const { address, svg } of each.pictures) this.emitFile({ type: "asset", fileName: address, source: svg });
      }
    },
  };
}
