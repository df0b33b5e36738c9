/** The panel of settings, the list of data sets, and what addresses do to the page. */
import { expect, open, QUICK, test, untilPhase } from "./page.js";
import { chooseSet, currentSet, dataChapter, fit, openSettings, set } from "./settings.js";

/** Addresses that nobody would write. The rest of them is tested without a browser, beside the table. */
const UGLY = ["?data=&data=x&train=1e400", "?seed=-0&patch=0x1f&ridge=½&lang=xx", "?hide=,,ridge,%00&lesson=99", "?&&=&=x&__proto__=1&constructor", "?data=hub&hub=../..&pool=-1"];

test("addresses that nobody would write open the page", async ({ page }) => {
  for (const search of UGLY) {
    await page.goto(`./${search}`);
    await untilPhase(page, "ready|failed");
    await expect(page.locator("[part=app]"), search).toHaveAttribute("data-phase", "ready");
    await expect(page.getByRole("alert").filter({ visible: true }), search).toHaveCount(0);
  }
});

test("unknown names of an address are said", async ({ page }) => {
  await open(page, "?data=star&patchsize=5");
  await expect(page.locator("[part=corrections]")).toContainText("The address says “patchsize”, which is no setting here.");
  await expect(page).toHaveURL(/\?data=star&engine=cpu$/);
});

test("controls named in hide are left out", async ({ page }) => {
  await open(page, `${QUICK}&hide=data,ridge,experiment,nonsense`);
  await expect(page.locator("[part=corrections]")).toContainText("nonsense");
  await openSettings(page);
  await expect(page.locator("[part=set-patch]")).toBeVisible();
  for (const part of ["data-set", "set-ridge", "set-experiment"]) await expect(page.locator(`[part=${part}]`), part).toHaveCount(0);
  await set(page, "seed", "5");
  await expect(page).toHaveURL(/seed=5.*&hide=data,experiment,ridge/);
});

test("an experiment opens its settings, and the defaults lead back", async ({ page }) => {
  await open(page, "?data=star");
  await openSettings(page);
  const select = page.locator("[part=set-experiment]");
  await expect(select).toHaveValue("star");
  await select.selectOption("noisy-mnist");
  await expect(currentSet(page)).toContainText("Digits in noise");
  await expect(page.locator("[part=experiment-about]")).toContainText("4,000");
  await set(page, "depth", "2");
  await expect(select).toHaveValue("");
  await page.locator("[part=defaults]").click();
  await expect(page).toHaveURL(/\?data=noisy-mnist&engine=cpu$/);
  await untilPhase(page, "ready");
});

test("a field keeps its limits, and arrow keys move by its step", async ({ page }) => {
  await open(page, "?data=star");
  await openSettings(page);
  await set(page, "patch", "99");
  await expect(page.locator("[part=set-patch]")).toHaveValue("16");
  await expect(page.locator("[part=corrections]")).toContainText("Patch size “99” is not possible here; using 16.");
  const train = page.locator("[part=set-train]");
  await set(page, "train", "57");
  await train.press("ArrowUp");
  await expect(train).toHaveValue("60");
  await train.press("ArrowDown");
  await expect(train).toHaveValue("50");
});

test("another data set keeps the results on show, and the images say that they are not theirs", async ({ page }) => {
  await open(page, QUICK);
  const said = await fit(page);
  await chooseSet(page, "Local signal");
  await untilPhase(page, "ready");
  await expect(page.locator("[part=announcer]")).toHaveText(said);
  await dataChapter(page);
  await expect(page.locator("[part=data-not-yet]")).toContainText("still belong to “Hidden star”");
});

test("the list of data sets works by keyboard", async ({ page }) => {
  await open(page, "?data=star");
  await currentSet(page).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("radio", { name: "Hidden star" })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("radio", { name: "Dead leaves" })).toBeChecked();
  await page.keyboard.press("Enter");
  await expect(page.locator("[part=data-sets]")).toBeHidden();
  await expect(currentSet(page)).toBeFocused();
  await expect(currentSet(page)).toContainText("Dead leaves");
});

test("the hash scrolls to its chapter", async ({ page }) => {
  await page.goto("./?data=star&engine=cpu#compare");
  await untilPhase(page, "ready");
  await expect(page.locator("[data-chapter=compare] h2")).toBeInViewport();
});
