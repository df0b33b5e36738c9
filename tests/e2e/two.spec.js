/** Two complete instances on one page: nothing of one reaches the other. The host page is built for this test alone. */
import { fileURLToPath } from "node:url";
import { build, preview } from "vite";
import { expect, test, workersNamed } from "./page.js";

/** @import { Page } from "@playwright/test" */

const configFile = fileURLToPath(new URL("two/vite.config.js", import.meta.url));

/** @type {import("vite").PreviewServer} */
let server;
test.beforeAll(async () => {
  await build({ configFile });
  server = await preview({ configFile, preview: { host: "127.0.0.1", port: 0 } });
});
test.afterAll(() => server.close());

/** @param {Page} page */
const both = (page) => /** @type {const} */ (["star", "rows"]).map((name) => page.locator(`[data-instance=${name}] [part=app]`));

/** @param {import("@playwright/test").Locator} instance @param {number} rounds */
async function untilCompared(instance, rounds) {
  await instance.locator("[data-chapter=compare]").scrollIntoViewIfNeeded();
  await expect(instance.locator("[part=compare-rounds] tbody tr")).toHaveCount(rounds);
  await expect(instance.locator("[part=confusion-learned] tbody td[data-n]")).toHaveCount(4);
}

test("two instances on one page run at the same time and share nothing", async ({ page }) => {
  await page.goto(server.resolvedUrls?.local[0] ?? "");
  const [star, rows] = both(page);
  if (!star || !rows) throw new Error("two instances");
  for (const instance of [star, rows]) await expect(instance).toHaveAttribute("data-phase", "ready");

  // Both run, at the same time.
  await page.evaluate(() => {
    const apps = [...document.querySelectorAll("[part=app]")];
    const note = () => {
      if (apps.every((app) => app.getAttribute("data-phase") === "running")) Object.assign(window, { together: true });
    };
    for (const app of apps) new MutationObserver(note).observe(app, { attributeFilter: ["data-phase"] });
    for (const app of apps) app.querySelector(/** @type {"button"} */ ("[part=run]"))?.click();
  });
  for (const instance of [star, rows]) await expect(instance).toHaveAttribute("data-phase", "finished");
  expect(await page.evaluate(() => "together" in window)).toBe(true);

  // Each has results and a language of its own.
  await untilCompared(star, 3);
  await untilCompared(rows, 2);
  await expect(star.locator("[part=confusion-learned] caption")).toHaveText(/^ConvRFM, round \d, test images$/);
  await expect(rows.locator("[part=confusion-learned] caption")).toHaveText("ConvRFM, ronda 1, imágenes de prueba");
  await expect(rows.locator("[part=confusion-learned]")).toContainText("fila negativa");

  // A choice in one is none in the other: the radio buttons are two groups.
  await star.getByRole("radio", { name: "Validation" }).evaluate((/** @type {HTMLInputElement} */ radio) => radio.click());
  await expect(star.locator("[part=confusion-learned] caption")).toContainText("validation");
  await expect(rows.getByRole("radio", { name: "Prueba" })).toBeChecked();
  await expect(rows.locator("[part=confusion-learned] caption")).toContainText("prueba");

  // Keys move in the matrix that has the focus.
  const [field, other] = [star.locator("[part=heat-field]"), rows.locator("[part=heat-field]")];
  for (const each of [star, rows]) await each.locator("[data-chapter=matrix]").scrollIntoViewIfNeeded();
  await expect(field).toHaveRole("slider");
  await expect(other).toHaveRole("slider");
  const untouched = await other.getAttribute("aria-valuenow");
  await field.focus();
  await page.keyboard.press("ArrowRight");
  await expect(field).toHaveAttribute("aria-valuenow", "2");
  await expect(other).toHaveAttribute("aria-valuenow", untouched ?? "");

  // One tooltip, in the instance whose control has the pointer. Chapters that are still drawn may move the control away from it.
  await expect(async () => {
    await page.mouse.move(0, 0);
    await rows.locator("[part=new-seed]").hover();
    await expect(rows.locator("[part=tip]")).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expect(star.locator("[part=tip]")).not.toBeVisible();
  await page.mouse.move(0, 0);

  // Other settings in one: the other keeps its run.
  await star.locator("[part=new-seed]").click();
  await expect(star).toHaveAttribute("data-phase", "ready");
  await expect(rows).toHaveAttribute("data-phase", "finished");

  // No id occurs twice, and every reference stays within its instance.
  const astray = await page.evaluate(() => {
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    const twice = ids.filter((id, i) => ids.indexOf(id) !== i);
    const references = [...document.querySelectorAll("[for], [aria-labelledby], [aria-describedby], [aria-controls]")].flatMap(
      (element) =>
        ["for", "aria-labelledby", "aria-describedby", "aria-controls"].flatMap((name) =>
          (element.getAttribute(name) ?? "")
            .split(" ")
            .filter(Boolean)
            .filter((id) => document.getElementById(id)?.closest("[data-instance]") !== element.closest("[data-instance]"))
            .map((id) => `${name}=${id}`),
        ),
    );
    return { ids: ids.length, twice, references };
  });
  expect(astray.ids).toBeGreaterThan(10);
  expect(astray.twice).toEqual([]);
  expect(astray.references).toEqual([]);

  // Who takes an instance off the page ends all its workers, those in the background too, and none of the other's.
  const workers = () => workersNamed(page, "");
  expect(await workers()).toBe(2);
  await star.locator("[part=seeds-run]").click();
  await expect.poll(workers).toBe(3);
  await page.locator("[data-instance=star]").dispatchEvent("end");
  await expect.poll(workers).toBe(1);
  await page.locator("[data-instance=rows]").dispatchEvent("end");
  await expect.poll(() => page.workers().length).toBe(0);
});
