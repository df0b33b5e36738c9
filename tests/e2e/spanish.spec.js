/** The page in another language: complete, alone, and marked as what it is. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import AxeBuilder from "@axe-core/playwright";
import * as en from "../../www/strings/en.js";
import * as es from "../../www/strings/es.js";
import { expect, QUICK, run, test, untilPhase } from "./page.js";

/** @import { Page } from "@playwright/test" */

/** Every text of a module of words, by its path: `controls.run`. @param {unknown} value @param {string} path @returns {[string, string][]} */
function texts(value, path = "") {
  if (typeof value === "string") return [[path, value]];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, inner]) => texts(inner, path ? `${path}.${key}` : key));
}

/** Words enough to be a sentence rather than a name or a sign. @param {string} text */
const isSentence = (text) => text.split(/\s+/).filter((word) => /^[a-z’,;:.?]{2,}$/i.test(word)).length >= 4;

/** The English sentences, and the longer pieces of those that are put together from numbers. */
async function english() {
  const source = await readFile(fileURLToPath(new URL("../../www/strings/en.js", import.meta.url)), "utf8");
  const code = source.replace(/\/\*[^]*?\*\//g, "").replace(/^import.*$/gm, "");
  const pieces = [...code.matchAll(/"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g)].flatMap(([, plain, template]) => (plain ?? template ?? "").split(/\$\{[^}]*\}/));
  return pieces.map((piece) => piece.replace(/<[^>]*>/g, "").trim()).filter((piece) => isSentence(piece) && !piece.includes("Mechanism of feature learning"));
}

/** All that can be read or is read out, except what is marked as English. @param {Page} page */
function said(page) {
  return page.evaluate(() => {
    const copy = /** @type {HTMLElement} */ (document.body.cloneNode(true));
    for (const foreign of copy.querySelectorAll("[lang=en], script, noscript, pre")) foreign.remove();
    const attributes = [...copy.querySelectorAll("*")].flatMap((element) => ["aria-label", "title", "placeholder", "alt", "aria-roledescription", "aria-valuetext"].map((name) => element.getAttribute(name) ?? ""));
    return [copy.textContent ?? "", ...attributes].join("\n");
  });
}

test("every text has its translation", () => {
  const [ours, theirs] = [new Map(texts(en)), new Map(texts(es))];
  for (const [path, text] of ours) {
    if (path.startsWith("classNames")) continue;
    expect(theirs.has(path), path).toBe(true);
    if (isSentence(text.replace(/<[^>]*>/g, "")) && path !== "fixed.paperHtml") expect(theirs.get(path), path).not.toBe(text);
  }
  expect(es.tour.steps).toHaveLength(en.tour.steps.length);
  expect(es.own.formats).toHaveLength(en.own.formats.length);
  // The same marks in both, so that no formula is lost.
  for (const [path, text] of ours) if (path.endsWith("Html")) expect((theirs.get(path) ?? "").match(/<\w+/g), path).toEqual(text.match(/<\w+/g));
});

test("in Spanish no English sentence is left, and it works", async ({ page }) => {
  /** @type {string[]} */
  const loaded = [];
  page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
  await page.goto(`./${QUICK}&lang=es&lesson=1`);
  await untilPhase(page, "ready");
  await expect(page.locator("html")).toHaveAttribute("lang", "es");
  await expect(page).toHaveTitle(es.fixed.pageTitle ?? "");
  const sentences = await english();
  expect(sentences.length).toBeGreaterThan(200);
  const expectNoEnglish = async (/** @type {string} */ when) => {
    const text = await said(page);
    expect(sentences.filter((sentence) => text.includes(sentence)), when).toEqual([]);
  };
  await expectNoEnglish("before the run");
  await page.getByRole("button", { name: "Ejecutar", exact: true }).click();
  await untilPhase(page, "finished", 120_000);
  await page.locator("[part=pin]").click();
  for (let step = 1; step < en.tour.steps.length; step++) {
    await expectNoEnglish(`step ${step} of the tour`);
    await page.locator("[part=tour-next]").click();
  }
  await page.keyboard.press("Escape");
  for (const chapter of ["how", "compare", "try", "noise", "matrix", "take"]) {
    await page.locator(`#${chapter}`).scrollIntoViewIfNeeded();
    await expect(page.locator(`#${chapter} .chapter-body > *`).first()).toBeAttached();
    await page.waitForTimeout(500);
  }
  await page.locator("details.more summary").click();
  await expectNoEnglish("with all chapters");
  await page.locator("[part=own-open]").click();
  await expectNoEnglish("with the panel");
  await page.keyboard.press("Escape");
  // The engine speaks English, and that is said.
  await expect(page.locator("[part=engine] [lang=en]")).toHaveText(/^cpu/);
  await expect(page.locator("[data-chapter=data] [lang=en]").first()).toContainText("Generated from the seed");
  await expect(page.locator("[data-chapter=data]")).toContainText("estrella oculta");
  expect(loaded.filter((path) => /\/en-[^/]*\.js$/.test(path))).toEqual([]);
  expect(loaded.filter((path) => /\/es-[^/]*\.js$/.test(path))).toHaveLength(1);
  for (const [width, height] of /** @type {const} */ ([[1440, 900], [820, 1180], [360, 740]])) {
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(300);
    expect.soft(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), `${width}`).toBe(0);
    const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
    expect.soft(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`), `${width}`).toEqual([]);
  }
});

test("what is wrong with an address or a file is said in Spanish, too", async ({ page }) => {
  await page.goto("./?engine=cpu&lang=es&data=nonsense&patch=999&hide=nothing&lesson=77");
  await untilPhase(page, "ready");
  await expect(page.locator("[part=corrections]")).toContainText("No hay ningún conjunto «nonsense»");
  await expect(page.locator("[part=corrections]")).toContainText("Parche: 999 no se puede usar aquí");
  await page.keyboard.press("Escape");
  // The words of the worker are those of the page.
  await page.locator("[part=own-open]").click();
  const folder = await mkdtemp(join(tmpdir(), "convrfm-"));
  try {
    for (const name of ["a", "b"]) {
      await mkdir(join(folder, name));
// A PNG of 16 x 16 pixels by its first chunk, and nothing behind it.
      await writeFile(join(folder, name, "1.png"), Buffer.from("89504e470d0a1a0a0000000d494844520000001000000010080200000090916836", "hex"));
    }
    await page.locator("input[webkitdirectory]").setInputFiles(folder);
    await expect(page.locator("dialog")).toContainText("no es una imagen que este navegador sepa leer");
    await expect(page.locator("dialog")).toContainText("Esto no se abrió");
    await expect(page.locator("dialog [role=alert] [lang=en]")).toHaveCount(0);
    // Those of the engine are not, and say which language they are in.
    await page.locator("input[type=file]").first().setInputFiles(join(folder, "a", "1.png"));
    await expect(page.locator("dialog [role=alert]:visible [lang=en]")).toHaveText(/found no folder with the name of its class/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the switch keeps the address; the browser's language decides where it says nothing", async ({ page, browser, baseURL }) => {
  await page.goto(`./${QUICK}&hide=header`);
  await untilPhase(page, "ready");
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await page.getByRole("link", { name: "Español" }).click();
  await untilPhase(page, "ready");
  await expect(page).toHaveURL(/patch=11.*hide=header.*lang=es/);
  await expect(page.locator("html")).toHaveAttribute("lang", "es");
  await run2(page);
  await page.getByRole("link", { name: "English" }).click();
  await untilPhase(page, "ready");
  await run(page);
  const context = await browser.newContext({ locale: "es-AR", baseURL });
  try {
    const theirs = await context.newPage();
    await theirs.goto(`./${QUICK}`);
    await untilPhase(theirs, "ready");
    await expect(theirs.locator("html")).toHaveAttribute("lang", "es");
    await expect(theirs).not.toHaveURL(/lang=/);
    await theirs.goto(`./${QUICK}&lang=en`);
    await untilPhase(theirs, "ready");
    await expect(theirs.locator("html")).toHaveAttribute("lang", "en");
  } finally {
    await context.close();
  }
});

/** Changes a setting: the language stays. @param {Page} page */
async function run2(page) {
  await page.locator("[part=set-seed]").fill("12");
  await page.locator("[part=set-seed]").press("Enter");
  await expect(page).toHaveURL(/seed=12.*lang=es/);
  await untilPhase(page, "ready");
}
