/** The controls for data and settings, as a reader uses them. */
import { expect, run } from "./page.js";

/** @import { Page } from "@playwright/test" */

/** @param {Page} page */
export async function openSettings(page) {
  if (!(await page.locator("[part=settings]").isVisible())) await page.locator("[part=settings-open]").click();
  await expect(page.locator("[part=settings]")).toBeVisible();
}

/** Types a value as a reader does. @param {Page} page @param {string} key @param {string} value */
export async function set(page, key, value) {
  const field = page.locator(`[part=set-${key}]`);
  await field.fill(value);
  await field.press("Enter");
}

/** The button that shows the current data set. @param {Page} page */
export const currentSet = (page) => page.locator("[part=data-set]");

/** @param {Page} page @param {string} name */
export async function chooseSet(page, name) {
  await currentSet(page).click();
  await page.getByRole("radio", { name, exact: true }).click();
  await expect(page.locator("[part=data-sets]")).toBeHidden();
}

/** Opens the dialog for images of the reader's own, unless it is open. @param {Page} page */
export async function openOwn(page) {
  if (await page.getByRole("dialog", { name: "Your own images" }).isVisible()) return;
  await currentSet(page).click();
  await page.getByRole("button", { name: "Your own images…" }).click();
  await expect(page.getByRole("dialog", { name: "Your own images" })).toBeVisible();
}

/** The chapter about the images, which is loaded when it comes near. @param {Page} page */
export async function dataChapter(page) {
  const chapter = page.locator("[data-chapter=data]");
  await chapter.scrollIntoViewIfNeeded();
  await expect(chapter.locator(".split")).toBeVisible();
  return chapter;
}

/** A whole run, and the accuracies that are read out at its end. @param {Page} page */
export async function fit(page) {
  await run(page);
  const said = page.locator("[part=announcer]");
  await expect(said).toContainText(/\d/);
  return (await said.textContent()) ?? "";
}
