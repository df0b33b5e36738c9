/** Snapshots of a webcam into classes; Chromium brings a camera of its own for tests. */
import { launchOptions } from "./chromium.js";
import { expect, expectFitted, filterPictures, isColoured, open, QUICK, shrink, test, untilPhase } from "./page.js";

test.use({ launchOptions: { ...launchOptions, args: [...launchOptions.args, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"] } });

test("two classes are recorded by holding a button, fitted, and give colour filters", async ({ page }) => {
  await open(page, QUICK);
  await page.getByRole("button", { name: "Your own…" }).click();
  await page.getByRole("button", { name: "Start the webcam" }).click();
  const use = page.getByRole("button", { name: "Use these pictures" });
  await expect(use).toBeDisabled();
  await page.getByLabel("Name of class 1").fill("early");
  await page.getByLabel("Name of class 2").fill("late");
  // With the pointer, held.
  const first = page.getByRole("button", { name: "Hold to record early" });
  await first.hover();
  await page.mouse.down();
  await expect(page.getByText(/^1\d pictures$/)).toHaveCount(1);
  await page.mouse.up();
  await expect(use).toBeDisabled();
  // With the keyboard, held.
  await page.getByRole("button", { name: "Hold to record late" }).focus();
  await page.keyboard.down("Space");
  await expect(page.getByText(/^1\d pictures$/)).toHaveCount(2);
  await page.keyboard.up("Space");
  await page.waitForTimeout(200); // the picture that is being taken
  const counted = await page.getByText(/^1\d pictures$/).allTextContents();
  await page.waitForTimeout(400);
  expect(await page.getByText(/^1\d pictures$/).allTextContents(), "nothing is recorded once the button is let go").toEqual(counted);
  await use.click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.locator("[part=opened]")).toContainText(/Opened Webcam: \d+ images, 2 classes\. A link to this page cannot carry it\./);
  await untilPhase(page, "ready");
  await expect(page.locator("[data-chapter=data] figcaption")).toHaveText(["early", "late"]);
  await shrink(page, { train: "8", validation: "4", test: "4", agop: "8" });
  await expectFitted(page);
  expect(await isColoured(filterPictures(page, 1).first())).toBe(true);
  const on = await page.evaluate(() => document.querySelector("video")?.srcObject ?? null);
  expect(on, "the camera is off once the panel is closed").toBeNull();
});

test("a camera that is not allowed is said in words", async ({ page }) => {
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await open(page, QUICK);
  await page.getByRole("button", { name: "Your own…" }).click();
  await page.getByRole("button", { name: "Start the webcam" }).click();
  await expect(page.getByText("The webcam was not allowed.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Start the webcam" })).toBeEnabled();
});
