/** Addresses in a browser. What every address means is tested without one, in www/run/settings/address.test.ts. */
import { expect, open, openSettings, QUICK, run, test, untilPhase } from "./page.js";

/** Addresses that nobody would write. */
const UGLY = [
  "?data=own&hub=owner/name&seed=1e400&patch=-0",
  "?%00=1&<script>=1&data=constructor&train=__proto__",
  "?train=NaN&validation=&test=abc&seed=-1&sigma=Infinity&lang=xx&lesson=99",
  "?data=mnist&patch=0.2&ridge=1e99&agop=100000&train=100000&hide=,,everything",
  "?seed=99999999999999999999&data=local-signal&sigma=-4&depth=1000&levels=7&width=0x40",
];

test("addresses that nobody would write open the page", async ({ page }) => {
  for (const search of UGLY) {
    await page.goto(`./${search}&engine=cpu`);
    await untilPhase(page, "ready");
    await expect(page.getByRole("alert").filter({ visible: true }), search).toHaveCount(0);
    await expect(page.locator("[part=corrections]"), search).toBeVisible();
  }
});

test("old links, other spellings and a chapter after # are understood", async ({ page }) => {
  await open(page, "?DATA=Digits&lang=ES&train=40&validation=20&test=20&rounds=2&agop=8&relu=off#matrix");
  await expect(page.locator("[part=app]")).toHaveAttribute("lang", "es");
  await expect(page.locator("[part=data-set]")).toContainText("Cifras");
  await expect(page.locator("[data-chapter=matrix] h2")).toBeInViewport();
});

test("parts named in hide are left out, and stay so through new seeds and other settings", async ({ page }) => {
  await open(page, `${QUICK}&hide=data,new-seed,ridge,header,how,nonsense`);
  await expect(page.locator("[part=corrections]")).toContainText("nonsense");
  await openSettings(page);
  for (const part of ["[part=data-set]", "[part=new-seed]", "[part=set-ridge]", "[data-chapter=how]", "[part=header]"]) {
    await expect(page.locator(part)).toHaveCount(0);
  }
  await expect(page.locator("[part=set-patch]")).toBeVisible();
  await page.locator("[part=set-seed]").fill("5");
  await page.locator("[part=set-seed]").press("Enter");
  await expect(page).toHaveURL(/seed=5/);
  await expect(page).toHaveURL(/hide=data/);
  await untilPhase(page, "ready");
  await run(page);
  await expect(page.locator("[part=data-set]")).toHaveCount(0);
});

test("an experiment opens its settings, and other settings are the reader's own", async ({ page }) => {
  await open(page, "?data=star");
  await openSettings(page);
  const select = page.locator("[part=set-experiment]");
  await expect(select).toHaveValue("star");
  await select.selectOption("noisy-mnist");
  await expect(page).toHaveURL(/data=noisy-mnist/);
  await expect(page.locator("[part=data-set]")).toContainText("Digits in noise");
  await expect(page.locator("[part=experiment-about]")).toContainText("4,000");
  await page.locator("[part=set-depth]").fill("2");
  await page.locator("[part=set-depth]").press("Enter");
  await expect(select).toHaveValue("");
  await untilPhase(page, "ready");
});
