/** Snapshots of a webcam into classes; Chromium brings a camera of its own for tests. */
import { launchOptions } from "./chromium.js";
import { expect, open, QUICK, shrink, test, untilPhase } from "./page.js";
import { dataChapter, fit, openOwn } from "./settings.js";

test.use({ launchOptions: { ...launchOptions, args: [...launchOptions.args, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"] } });

/**
 * Counts what the page has taken and not given back: live tracks of the camera, and addresses of pictures.
 * @param {import("@playwright/test").Page} page
 */
async function countTaken(page) {
  await page.addInitScript(() => {
    const taken = { tracks: /** @type {MediaStreamTrack[]} */ ([]), urls: new Set() };
    Object.assign(globalThis, { taken });
    const media = navigator.mediaDevices;
    const ask = media.getUserMedia.bind(media);
    media.getUserMedia = async (wanted) => {
      const stream = await ask(wanted);
      taken.tracks.push(...stream.getTracks());
      return stream;
    };
    const { createObjectURL, revokeObjectURL } = URL;
    URL.createObjectURL = (blob) => {
      const url = createObjectURL(blob);
      taken.urls.add(url);
      return url;
    };
    URL.revokeObjectURL = (url) => {
      taken.urls.delete(url);
      revokeObjectURL(url);
    };
  });
  return () =>
    page.evaluate(() => {
      const { tracks, urls } = /** @type {any} */ (globalThis).taken;
      return { asked: tracks.length, live: tracks.filter((/** @type {MediaStreamTrack} */ { readyState }) => readyState === "live").length, urls: urls.size };
    });
}

test("two classes are recorded by holding a button and fitted; the camera and the pictures are given back", async ({ page }) => {
  const taken = await countTaken(page);
  await open(page, QUICK);
  await openOwn(page);
  await page.getByRole("button", { name: "Start the webcam" }).click();
  const use = page.getByRole("button", { name: "Use these pictures" });
  await expect(use).toBeDisabled();
  await page.getByLabel("Name of class 1").fill("early");
  await page.getByLabel("Name of class 2").fill("late");
  // With the pointer, held.
  const first = page.getByRole("button", { name: "Hold to record early" });
  await first.hover();
  await page.mouse.down();
  await expect(page.getByText(/^\d{2,} pictures$/)).toHaveCount(1);
  await page.mouse.up();
  await expect(use).toBeDisabled();
  // With the keyboard, held.
  await page.getByRole("button", { name: "Hold to record late" }).focus();
  await page.keyboard.down("Space");
  await expect(page.getByText(/^\d{2,} pictures$/)).toHaveCount(2);
  await page.keyboard.up("Space");
  await expect(page.locator(".held"), "nothing is recorded once the button is let go").toHaveCount(0);
  expect((await taken()).live).toBe(1);
  await use.click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect.poll(taken).toEqual({ asked: 1, live: 0, urls: 0 });
  await expect(page.locator("[part=opened]")).toContainText(/Opened Webcam: \d+ images, 2 classes\. A link cannot contain these images\./);
  await untilPhase(page, "ready");
  await expect((await dataChapter(page)).locator("figcaption")).toHaveText(["early", "late"]);
  await shrink(page, { train: "8", validation: "4", test: "4", agop: "8" });
  await fit(page);
});

test("a camera that is not allowed is said in words", async ({ page }) => {
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await open(page, QUICK);
  await openOwn(page);
  await page.getByRole("button", { name: "Start the webcam" }).click();
  await expect(page.getByText("The webcam was not allowed.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Start the webcam" })).toBeEnabled();
});

test("a panel that closes while the browser asks for the camera gives it back", async ({ page }) => {
  // The reader takes as long to allow it as this test wants.
  await page.addInitScript(() => {
    const media = navigator.mediaDevices;
    const ask = media.getUserMedia.bind(media);
    media.getUserMedia = async (wanted) => {
      await new Promise((resolve) => Object.assign(globalThis, { allow: resolve }));
      return ask(wanted);
    };
  });
  const taken = await countTaken(page);
  await open(page, QUICK);
  await openOwn(page);
  await page.getByRole("button", { name: "Start the webcam" }).click();
  await page.waitForFunction(() => "allow" in globalThis);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.evaluate(() => /** @type {any} */ (globalThis).allow());
  await expect.poll(taken).toEqual({ asked: 1, live: 0, urls: 0 });
});
