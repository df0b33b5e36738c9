/** Terms in running text: their cards, by mouse, keyboard and finger, with numbers of the run on show; and the chapter of all terms. */
import { glossary } from "../../www/text/en/glossary.ts";
import { glossary as spanish } from "../../www/text/es/glossary.ts";
import { change, expect, expectAccessibleInBothSchemes, isColoured, open, openSettings, QUICK, run, sideways, test, untilPhase } from "./page.js";

/** @import { Page } from "@playwright/test" */

const card = (/** @type {Page} */ page) => page.locator("[part=term-card]");

/** A term in a part of the page. @param {Page} page @param {string} part @param {string} name */
const term = (page, part, name) => page.locator(`${part} [part=term][data-term=${name}]`).first();

/** The chapter, once it is loaded. @param {Page} page @param {string} name */
async function chapter(page, name) {
  const found = page.locator(`[data-chapter=${name}]`);
  await found.scrollIntoViewIfNeeded();
  await expect(found.locator("> .body > *").first()).toBeAttached();
  return found;
}

test("a click opens a term's card; Escape, a click outside and the focus elsewhere close it", async ({ page }) => {
  await open(page, QUICK);
  const filters = term(page, "[part=header]", "filter");
  await expect(filters).toHaveRole("button");
  await expect(filters).toHaveAttribute("aria-expanded", "false");
  await filters.click();
  await expect(filters).toHaveAttribute("aria-expanded", "true");
  await expect(card(page).locator("[part=term-about]")).toHaveText(glossary.entries.filter.about);
  await expect(page.getByRole("group", { name: glossary.entries.filter.name, exact: true })).toBeVisible();
  // Its element of the page is the one that the button controls.
  expect(await filters.getAttribute("aria-controls")).toBe(await card(page).getAttribute("id"));
  await expectAccessibleInBothSchemes(page, "[part=header]");

  // Another one takes its place.
  await term(page, "[part=header]", "backpropagation").click();
  await expect(card(page)).toHaveCount(1);
  await expect(card(page).locator("[part=term-about]")).toHaveText(glossary.entries.backpropagation.about);
  await expect(filters).toHaveAttribute("aria-expanded", "false");
  // A click in the card leaves it open, one outside does not.
  await card(page).locator("[part=term-about]").click();
  await expect(card(page)).toHaveCount(1);
  await page.getByRole("heading", { level: 1 }).click();
  await expect(card(page)).toHaveCount(0);

  await filters.focus();
  await page.keyboard.press("Enter");
  await expect(card(page).locator("[part=term-all]")).toBeVisible();
  // The card is what Tab comes to next.
  await page.keyboard.press("Tab");
  await expect(card(page).locator("[part=term-all]")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(card(page)).toHaveCount(0);
  await expect(filters).toBeFocused();
  await page.keyboard.press("Space");
  await expect(card(page).locator("[part=term-all]")).toBeVisible();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await expect(card(page)).toHaveCount(0);
  await expect(term(page, "[part=header]", "backpropagation")).toBeFocused();
});

test("Escape closes the card and leaves the tour open", async ({ page }) => {
  await open(page, `${QUICK}&lesson=1`);
  await term(page, "[part=header]", "filter").focus();
  await page.keyboard.press("Enter");
  await expect(card(page)).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(card(page)).toHaveCount(0);
  await expect(page).toHaveURL(/lesson=1/);
});

test("the card shows the numbers and pictures of the run on show", async ({ page }) => {
  await open(page, QUICK);
  const here = page.locator("[part=term-here]");
  await term(page, "[part=header]", "machine").click();
  await expect(here).toHaveText("20 × 2 weights: training images × classes");
  await page.keyboard.press("Escape");
  await term(page, "[part=header]", "filter").click();
  await expect(here).toHaveText(glossary.here.waitingM);
  await expect(card(page).locator("canvas")).toHaveCount(0);
  await page.keyboard.press("Escape");

  await run(page);
  await term(page, "[part=header]", "filter").click();
  await expect(here).toHaveText(/Filter 1 of round [12]$/);
  await expect.poll(() => isColoured(card(page).locator("canvas"))).toBe(true);
  // The card lies over the next line of the paragraph.
  await page.keyboard.press("Escape");
  await term(page, "[part=header]", "patch").click();
  await expect(here).toHaveText("d = 3 × 5² = 75");
  await page.keyboard.press("Escape");

  // Another run, another number.
  await change(page, { train: 24, patch: 3 });
  await untilPhase(page, "ready");
  await run(page);
  await term(page, "[part=header]", "machine").click();
  await expect(here).toHaveText("24 × 2 weights: training images × classes");
  await page.keyboard.press("Escape");
  await term(page, "[part=header]", "patch").click();
  await expect(here).toHaveText("d = 3 × 3² = 27");
  await page.keyboard.press("Escape");

  // The unit of the engine's speed has an explanation.
  await term(page, ".engine", "positionLayer").click();
  await expect(here).toHaveText(/[\d.]+ [MG] a second in the last kernel matrix$/);
});

test("labels of settings open the explanation of what they set", async ({ page }) => {
  await open(page, QUICK);
  await openSettings(page);
  await expect(page.getByLabel("Ridge", { exact: true })).toHaveValue("0.001");
  await term(page, "[part=settings]", "ridge").click();
  await expect(card(page).locator("[part=term-about]")).toHaveText(glossary.entries.ridge.about);
  await expect(page.locator("[part=term-here]")).toHaveText("λ = 10⁻³");
  // One text at a time: the tooltip of the setting is gone.
  await expect(page.locator("[part=tip]")).toBeHidden();
  await expect(page.locator("[part=set-ridge]")).toHaveAttribute("aria-description", /^λ, relative/);
});

test("the last chapter but one lists all terms, and cards lead to their places in it", async ({ page }) => {
  await open(page, `${QUICK.replace("star", "local-signal")}&sigma=2`);
  await run(page);
  await term(page, "[part=header]", "patch").click();
  await card(page).locator("[part=term-all]").click();
  const entry = page.locator("[data-entry=patch]");
  await expect(entry).toBeInViewport();
  await expect(entry).toBeFocused();
  await expect(card(page)).toHaveCount(0);
  const names = await page.locator("[part=glossary] dt").allTextContents();
  expect(names).toHaveLength(Object.keys(glossary.entries).length);
  expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b, "en")));
  await expect(page.locator("[data-entry=sigma] [part=term-here]")).toHaveText("σ = 2");
  for (const each of await page.locator("[part=glossary] [part=term-here]").all()) await expect(each).not.toHaveText(/^\s*$/);
  const chapters = await page.locator("[data-chapter]").evaluateAll((all) => all.map((each) => each.getAttribute("data-chapter")));
  expect(chapters.slice(-2)).toEqual(["glossary", "take"]);
  await expectAccessibleInBothSchemes(page, "[data-chapter=glossary]");
});

test("without the chapter no card leads to it", async ({ page }) => {
  await open(page, `${QUICK}&hide=glossary`);
  await expect(page.locator("[data-chapter=glossary]")).toHaveCount(0);
  await term(page, "[part=header]", "patch").click();
  await expect(card(page).locator("[part=term-about]")).toBeVisible();
  await expect(card(page).locator("[part=term-all]")).toHaveCount(0);
});

test("in Spanish and in a narrow window every card is inside the window", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 700 });
  await open(page, `${QUICK}&lang=es`);
  await page.getByRole("button", { name: "Ejecutar", exact: true }).click();
  await untilPhase(page, "finished", 170_000);
  for (const name of ["matrix", "deep", "noise"]) {
    const place = await chapter(page, name);
    for (const each of await place.locator("[part=term]").all()) {
      await each.click();
      const key = /** @type {keyof typeof spanish.entries} */ (await each.getAttribute("data-term"));
      await expect(card(page).locator("[part=term-about]")).toHaveText(spanish.entries[key].about);
      await expect
        .poll(async () => {
          const box = await card(page).boundingBox();
          return box !== null && box.x >= 0 && box.x + box.width <= 390 && box.y >= 0 && box.y + box.height <= 700;
        }, key)
        .toBe(true);
      await page.keyboard.press("Escape");
    }
  }
  expect(await sideways(page)).toBe(0);
  await chapter(page, "glossary");
  expect(await sideways(page)).toBe(0);
});

test("on paper a term is a word like the others", async ({ page }) => {
  await open(page, QUICK);
  const filters = term(page, "[part=header]", "filter");
  await filters.click();
  await expect(card(page)).toBeVisible();
  await page.emulateMedia({ media: "print" });
  await expect(card(page)).toBeHidden();
  await expect(filters).toHaveCSS("text-decoration-line", "none");
});
