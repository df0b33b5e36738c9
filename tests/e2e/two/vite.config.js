/** Builds the host page of `two.spec.js`; it is no part of the site. */
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { measured } from "../../../vite/measured.js";

export const OUT = fileURLToPath(new URL("../../../test-results/two", import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [measured(), svelte({ configFile: fileURLToPath(new URL("../../../svelte.config.js", import.meta.url)) })],
  base: "./",
  appType: "mpa",
  publicDir: false,
  logLevel: "error",
  worker: { format: "es" },
  build: { outDir: OUT, emptyOutDir: true, assetsInlineLimit: 0 },
});
