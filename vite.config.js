import { defineConfig } from "vite";

export default defineConfig({
  // Relative addresses only: the site works under any sub-path of any static host.
  base: "./",
  publicDir: false,
  // The worker is a module in development and in the built site alike.
  worker: { format: "es" },
  build: {
    outDir: "dist",
    // The wasm file and the sample pack stay files of their own: as text in a script they would grow by a third.
    assetsInlineLimit: 0,
  },
});
