/** The chapter for teachers: links of the lesson plans, exercises, the link maker, the handout. */
import { LESSON_STEPS, parse } from "../../www/run/settings.ts";
import { PLANS } from "../../www/chapters/teach/plans.ts";
import { teach } from "../../www/text/en/teach.ts";
import { expect, expectAccessibleInBothSchemes, expectFitsWindows, open, QUICK, run, sideways, test } from "./page.js";

/** @import { Page } from "@playwright/test" */

/** @param {Page} page */
async function toChapter(page) {
  const chapter = page.locator("[data-chapter=teach]");
  await chapter.scrollIntoViewIfNeeded();
  await expect(page.locator("[part=plan]")).toHaveCount(3);
  return chapter;
}

test("the links of all plans mean what they say, and each plan has a sentence for each link", () => {
  for (const { minutes, links } of PLANS) {
    expect(teach.plans[minutes].course).toHaveLength(links.length);
    for (const link of links) {
      const [search = ""] = link.split("#");
      const { corrections, view } = parse(search);
      expect(corrections, link).toEqual([]);
      expect(view.hide.length > 0 || view.lesson !== null, link).toBe(true);
    }
  }
});

test("a link of a plan opens the page in its state", async ({ page, baseURL }) => {
  await open(page, QUICK);
  await toChapter(page);
  await page.locator("[part=plan] summary").first().click();
  const links = page.locator("[data-minutes='20'] [part=plan-link]");
  await expect(links).toHaveCount(3);
  const href = (await links.nth(1).getAttribute("href")) ?? "";
  expect(href).toContain(baseURL ?? process.env.BASE_URL ?? "");
  await page.goto(`${href}&engine=cpu`);
  await expect(page.locator("[part=app].present[data-phase=ready]")).toBeVisible();
  await expect(page.locator("[part=data-set]")).toContainText("Hidden star");
  await expect(page.locator("[data-chapter=how]")).toBeAttached();
  await expect(page.locator("[data-chapter=noise], [data-chapter=teach]")).toHaveCount(0);
});

test("an exercise says what is missing, and is solved by a run", async ({ page }) => {
  await open(page, "?data=local-signal&seed=4&train=100&test=500");
  await toChapter(page);
  const exercise = page.locator("[data-exercise=noise]");
  await expect(exercise).toHaveAttribute("data-state", "open");
  await exercise.locator("[part=exercise-start]").click();
  await run(page);
  await expect(exercise).toHaveAttribute("data-state", "missed");
  await expect(exercise).toContainText("wanted: at least 90 %");
  await open(page, "?data=local-signal&seed=4&train=100&sigma=0.5");
  await toChapter(page);
  await run(page);
  await expect(exercise).toHaveAttribute("data-state", "solved");
  await expect(exercise).toContainText(/Solved: the test accuracy of the best round is 9\d\.\d %/);
  await expect(page.locator("[data-exercise=images]")).toHaveAttribute("data-state", "other");
});

test("the link maker writes what is ticked, and the link opens it", async ({ page }) => {
  await open(page, QUICK);
  await toChapter(page);
  const link = page.locator("[part=lesson-link]");
  await page.locator("[part=show-noise]").uncheck();
  await page.locator("[part=show-ridge]").uncheck();
  await page.locator("[part=show-data]").uncheck();
  await page.locator("[part=link-lesson]").selectOption({ index: LESSON_STEPS });
  await page.locator("[part=link-lang]").selectOption("es");
  await page.locator("[part=link-present]").check();
  await expect(link).toHaveText(/hide=data,noise,ridge&lesson=13&lang=es&present=on$/);
  // The settings of the page stay in it, and the page stays as it is.
  await expect(link).toHaveText(/data=star&train=20/);
  await expect(page).not.toHaveURL(/hide/);
  await page.goto((await link.textContent()) ?? "");
  await expect(page.locator("[part=app].present[lang=es]")).toBeVisible();
  await expect(page.locator("[part=tour]")).toBeVisible();
  await expect(page.locator("[data-chapter=noise], [data-chapter=data]")).toHaveCount(0);
});

test("the handout prints alone, without answers", async ({ page }) => {
  await open(page, QUICK);
  await toChapter(page);
  await page.locator("[data-minutes='45'] > summary").click();
  await page.locator("[data-minutes='45'] [part=handout-open]").click();
  const handout = page.locator("[part=handout]");
  await expect(handout).toContainText(teach.plans[45].questions[0]?.ask ?? "");
  await expect(handout).not.toContainText(teach.plans[45].questions[0]?.answer ?? "");
  await page.emulateMedia({ media: "print" });
  await expect(handout).toBeVisible();
  await expect(page.locator("[part=transport]")).toBeHidden();
  await expect(page.locator("[part=link-maker]")).toBeHidden();
  await expect(page.locator("[part=handout-print]")).toBeHidden();
});

test("the chapter is accessible and fits the window, in a presentation too", async ({ page }) => {
  await open(page, QUICK);
  await toChapter(page);
  for (const summary of await page.locator("[part=plan] > summary").all()) await summary.click();
  await page.locator("[data-minutes='20'] [part=handout-open]").click();
  await expectAccessibleInBothSchemes(page, "[data-chapter=teach]");
  await expectFitsWindows(page);
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(page, `${QUICK}&present=on`);
  await toChapter(page);
  expect(await sideways(page)).toBe(0);
});
