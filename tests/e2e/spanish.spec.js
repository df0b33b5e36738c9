/** The page in another language: complete, alone, marked as what it is, and changed without losing anything. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as en from "../../www/text/en/index.ts";
import * as es from "../../www/text/es/index.ts";
import { plain } from "../../www/text/prose.ts";
import { expect, expectAccessible, expectFitsWindows, loadChapters, open, QUICK, run, test, untilPhase } from "./page.js";

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
  const folder = fileURLToPath(new URL("../../www/text/en/", import.meta.url));
  const sources = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")));
  const code = sources
    .join("\n")
    .replace(/\/\*[^]*?\*\//g, "")
    .replace(/^(import|export \*).*$/gm, "");
  const pieces = [...code.matchAll(/"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g)].flatMap(([, plain, template]) =>
    (plain ?? template ?? "").split(/\$\{[^}]*\}/),
  );
  return pieces
    .map((piece) => plain(piece.replace(/<[^>]*>/g, "")).trim())
    .filter((piece) => isSentence(piece) && !piece.includes("Mechanism of feature learning"));
}

/** All that can be read or is read out, except what is marked as English. @param {Page} page */
function readable(page) {
  return page.evaluate(() => {
    const copy = /** @type {HTMLElement} */ (document.body.cloneNode(true));
    for (const foreign of copy.querySelectorAll("[lang=en], script, noscript, pre")) foreign.remove();
    const names = ["aria-label", "aria-description", "title", "placeholder", "alt", "aria-roledescription", "aria-valuetext"];
    const attributes = [...copy.querySelectorAll("*")].flatMap((element) => names.map((name) => element.getAttribute(name) ?? ""));
    // Each text node by itself, because the numbers of neighbouring cells would be joined.
    const walker = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
    const parts = [];
    while (walker.nextNode()) parts.push(walker.currentNode.textContent ?? "");
    return { text: [copy.textContent ?? "", ...attributes].join("\n"), parts: [...parts, ...attributes].join("\n") };
  });
}

test("every text has its translation", () => {
  const [ours, theirs] = [new Map(texts(en)), new Map(texts(es))];
  for (const [path, text] of ours) {
    // Names of persons, places and titles of others are the same in every language.
    if (path.startsWith("classNames") || /^article\.reading\.\d+\.[12]$/.test(path)) continue;
    expect(theirs.has(path), path).toBe(true);
    if (isSentence(text.replace(/<[^>]*>/g, "")) && path !== "fixed.paperHtml") expect(theirs.get(path), path).not.toBe(text);
  }
  expect(es.tour.steps).toHaveLength(en.tour.steps.length);
  expect(es.own.formats).toHaveLength(en.own.formats.length);
  // The same marks in both, so that no formula is lost.
  for (const [path, text] of ours)
    if (path.endsWith("Html")) expect((theirs.get(path) ?? "").match(/<\w+/g), path).toEqual(text.match(/<\w+/g));
});

test("in Spanish no English sentence and no decimal point is left", async ({ page }) => {
  /** @type {string[]} */
  const loaded = [];
  page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto(`./${QUICK}&lang=es&lesson=1`);
  await untilPhase(page, "ready");
  await expect(page.locator("html")).toHaveAttribute("lang", "es");
  await expect(page.locator("[part=app]")).toHaveAttribute("lang", "es");
  await expect(page).toHaveTitle(es.fixed.pageTitle ?? "");
  const sentences = await english();
  expect(sentences.length).toBeGreaterThan(200);
  const expectSpanish = async (/** @type {string} */ when) => {
    const { text, parts } = await readable(page);
    expect(
      sentences.filter((sentence) => text.includes(sentence)),
      when,
    ).toEqual([]);
    // Numbers have a comma; points separate thousands, and are left in versions, in numbers of papers and in names of files.
    const found = parts.match(/(?<![\w.:/])(0\.\d+|\d+\.\d{1,2})(?![\w.])[^\n]{0,20}/g) ?? [];
    expect(
      found.filter((each) => !/^(0\.25$|2309\.)/.test(each) && !each.startsWith("0.25,")),
      when,
    ).toEqual([]);
  };
  await expectSpanish("before the run");
  await page.getByRole("button", { name: es.controls.run, exact: true }).click();
  await untilPhase(page, "finished", 120_000);
  for (let step = 1; step < en.tour.steps.length; step++) {
    await expect(page.locator("[part=tour-ring]")).toBeVisible();
    await expectSpanish(`step ${step} of the tour`);
    await page.locator("[part=tour-next]").click();
  }
  await page.keyboard.press("Escape");
  await loadChapters(page);
  await expectSpanish("with all chapters");
  // What the engine says is translated as well.
  await expect(page.locator("[part=engine]")).toContainText("CPU (");
  await expect(page.locator("[part=engine] [lang=en]")).toHaveCount(0);
  await expect(page.locator("[data-chapter=take]")).toContainText(es.take.cardHeading);
  await expect(page.locator("[part=card]")).toHaveAttribute("alt", /\d,\d %/);
  expect(loaded.filter((path) => /\/en-[^/]*\.js$/.test(path))).toEqual([]);
  expect(loaded.filter((path) => /\/es-(first|rest)-[^/]*\.js$/.test(path))).toHaveLength(2);
  await expectFitsWindows(page);
  // A chapter out of sight keeps the height of an earlier width: its links would seem to lie under those of the next chapter.
  await loadChapters(page);
  await expectAccessible(page);
});

test("what is wrong with an address or a file is said in Spanish, too", async ({ page }) => {
  await page.goto("./?engine=cpu&lang=es&data=nonsense&patch=999&hide=nothing&lesson=77");
  await untilPhase(page, "ready");
  await expect(page.locator("[part=corrections]")).toContainText("No hay ningún conjunto «nonsense»");
  await expect(page.locator("[part=corrections]")).toContainText("Parche");
  await page.keyboard.press("Escape");
  // The words of the worker are those of the page.
  await page.locator("[part=data-set]").click();
  await page.locator("[part=own-open]").click();
  const alert = page.getByRole("dialog").getByRole("alert").filter({ visible: true });
  const folder = await mkdtemp(join(tmpdir(), "convrfm-"));
  try {
    for (const name of ["a", "b"]) {
      await mkdir(join(folder, name));
      // A PNG of 16 x 16 pixels by its first chunk, and nothing behind it.
      await writeFile(
        join(folder, name, "1.png"),
        Buffer.from("89504e470d0a1a0a0000000d494844520000001000000010080200000090916836", "hex"),
      );
    }
    await page.locator("input[webkitdirectory]").setInputFiles(folder);
    await expect(alert).toContainText("no es una imagen que este navegador sepa leer");
    await expect(alert.locator("[lang=en]")).toHaveCount(0);
    // Those of the engine are translated where they can be.
    await page
      .locator("input[type=file]")
      .first()
      .setInputFiles(join(folder, "a", "1.png"));
    await expect(alert).toContainText("ninguna carpeta con el nombre de su clase");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the language changes without a reload, and the results stay", async ({ page }) => {
  await open(page, `${QUICK}&hide=header`);
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await run(page);
  const take = page.locator("[data-chapter=take]");
  await take.scrollIntoViewIfNeeded();
  const english = page.locator("[part=card]");
  await expect(english).toHaveAttribute("alt", /fixed kernel \d+\.\d %, ConvRFM/);
  const accuracy = (/** @type {string | null} */ alt) =>
    alt?.match(/\d+[.,]\d/g)?.map((number) => Number(number.replace(",", ".")));
  const before = accuracy(await english.getAttribute("alt"));
  await page.evaluate(() => Object.assign(window, { stays: true }));
  await page.getByRole("button", { name: "Español" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "es");
  await expect(page).toHaveURL(/hide=header.*lang=es/);
  await expect(page).toHaveTitle(es.fixed.pageTitle ?? "");
  await untilPhase(page, "finished");
  await expect(page.locator("[part=run]")).toHaveText(es.controls.again);
  await expect(page.locator("[part=card]")).toHaveAttribute("alt", /núcleo fijo \d+,\d %, ConvRFM/);
  expect(accuracy(await page.locator("[part=card]").getAttribute("alt"))).toEqual(before);
  expect(await page.evaluate(() => "stays" in window)).toBe(true);
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await untilPhase(page, "finished");
});

test("the browser's language decides where the address says nothing", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ locale: "es-AR", baseURL });
  try {
    const page = await context.newPage();
    await page.goto(`./${QUICK}`);
    await untilPhase(page, "ready");
    await expect(page.locator("html")).toHaveAttribute("lang", "es");
    await expect(page).not.toHaveURL(/lang=/);
    await page.goto(`./${QUICK}&lang=en`);
    await untilPhase(page, "ready");
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
  } finally {
    await context.close();
  }
});
