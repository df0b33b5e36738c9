/** Tests of the built site in Chromium. Playwright serves `dist/`, unless the environment variable BASE_URL names a server. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";
import { launchOptions } from "./chromium.js";

const SUITES = /suites\.spec\.js/;
const PACKAGE = /package\.spec\.js/;
const BROWSERS = /browsers\/.*\.spec\.js/;

export default defineConfig({
  testDir: ".",
  fullyParallel: true,
  projects: [
    { name: "page", testIgnore: [SUITES, BROWSERS, PACKAGE] },
    // The npm package: `cargo xtask build --package` makes it.
    { name: "package", testMatch: PACKAGE },
    { name: "browsers", testMatch: BROWSERS },
    // They need a build of their own: `cargo xtask test --only suites`.
    { name: "suites", testMatch: SUITES },
  ],
  outputDir: "../../test-results",
  workers: 2,
  // Results are deterministic, so a test that passes only at the second attempt has found a defect.
  retries: 0,
  // Generous, because no test asserts a time and the machine may be busy.
  timeout: 240_000,
  expect: { timeout: 60_000 },
  reporter: [["list"], ["json", { outputFile: "../../test-results/e2e.json" }]],
  use: {
    baseURL: process.env.BASE_URL,
    viewport: { width: 1280, height: 800 },
    // Traces take a tenth of the time of every test; `--trace on` records them.
    screenshot: "only-on-failure",
    // Tests change what the server sends, which a copy of the page would hide; `offline.spec.js` allows them.
    serviceWorkers: "block",
    launchOptions,
  },
  webServer: process.env.BASE_URL
    ? undefined
    : {
        // Any free port, so that several checkouts can be tested at once. Playwright puts the address into BASE_URL.
        command: "node node_modules/vite/bin/vite.js preview --host 127.0.0.1 --port 0",
        cwd: fileURLToPath(new URL("../..", import.meta.url)),
        wait: { stdout: /Local:\s+(?<base_url>http\S+\/)\s/ },
      },
});
