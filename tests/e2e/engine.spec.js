/**
 * The choice of the engine. The GPU of these tests is SwiftShader, Chromium's software adapter: right and very slow.
 *
 * The engine runs in a worker, which no init script reaches; tests of a browser without WebGPU, or of a device that fails,
 * put their lines before the worker's own.
 */
import { accuracies, change, choose, cpuAccuracies, DISGUISE, engineLine, expect, inWorker, open, openSettings, run, SLOW, step, test, TINY, untilPhase } from "./page.js";

test("automatic leaves a software adapter alone and says why", async ({ page }) => {
  test.setTimeout(SLOW);
  await open(page, `?engine=auto&${TINY}`);
  await expect(engineLine(page)).toContainText("if there is one");
  await run(page, SLOW);
  await expect(engineLine(page)).toContainText(/Runs on cpu .*: .*SwiftShader.* is no graphics hardware\. [\d.]+ [GM] position-layers\/s/i);
});

test("automatic is the default, and the page is ready before it looks for a GPU", async ({ page }) => {
  const reached = await inWorker(page, `navigator.gpu.requestAdapter = () => { throw new Error("asked too early"); }`);
  await page.goto(`./?${TINY}`);
  await untilPhase(page, "ready");
  reached();
  await openSettings(page);
  await openSettings(page);
 await expect(page.locator("[part=set-engine]")).toHaveValue("auto");
  // It does ask once the run starts.
  await run(page);
  await expect(engineLine(page)).toContainText(/Runs on cpu .*asked too early/);
});

test("the GPU finds what the CPU finds, and its adapter is named", async ({ page }) => {
  test.setTimeout(2 * SLOW);
  const expected = await cpuAccuracies(page);
  expect(expected).toHaveLength(2);
  await open(page, `?engine=gpu&${TINY}`);
  await run(page, SLOW);
  expect(await accuracies(page)).toEqual(expected);
  await expect(engineLine(page)).toContainText(/Runs on gpu: .*software.*\. [\d.]+ [GM] position-layers\/s/);
});

test("from CPU to GPU between rounds: round 0 stays", async ({ page }) => {
  test.setTimeout(2 * SLOW);
  const expected = await cpuAccuracies(page);
  await open(page, `?engine=cpu&${TINY}`);
  await step(page);
  await untilPhase(page, "between");
  const table = page.locator("[part=accuracy-table] tr[data-round]");
  const first = await table.first().textContent();
  await choose(page, "gpu");
  await expect(page).toHaveURL(/engine=gpu/);
  await expect(engineLine(page)).toHaveText("Will run on the graphics processor.");
  await untilPhase(page, "between");
  await expect(table).toHaveCount(1);
  await step(page);
  await untilPhase(page, "finished");
  await expect(engineLine(page)).toContainText("Runs on gpu");
  expect(await accuracies(page)).toEqual(expected);
  // Its seconds, too: round 0 was not computed again.
  expect(await table.first().textContent()).toBe(first);
});

test("the engine cannot be exchanged inside a stage; a paused run lets go of its round", async ({ page }) => {
  await open(page, "?data=mnist&train=600&validation=200&test=500&depth=3&rounds=3&agop=300");
  const control = page.locator("[part=set-engine]");
  await openSettings(page);
  await expect(control).toBeEnabled();
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await untilPhase(page, "running");
  await expect(control).toBeDisabled();
  await page.getByRole("button", { name: "Pause" }).click();
  await untilPhase(page, "paused");
  await choose(page, "auto");
  await untilPhase(page, "cancelled");
  await expect(control).toBeEnabled();
});

test("automatic takes graphics hardware that passes the self-test", async ({ page }) => {
  test.setTimeout(SLOW);
  const reached = await inWorker(page, DISGUISE);
  await open(page, `?engine=auto&${TINY}`);
  reached();
  await step(page);
  await untilPhase(page, "between");
  await expect(engineLine(page)).toContainText(/^Runs on gpu: Acme Rocket .*: it passed its self-test\. [\d.]+ [GM] position-layers\/s/);
});

const NONE = [
  { name: "no navigator.gpu", lines: `Object.defineProperty(navigator, "gpu", { value: undefined })`, said: /this browser has no WebGPU/ },
  { name: "a null adapter", lines: `navigator.gpu.requestAdapter = async () => null`, said: /no graphics adapter/ },
  {
    name: "requestDevice refused",
    lines: `${DISGUISE}; GPUAdapter.prototype.requestDevice = async () => { throw new DOMException("not today", "OperationError"); }`,
    said: /refused a device/,
  },
];

for (const { name, lines, said } of NONE) {
  test(`${name}: automatic says so and uses the CPU`, async ({ page }) => {
    const reached = await inWorker(page, lines);
    await open(page, `?engine=auto&${TINY}`);
    reached();
    await run(page);
    await expect(engineLine(page)).toContainText(/^Runs on cpu/);
    await expect(engineLine(page)).toContainText(said);
    await expect(page.getByRole("alert").filter({ visible: true })).toHaveCount(0);
  });

  test(`${name}: the GPU that was asked for is refused in words, and the CPU goes on`, async ({ page }) => {
    await inWorker(page, lines);
    await open(page, `?engine=cpu&${TINY}`);
    await step(page);
    await untilPhase(page, "between");
    await choose(page, "gpu");
    await page.getByRole("button", { name: "Run on" }).click();
    await expect(page.locator("[part=refused]")).toContainText(said);
    await untilPhase(page, "between");
    await openSettings(page);
    await expect(page.locator("[part=set-engine]")).toHaveValue("cpu");
    await expect(page).toHaveURL(/engine=cpu/);
    expect(await accuracies(page)).toHaveLength(1);
    await page.getByRole("button", { name: "Run on" }).click();
    await untilPhase(page, "finished");
    await expect(page.locator("[part=refused]")).toBeHidden();
    await expect(engineLine(page)).toContainText("Runs on cpu");
    expect(await accuracies(page)).toHaveLength(2);
  });
}

test("a lost device: the run goes on, the reader is told, nothing is lost", async ({ page }) => {
  test.setTimeout(2 * SLOW);
  const expected = await cpuAccuracies(page);
  // The first device is destroyed in the round after the first, when the page says so.
  const reached = await inWorker(
    page,
    `const request = GPUAdapter.prototype.requestDevice;
     GPUAdapter.prototype.requestDevice = async function (...given) {
       const device = await request.apply(this, given);
       self.device ??= device;
       return device;
     };
     addEventListener("message", ({ data }) => { if (data.path?.[0] === "run" && data.argumentList[0].value.until === "end") setTimeout(() => self.device.destroy(), 300); })`,
  );
  await open(page, `?engine=gpu&${TINY}`);
  reached();
  await step(page);
  await untilPhase(page, "between");
  const first = await page.locator("[part=accuracy-table] tr[data-round]").first().textContent();
  await page.getByRole("button", { name: "Run on" }).click();
  await untilPhase(page, /finished|failed/, SLOW);
  await untilPhase(page, "finished");
  await expect(page.locator("[part=engine-notice]")).toBeVisible();
  await expect(page.locator("[part=engine-notice]")).toContainText(/The gpu engine stopped: .*Round 1 starts again.*finished rounds are kept/);
  expect(await accuracies(page)).toEqual(expected);
  expect(await page.locator("[part=accuracy-table] tr[data-round]").first().textContent()).toBe(first);
});

test("an engine that does not exist is corrected and said", async ({ page }) => {
  await open(page, `?engine=nonsense&${TINY}`);
  await expect(page.locator("[part=corrections]")).toHaveText("Engine: nonsense cannot be used here, Automatic is.");
  await openSettings(page);
  await expect(page.locator("[part=set-engine]")).toHaveValue("auto");
});

test("the data set may change, the engine stays", async ({ page }) => {
  await open(page, `?engine=cpu&${TINY}`);
  await change(page, { data: "local-signal" });
  await untilPhase(page, "ready");
  await openSettings(page);
  await expect(page.locator("[part=set-engine]")).toHaveValue("cpu");
  await expect(page).toHaveURL(/data=local-signal.*engine=cpu/);
});
