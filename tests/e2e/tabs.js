/** Tabs that know when another one is in front of them, which those of the test runner never do. */
import { createServer } from "node:net";

/** @import { BrowserContext, LaunchOptions } from "@playwright/test" */

/** A port that nobody listens on. */
const freePort = () =>
  new Promise((/** @type {(port: number) => void} */ resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });

/**
 * Playwright makes its own pages believe that they are always in front. Pages of a browser that it joins are left alone.
 * @param {{chromium: import("@playwright/test").BrowserType}} playwright
 * @param {LaunchOptions} launchOptions
 * @param {(context: BrowserContext) => Promise<void>} use
 */
export async function withRealTabs(playwright, launchOptions, use) {
  const port = await freePort();
  const browser = await playwright.chromium.launch({ ...launchOptions, args: [...(launchOptions.args ?? []), `--remote-debugging-port=${port}`] });
  try {
    const joined = await playwright.chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
    const context = joined.contexts()[0];
    if (!context) throw new Error("the browser has no default context");
    await use(context);
  } finally {
    await browser.close();
  }
}
