/** The server for measurements: Vite's preview of dist/ in a checkout, unless the environment variable BASE_URL names another one. */
import { fileURLToPath } from "node:url";
import { preview } from "vite";

/** @returns {Promise<{base: string, close: () => Promise<void>}>} */
export async function serve(root = fileURLToPath(new URL("..", import.meta.url))) {
  if (process.env.BASE_URL) return { base: process.env.BASE_URL, close: async () => {} };
  const server = await preview({ root, logLevel: "warn", preview: { host: "127.0.0.1", port: 0 } });
  return { base: server.resolvedUrls?.local[0] ?? "", close: () => server.close() };
}
