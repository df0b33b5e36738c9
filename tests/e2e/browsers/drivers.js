/**
 * Three browsers behind one small interface: Chromium and Firefox by Playwright, WebKit by the WebDriver protocol (Debian's WebKitGTK,
 * which Playwright cannot drive).
 *
 * @typedef {object} Driver
 * @property {string} name
 * @property {(url: string) => Promise<void>} visit
 * @property {<T>(script: string, ...args: unknown[]) => Promise<T>} evaluate  runs the body of a function in the page; its result crosses as JSON
 * @property {(selector: string) => Promise<void>} click
 * @property {(selector: string, keys: string) => Promise<void>} press  moves the focus to an element and presses keys there
 * @property {() => Promise<void>} close
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { chromium, firefox } from "@playwright/test";
import { launchOptions } from "../chromium.js";

const FIREFOX = process.env.FIREFOX ?? "/usr/bin/firefox-esr";
const WEBKIT_DRIVER = process.env.WEBKIT_DRIVER ?? "/usr/bin/WebKitWebDriver";

/** Keys by their names, as WebDriver sends them. */
const KEYS = {
  Enter: "\uE007",
  Space: " ",
  Tab: "\uE004",
  ArrowRight: "\uE014",
  ArrowLeft: "\uE012",
  ArrowUp: "\uE013",
  ArrowDown: "\uE015",
  Escape: "\uE00C",
};

/** @type {Record<string, () => Promise<Driver>>} */
export const DRIVERS = {
  Chromium: () => byPlaywright("Chromium", () => chromium.launch(launchOptions)),
  // Debian's Firefox is driven by WebDriver BiDi, which cannot emulate a colour scheme.
  Firefox: () => byPlaywright("Firefox", () => firefox.launch({ channel: "moz-firefox", executablePath: FIREFOX })),
  WebKit: byWebDriver,
};

/** Chromium, to which the server sends other files in place of some. @param {string} name @param {Record<string, string>} files  paths by address */
export const chromiumWith = (name, files) => byPlaywright(name, () => chromium.launch(launchOptions), files);

/**
 * @param {string} name
 * @param {() => Promise<import("@playwright/test").Browser>} launch
 * @param {Record<string, string>} files
 * @returns {Promise<Driver>}
 */
async function byPlaywright(name, launch, files = {}) {
  const browser = await launch();
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    colorScheme: null,
    reducedMotion: null,
    forcedColors: null,
    contrast: null,
    // The page's own copy of its files would come before them.
    serviceWorkers: Object.keys(files).length ? "block" : "allow",
  });
  for (const [address, path] of Object.entries(files)) await page.route(address, (route) => route.fulfill({ path }));
  return {
    name,
    visit: async (url) => void (await page.goto(url)),
    evaluate: (script, ...args) => page.evaluate(({ script, args }) => new Function(script)(...args), { script, args }),
    click: (selector) => page.locator(selector).first().click(),
    press: async (selector, key) => page.locator(selector).first().press(key),
    close: () => browser.close(),
  };
}

/** WebKitGTK's MiniBrowser on a virtual screen. @returns {Promise<Driver>} */
async function byWebDriver() {
  const browser = miniBrowser();
  const screen = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x1000x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const display = await firstLine(/** @type {import("node:stream").Readable} */ (screen.stdio[3]));
  const port = await freePort();
  const driver = spawn(WEBKIT_DRIVER, [`--port=${port}`], {
    stdio: "ignore",
    // Without a sandbox's permissions the browser would not start as root; a software renderer needs no graphics card.
    env: {
      ...process.env,
      DISPLAY: `:${display}`,
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
      LIBGL_ALWAYS_SOFTWARE: "1",
      NO_AT_BRIDGE: "1",
    },
  });
  /** @param {string} method @param {string} path @param {unknown} [body] */
  const send = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const { value } = await response.json();
    if (value && typeof value === "object" && "error" in value) throw new Error(`WebKit: ${value.error}: ${value.message}`);
    return value;
  };
  await until(
    () =>
      send("GET", "/status").then(
        ({ ready }) => ready,
        () => false,
      ),
    "the WebKit driver to start",
  );
  const { sessionId } = await send("POST", "/session", {
    capabilities: { alwaysMatch: { "webkitgtk:browserOptions": { binary: browser, args: ["--automation"] } } },
  });
  const session = `/session/${sessionId}`;
  await send("POST", `${session}/timeouts`, { script: 60_000, pageLoad: 60_000 });
  await send("POST", `${session}/window/rect`, { x: 0, y: 0, width: 1280, height: 1000 });
  /** @param {string} selector */
  const find = async (selector) =>
    Object.values(await send("POST", `${session}/element`, { using: "css selector", value: selector }))[0];
  return {
    name: "WebKit",
    visit: (url) => send("POST", `${session}/url`, { url }),
    evaluate: (script, ...args) => send("POST", `${session}/execute/sync`, { script, args }),
    // As Playwright does it, a click waits until the element stands still and nothing covers it: chapters above may still be loading.
    click: (selector) =>
      until(
        async () => {
          try {
            // The driver scrolls as little as it must, which may leave the element under the bar at the top.
            const script = "document.querySelector(arguments[0]).scrollIntoView({ block: 'center' })";
            await send("POST", `${session}/execute/sync`, { script, args: [selector] });
            await send("POST", `${session}/element/${await find(selector)}/click`, {});
            return true;
          } catch (error) {
            if (!/not interactable|click intercepted/.test(String(error))) throw error;
            return false;
          }
        },
        `${selector} to be clickable in WebKit`,
        30_000,
      ),
    press: async (selector, key) =>
      send("POST", `${session}/element/${await find(selector)}/value`, {
        text: KEYS[/** @type {keyof typeof KEYS} */ (key)] ?? key,
      }),
    close: async () => {
      await send("DELETE", session).catch(() => {});
      driver.kill();
      screen.kill();
    },
  };
}

function miniBrowser() {
  const folders = ["/usr/lib", "/usr/libexec"]
    .filter(existsSync)
    .flatMap((folder) => [folder, ...readdirSync(folder).map((name) => `${folder}/${name}`)]);
  for (const folder of folders) {
    for (const version of ["webkit2gtk-4.1", "webkit2gtk-4.0", "webkitgtk-6.0"]) {
      const path = `${folder}/${version}/MiniBrowser`;
      if (existsSync(path)) return path;
    }
  }
  throw new Error("WebKitGTK's MiniBrowser is not installed; run: cargo xtask setup");
}

/** @param {() => Promise<unknown>} condition @param {string} what @param {number} [timeout] */
export async function until(condition, what, timeout = 120_000) {
  const end = Date.now() + timeout;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited ${timeout / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** @param {import("node:stream").Readable} stream @returns {Promise<string>} */
function firstLine(stream) {
  return new Promise((resolve) => {
    let text = "";
    stream.on("data", (chunk) => {
      text += chunk;
      if (text.includes("\n")) resolve(text.trim());
    });
  });
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/** @param {Driver} driver */
const phase = (driver) => driver.evaluate("return document.querySelector('[part=app]')?.dataset.phase ?? null");

/** @param {Driver} driver @param {string} wanted */
export const untilPhase = (driver, wanted) => until(async () => (await phase(driver)) === wanted, `${driver.name} to be ${wanted}`);

/**
 * About one visit of Firefox in thirty waits for ever for a file of the worker from the preview server, after half a minute without a request,
 * and the page from a disk did once in five. Why is not known; another visit helps, a second one nearly always. @param {Driver} driver
 * @param {string} url
 */
export async function openLink(driver, url) {
  for (let visit = 1; ; visit++) {
    await driver.visit(url);
    try {
      return await until(async () => (await phase(driver)) === "ready", `${driver.name} to be ready`, 40_000);
    } catch (error) {
      if (visit === 4) throw error;
      console.log(`${driver.name} is visited once more: after visit ${visit} the page was ${await phase(driver)}`);
    }
  }
}
