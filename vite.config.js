import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { article } from "./vite/article.js";
import { budget } from "./vite/budget.js";
import { fileOf } from "./vite/chunks.js";
import { entries, entryFileNames, INPUT } from "./vite/entries.js";
import { measured } from "./vite/measured.js";
import { offline } from "./vite/offline.js";
import { page } from "./vite/page.js";
import { tex } from "./vite/tex.js";

export default defineConfig({
  plugins: [tex(), measured(), svelte(), entries(), budget(), page(), article(), offline()],
  // Relative addresses only, so that the site works under any path of any static host.
  base: "./",
  // The servers answer an unknown address with 404, as a static host does, and not with the page.
  appType: "mpa",
  publicDir: false,
  // The worker is a module both in development and in the built site.
  worker: { format: "es" },
  build: {
    outDir: "dist",
    // The wasm file and the sample packs stay separate files: inlined as text they would be a third larger.
    assetsInlineLimit: 0,
    // Every browser that can run the page knows modulepreload.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: INPUT,
      // Who imports the element gets its class.
      preserveEntrySignatures: "allow-extension",
      output: {
        entryFileNames,
        codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: fileOf }] },
      },
    },
  },
  test: { include: ["www/**/*.test.ts"] },
});
