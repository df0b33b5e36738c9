/** A host of elements and frames: a few pages of its own, and the built site under `/convrfm/`. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const DIST = fileURLToPath(new URL("../../../dist/", import.meta.url));
const TYPES = /** @type {Record<string, string>} */ ({
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".svg": "image/svg+xml",
});

/**
 * @param {Record<string, string>} pages  by path; what is in none of them and not below `/convrfm/` is read from `folder`
 * @param {{ headers?: Record<string, string>, folder?: string }} [options]
 */
export async function serve(pages, { headers, folder } = {}) {
  const server = createServer(async ({ url = "/" }, response) => {
    const path = new URL(url, "http://host").pathname.replace(/\/$/, "/index.html");
    try {
      const page = pages[path];
      const inside = path.startsWith("/convrfm/");
      const file = normalize(inside ? path.slice("/convrfm/".length) : path);
      const body = page ?? (await readFile(join(inside ? DIST : (folder ?? DIST), file)));
      response.writeHead(200, {
        "content-type": TYPES[extname(path) || ".html"] ?? "application/octet-stream",
        // As static hosts send it: another origin may read everything.
        "access-control-allow-origin": "*",
        ...headers,
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(null)));
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("no port");
  return { origin: `http://127.0.0.1:${address.port}`, close: () => void server.close() };
}

/** @param {string} body @param {string} [head] */
export const html = (body, head = "") =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Host</title><link rel="icon" href="data:,">${head}</head><body>${body}</body></html>`;
