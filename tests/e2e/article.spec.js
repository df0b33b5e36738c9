/** The article in the page, and as a file without scripts. */
import { expect, expectAccessible, loadChapters, open, run, test } from "./page.js";

for (const { file, lang, other } of [
  { file: "article.html", lang: "en", other: "article.es.html" },
  { file: "article.es.html", lang: "es", other: "article.html" },
]) {
  test(`${file} has its text, its charts and its pictures`, async ({ page }) => {
    await page.goto(file);
    await expect(page.locator("html")).toHaveAttribute("lang", lang);
    // Chapters of the article, what is open, further reading, the glossary.
    await expect(page.locator("h2")).toHaveCount(11);
    await expect(page.locator("[part=measured-sets] tbody tr")).toHaveCount(6);
    await expect(page.locator("[part=measured-levels] tbody tr")).toHaveCount(4);
    await expect(page.locator("[part=measured-ansatz] tbody tr")).toHaveCount(3);
    await expect(page.locator("[part=measured-noise] svg path")).toHaveCount(6);
    for (const picture of await page.locator("img").all()) {
      await picture.scrollIntoViewIfNeeded();
      await expect.poll(() => picture.evaluate((image) => /** @type {HTMLImageElement} */ (image).naturalWidth)).toBeGreaterThan(300);
    }
    const broken = await page.locator('a[href^="#"]').evaluateAll((links) =>
      links.map((link) => link.getAttribute("href") ?? "").filter((href) => !document.getElementById(href.slice(1))),
    );
    expect(broken).toEqual([]);
    expect(await page.content()).not.toContain("](");
    expect(await page.locator("script").count()).toBe(0);
    await expect(page.locator(`a[href="${other}"]`)).toHaveCount(1);
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
}

test("a reader without scripts gets the article, and from it the other language", async ({ browser, baseURL }) => {
  const page = await browser.newPage({ javaScriptEnabled: false, baseURL });
  await page.goto("./");
  await page.waitForURL(/article\.html$/);
  await expect(page.locator("main")).toBeVisible();
  await page.locator("a[hreflang=es]").click();
  await page.waitForURL(/article\.es\.html$/);
  await page.close();
});

test("the page leads to the article in its language", async ({ page }) => {
  await page.goto("?lang=es&engine=cpu");
  await expect(page.locator("[part=footer] a[href$='article.es.html']")).toBeAttached();
});

test("the article’s figures follow the run, and a measured data set opens", async ({ page }) => {
  await open(page, "?data=star&rounds=2&engine=cpu");
  await run(page);
  await loadChapters(page);
  const puzzle = page.locator("[data-chapter=puzzle]");
  // Eight patches beside each of three filters.
  await expect(puzzle.locator("[part=strongest-patch]")).toHaveCount(24);
  await expect(puzzle.locator("[part=strongest-filter]")).toHaveCount(3);
  await page.locator("[part=measured-sets]").getByRole("button", { name: "Local signal" }).click();
  await expect(page).toHaveURL(/data=local-signal/);
  await expect(puzzle.locator("[part=strongest-patch]")).toHaveCount(24);
});
