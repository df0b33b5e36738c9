/**
 * The choice of the engine. The GPU of these tests is SwiftShader, Chromium's software adapter: right and very slow.
 *
 * The engine runs in a worker, which no init script reaches; tests of a browser without WebGPU, or of a device that fails,
 * put their lines before the worker's own.
 */
import { accuracies, change, choose, DISGUISE, engineLine, expect, inWorker, open, openSettings, run, SLOW, step, test, TINY, untilPhase } from "./page.js";

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
  await expect(page.locator("[part=set-engine]")).toHaveValue("auto");
  // It does ask once the run starts.
  await run(page);
  await expect(engineLine(page)).toContainText(/Runs on cpu .*asked too early/);
});

test("from CPU to GPU between rounds: round 0 stays, round 1 is what the CPU finds", async ({ page, tinyAccuracies }) => {
  test.setTimeout(SLOW);
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
  await expect(engineLine(page)).toContainText(/Runs on gpu: .*software.*\. [\d.]+ [GM] position-layers\/s/);
  expect(await accuracies(page)).toEqual(tinyAccuracies);
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
  test(`${name}: automatic uses the CPU and says why; asked for, the GPU is refused in words, and the CPU goes on`, async ({ page }) => {
    const reached = await inWorker(page, lines);
    await open(page, `?engine=auto&${TINY}`);
    reached();
    await step(page);
    await untilPhase(page, "between");
    await expect(engineLine(page)).toContainText(/^Runs on cpu/);
    await expect(engineLine(page)).toContainText(said);
    await expect(page.getByRole("alert").filter({ visible: true })).toHaveCount(0);

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

test("an engine that does not exist is corrected and said", async ({ page }) => {
  await open(page, `?engine=nonsense&${TINY}`);
  await expect(page.locator("[part=corrections]")).toHaveText("Engine “nonsense” is not possible here; using Automatic.");
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
