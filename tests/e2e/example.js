/**
 * The finished run that is shipped with the page, computed by the engine in Chromium. `node tests/e2e/example.js` writes
 * www/data/example.json; `first.spec.js` compares the file with a new computation.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { createServer } from "vite";
import { launchOptions } from "./chromium.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const EXAMPLE = `${root}www/data/example.json`;

/** Computes the run on the default settings from the sources of the page. @returns {Promise<string>} */
export async function computeExample() {
  const server = await createServer({ root, logLevel: "error", server: { host: "127.0.0.1", port: 0, hmr: false, watch: null } });
  await server.listen();
  const browser = await chromium.launch(launchOptions);
  try {
    const page = await browser.newPage({ baseURL: server.resolvedUrls?.local[0] });
    await page.goto("./www/icon.svg");
    return await page.evaluate(compute);
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Runs in the browser. */
async function compute() {
  const path = (/** @type {string} */ name) => new URL(`/${name}`, location.href).href;
  const { default: init, Session } = await import(path("pkg/convrfm.js"));
  const { dataSpec, engineSettings, preset } = await import(path("www/run/settings.ts"));
  const { firstIndices, gallery } = await import(path("www/worker/selection.ts"));
  const { FILTER_COUNT } = await import(path("www/run/records.ts"));
  /** @param {Float32Array} values */
  const base64 = (values) => btoa(String.fromCharCode(...new Uint8Array(values.buffer, values.byteOffset, values.byteLength)));
  await init();
  const settings = preset("dead-leaves");
  const session = new Session();
  const summary = session.load(dataSpec(settings), undefined);
  session.start(engineSettings(settings));
  const samples = firstIndices(summary.test, summary.classes).map((/** @type {number} */ index) => ({ index, label: session.label("test", index) }));
  const [{ index, label }] = gallery(samples, summary.classes);
  const plain = base64(session.filtered("test", index, 0));
  /** @type {Record<string, unknown>[]} */
  const rounds = [];
  let best = 0;
  while (!session.finished()) {
    const report = await session.advance(async () => true);
    const round = (rounds[report.round] ??= {});
    if (report.accuracy) Object.assign(round, { validation: report.accuracy.validation, test: report.accuracy.test });
    if (typeof report.best === "number") best = report.best;
    if (report.features) {
      rounds[report.round + 1] = {
        filters: base64(session.filters(FILTER_COUNT)),
        spectrum: base64(session.spectrum().subarray(0, FILTER_COUNT)),
        map: base64(session.filtered("test", index, 0)),
      };
    }
  }
  return JSON.stringify({
    channels: summary.channels,
    side: summary.height,
    patch: settings.patch,
    className: summary.classNames[label],
    index,
    label,
    range: summary.range,
    test: summary.test,
    classes: summary.classes,
    image: base64(session.image("test", index)),
    plain,
    best,
    rounds,
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(EXAMPLE, `${await computeExample()}\n`);
