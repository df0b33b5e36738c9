/**
 * The page without a network: its web manifest, its icons and its service worker. The worker's copy holds every file of the build up to
 * `MAX_BYTES`; larger ones are kept once they have been used. Its script is no part of what `budget.js` counts: it loads after the page.
 */
import { readdirSync, readFileSync } from "node:fs";
import { VitePWA } from "vite-plugin-pwa";

/** Sample packs have at most 6 MB. */
const MAX_BYTES = 8 * 2 ** 20;
const ICONS = new URL("../www/icons/", import.meta.url);

/** @type {Partial<import("vite-plugin-pwa").ManifestOptions>} */
const manifest = {
  name: "ConvRFM: a kernel machine that learns filters",
  short_name: "ConvRFM",
  description: "A kernel machine learns filters such as edge detectors, live in the browser.",
  // Relative, as all addresses of the build: it may be put under any path.
  id: "./",
  start_url: "./",
  scope: "./",
  display: "standalone",
  background_color: "#16324f",
  theme_color: "#16324f",
  categories: ["education"],
  icons: [
    { src: "icons/icon-192.png", sizes: "192x192", type: "image/png" },
    { src: "icons/icon-512.png", sizes: "512x512", type: "image/png" },
    { src: "icons/maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
  ],
};

/** @returns {import("vite").PluginOption[]} */
export function offline() {
  return [
    icons(),
    ...VitePWA({
      strategies: "injectManifest",
      srcDir: "www/offline",
      filename: "service_worker.ts",
      manifest,
      manifestFilename: "convrfm.webmanifest",
      includeManifestIcons: false,
      // www/offline/keep.ts registers it.
      injectRegister: false,
      showMaximumFileSizeToCacheInBytesWarning: true,
      injectManifest: {
        globPatterns: ["**/*"],
        // The single file and the picture for social networks are not for the page.
        globIgnores: ["convrfm.html", "assets/preview-*"],
        dontCacheBustURLsMatching: /^assets\//,
        maximumFileSizeToCacheInBytes: MAX_BYTES,
      },
    }),
  ];
}

/** The icons that the manifest names, under names without a hash. @returns {import("vite").Plugin} */
function icons() {
  return {
    name: "icons",
    apply: "build",
    buildStart() {
      for (const name of readdirSync(ICONS).filter((each) => each.endsWith(".png")))
        this.emitFile({ type: "asset", fileName: `icons/${name}`, source: readFileSync(new URL(name, ICONS)) });
    },
  };
}
