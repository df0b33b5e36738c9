/** Builds the React and the Vue host of `element.spec.js`; they are no part of the site. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const path = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

export const OUT = path("../../../../test-results/hosts");

export default defineConfig({
  root: path("."),
  base: "./",
  appType: "mpa",
  publicDir: false,
  logLevel: "error",
  define: { __VUE_OPTIONS_API__: "false", __VUE_PROD_DEVTOOLS__: "false", __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false" },
  build: { outDir: OUT, emptyOutDir: true, rolldownOptions: { input: [path("react.html"), path("vue.html")] } },
});
