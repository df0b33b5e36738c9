/**
 * The page in a real Chromium, on the built site. The caller may serve it (BASE_URL) or leave that to this file.
 */
import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";
import { launchOptions } from "./chromium.js";

const PORT = 8473;
const root = fileURLToPath(new URL("../..", import.meta.url));
const baseURL = process.env.BASE_URL ?? `http://127.0.0.1:${PORT}/`;

const SUITES = /suites\.spec\.js/;
/** How soon Pause and Cancel answer is the one time that is asserted: nothing may run beside these. */
const ALONE = /answer(s|ed) at once/;

export default defineConfig({
  testDir: ".",
  // The suites have a build of their own; `cargo xtask test --only suites` makes it.
  projects: [
    { name: "page", testIgnore: SUITES, grepInvert: ALONE, fullyParallel: true },
    { name: "alone", testIgnore: SUITES, grep: ALONE },
    // A software adapter compiles shaders on one core, most of the time that these take.
    { name: "suites", testMatch: SUITES, fullyParallel: true },
  ],
  outputDir: "../../test-results",
  workers: 2,
  // The numbers on the page are to be the same every time; a test that passes at the second try has found something.
  retries: 0,
  // Generous: no test asserts how long a run takes, and the machine may be busy.
  timeout: 240_000,
  expect: { timeout: 60_000 },
  reporter: [["list"], ["json", { outputFile: "../../test-results/e2e.json" }]],
  use: {
    baseURL,
    viewport: { width: 1280, height: 800 },
    // A trace is kept by hand (`--trace on`): it takes a tenth of the time of every test, for the few that fail.
    screenshot: "only-on-failure",
    launchOptions,
  },
  webServer: process.env.BASE_URL
    ? undefined
    : {
        command: `cargo xtask serve --port ${PORT}`,
        cwd: root,
        url: baseURL,
        reuseExistingServer: true,
        timeout: 15 * 60_000,
      },
});
