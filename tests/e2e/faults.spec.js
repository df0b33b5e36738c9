/**
 * What goes wrong with graphics processors, on the page: drivers that compute wrongly, devices that are lost, tabs that are
 * hidden. The adapter is SwiftShader; the faults are made in the worker, before its own lines.
 */
import { accuracies, choose, DISGUISE, engineLine, expect, inWorker, open, openSettings, run, SLOW, step, test, TINY, untilPhase } from "./page.js";
import { withRealTabs } from "./tabs.js";

/** @import { Page } from "@playwright/test" */

/** A driver that gets one coefficient of the arc-cosine wrong, by 2 %: k0 is off by up to 0.01, which no picture would show. */
const WRONG_DRIVER = `
const create = GPUDevice.prototype.createShaderModule;
GPUDevice.prototype.createShaderModule = function (given) {
  return create.call(this, { ...given, code: given.code.replaceAll("4.50158149e-1", "4.41158149e-1") });
}`;

/** Keeps every device that is opened; \`lose()\` destroys the last one. */
const LOSABLE = `
const devices = [];
const request = GPUAdapter.prototype.requestDevice;
GPUAdapter.prototype.requestDevice = async function (...given) {
  const device = await request.apply(this, given);
  devices.push(device);
  return device;
};
const lose = () => devices.at(-1).destroy();`;

const notice = (/** @type {Page} */ page) => page.locator("[part=engine-notice]");

test("a driver that computes wrongly is refused with the number that is wrong, and the CPU goes on", async ({ page, tinyAccuracies }) => {
  test.setTimeout(SLOW);
  const reached = await inWorker(page, `${DISGUISE}; ${WRONG_DRIVER}`);
  await open(page, `?engine=gpu&${TINY}`);
  reached();
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(page.locator("[part=refused]")).toContainText(/failed the self-test: (kernel|prediction|AGOP): found -?[\d.]+, expected -?[\d.]+/, { timeout: SLOW });
  await untilPhase(page, "ready");
  await openSettings(page);
  await expect(page.locator("[part=set-engine]")).toHaveValue("cpu");

  await choose(page, "auto");
  await run(page, SLOW);
  await expect(engineLine(page)).toContainText(/^Runs on cpu .*Acme Rocket.* failed the self-test: (kernel|prediction|AGOP): found /i);
  await expect(page.getByRole("alert").filter({ visible: true })).toHaveCount(0);
  expect(await accuracies(page)).toEqual(tinyAccuracies);
});

test("a lost device is named in words, and the run goes on with a fresh one; round 0 stays", async ({ page, tinyAccuracies }) => {
  test.setTimeout(SLOW);
  // As soon as the first device reads something back after the first round, which is when a mapping fails first.
  const reached = await inWorker(
    page,
    `${LOSABLE}
     let armed = false;
     addEventListener("message", ({ data }) => { armed ||= data.path?.[0] === "run" && data.argumentList[0].value.until === "end"; });
     const map = GPUBuffer.prototype.mapAsync;
     GPUBuffer.prototype.mapAsync = function (...given) {
       const mapped = map.apply(this, given);
       if (armed && devices.length === 1) lose();
       return mapped;
     }`,
  );
  await open(page, `?engine=gpu&${TINY}`);
  reached();
  await step(page);
  await untilPhase(page, "between");
  const first = page.locator("[part=accuracy-table] tr[data-round]").first();
  const before = await first.textContent();
  await page.getByRole("button", { name: "Run on" }).click();
  await untilPhase(page, "finished|failed", SLOW);
  await untilPhase(page, "finished");
  await expect(first).toHaveText(before ?? "");
  await expect(notice(page)).toHaveText(
    /^The gpu engine stopped: the graphics device was lost \([^()]*destroyed\)\. Round 1 starts again on a fresh device; finished rounds are kept\.$/,
  );
  await expect(engineLine(page)).toContainText("Runs on gpu");
  expect(await accuracies(page)).toEqual(tinyAccuracies);
});

test("a GPU given up in the middle of a run is opened again when it is asked for again", async ({ page }) => {
  test.setTimeout(2 * SLOW);
  const rounds = TINY.replace("rounds=2", "rounds=3");
  await open(page, `?engine=cpu&${rounds}`);
  await run(page);
  const expected = await accuracies(page);
  // The first two devices are lost at the first progress that is told of them; the third one lives.
  const reached = await inWorker(
    page,
    `${LOSABLE}
     const tell = MessagePort.prototype.postMessage;
     let lost = 0;
     MessagePort.prototype.postMessage = function (message, ...given) {
       if (message?.path?.[0] === "progress" && devices.length <= 2 && lost < devices.length) {
         lost++;
         lose();
       }
       return tell.call(this, message, ...given);
     };`,
  );
  await open(page, `?engine=gpu&${rounds}`);
  reached();
  await step(page);
  await untilPhase(page, "between");
  await expect(notice(page)).toHaveText(
    /^The gpu engine stopped: the graphics device was lost \([^()]*\)\. Round 0 starts again on the CPU \(it failed twice\); finished rounds are kept\.$/,
  );
  await expect(engineLine(page)).toContainText("Runs on cpu");
  await choose(page, "cpu");
  await choose(page, "gpu");
  await page.getByRole("button", { name: "Run on" }).click();
  await untilPhase(page, "finished|failed|between", SLOW);
  await untilPhase(page, "finished", SLOW);
  await expect(engineLine(page)).toContainText("Runs on gpu");
  expect(await accuracies(page)).toEqual(expected);
});

test("a tab that is hidden, frozen and shown again in the middle of a run finds what it finds undisturbed", async ({ page, playwright, launchOptions, baseURL }) => {
  test.setTimeout(2 * SLOW);
  // Ten rounds go on for seconds after the first progress. A run of two once ended while the other tab opened: nothing was left to rest.
  const rounds = TINY.replace("rounds=2", "rounds=10");
  await withRealTabs(playwright, launchOptions, async (context) => {
    const other = await context.newPage();
    const tab = await context.newPage();
    const visibility = () => tab.evaluate(() => document.visibilityState);
    await tab.goto(new URL(`./?engine=gpu&${rounds}`, baseURL).href);
    await untilPhase(tab, "ready");
    await tab.evaluate(() => document.addEventListener("freeze", () => (document.body.dataset.frozen = "")));
    await tab.getByRole("button", { name: "Run", exact: true }).click();
    const progress = await tab.locator("[part=progress]").elementHandle();
    await tab.waitForFunction((bar) => bar instanceof HTMLProgressElement && bar.value > 0, progress, { timeout: SLOW });
    await other.bringToFront();
    await expect.poll(visibility).toBe("hidden");
    // It rests, and goes on from where it was; a hidden tab, and only a hidden one, may also be frozen, page and worker alike.
    await untilPhase(tab, "paused");
    const session = await context.newCDPSession(tab);
    await session.send("Page.setWebLifecycleState", { state: "frozen" });
    await page.waitForTimeout(500);
    await session.send("Page.setWebLifecycleState", { state: "active" });
    await tab.bringToFront();
    await expect.poll(visibility).toBe("visible");
    await expect(tab.locator("body")).toHaveAttribute("data-frozen");
    await untilPhase(tab, "finished|failed", SLOW);
    const disturbed = await accuracies(tab);
    await expect(notice(tab)).toBeHidden();
    await expect(engineLine(tab)).toContainText("Runs on gpu");
    await tab.getByRole("button", { name: "Run again" }).click();
    await untilPhase(tab, "running");
    await untilPhase(tab, "finished|failed", SLOW);
    expect(await accuracies(tab)).toEqual(disturbed);
    expect(disturbed).toHaveLength(10);
  });
});
