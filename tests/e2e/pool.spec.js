/**
 * The Workers that share the CPU engine's jobs: the same digits for any number of them, whatever becomes of them, and an
 * answer to every click. Cores and faults are made in the worker and in its members, before their own lines.
 */
import { cancelOnce, engineLine, expect, inWorker, open, QUICK, run, test, untilPhase, workersNamed } from "./page.js";

/** @import { Page } from "@playwright/test" */

/** As in `www/worker/pool.ts`. */
const MOST = 8;

/** Patches of 9 numbers and three layers, where QUICK has patches of 363 and one. */
const DIGITS = "?engine=cpu&data=mnist&train=60&validation=20&test=40&seed=2&patch=3&depth=3&ridge=0.001&rounds=2&agop=12";

/**
 * Another number of cores for the worker, and `lines` before those of each of its members, who finds its number in `me`.
 * `after(jobs, fate)` lets it meet its fate at the answer to the job after so many.
 * @param {number} cores
 * @param {string} [lines]
 */
const crew = (cores, lines = "") => `{
  Object.defineProperty(navigator, "hardwareConcurrency", { value: ${cores} });
  const Usual = Worker;
  const script = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  let born = 0;
  self.Worker = class extends Usual {
    constructor(url, options) {
      const first = script("const me = " + born++ + ";" + ${JSON.stringify(AFTER + lines)});
      super(script("import " + JSON.stringify(first) + "; import " + JSON.stringify(String(url)) + ";"), options);
    }
  };
}`;

/** Part of the above. */
const AFTER = `
const say = self.postMessage.bind(self);
const tell = () => new BroadcastChannel("fates").postMessage(me);
const after = (jobs, fate) => (self.postMessage = (...given) => (--jobs >= 0 ? say(...given) : (tell(), fate())));
`;

const CRASH = `() => { throw new Error("a crash made by the test"); }`;
const SILENCE = `() => {}`;

/** Keeps what the worker reports, every digit of it, and whose fate was met. @param {Page} page */
const record = (page) =>
  page.addInitScript(() => {
    const heard = { stages: new Map(), features: new Map(), wanted: /** @type {any} */ (null), fates: new Set() };
    // The worker calls the listener of a run by messages: { path: ["stage"], argumentList: [{ value: report }] }.
    const hear = (/** @type {MessageEvent} */ { data }) => {
      const [event] = data?.path ?? [];
      const value = data?.argumentList?.[0]?.value;
      // A stage that was cancelled is reported when it was done again.
      if (event === "stage") heard.stages.set(`${value.round} ${value.stage}`, value);
      if (event === "features") heard.features.set(value.round, value);
      if (event === "progress" && heard.wanted?.stage === value.stage && heard.wanted.done <= value.done) {
        heard.wanted = null;
        // After the page has taken the message. A test that polled for it came too late for short stages.
        setTimeout(() => /** @type {HTMLElement | null} */ (document.querySelector("[part=run]"))?.click());
      }
    };
    const listen = MessagePort.prototype.addEventListener;
    MessagePort.prototype.addEventListener = function (/** @type {any[]} */ ...given) {
      if (given[0] === "message") listen.call(this, "message", /** @type {any} */ (hear));
      return Reflect.apply(listen, this, given);
    };
    new BroadcastChannel("fates").onmessage = ({ data }) => heard.fates.add(data);
    Object.assign(window, { heard });
  });

/** Everything found, but for the seconds; of M the hash of its bits. @param {Page} page */
const digits = (page) =>
  page.evaluate(async () => {
    const { stages, features } = /** @type {any} */ (window).heard;
    // The best round counts once the round has predicted: one that is repeated keeps its predictions meanwhile.
    // In the order of their names: a run that goes on with more rounds has the AGOP of its last one after the predictions.
    const found = [...stages].sort().map(([name, { accuracy, best, ridge, scale, residual }]) => ({ name, accuracy, best: accuracy && best, ridge, scale, residual }));
    const learned = [...features.values()].map(async ({ round, spectrum, matrix }) => {
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", matrix));
      return { round, spectrum: [...spectrum], matrix: [...hash].join(" ") };
    });
    return { stages: found, features: await Promise.all(learned) };
  });

const fates = (/** @type {Page} */ page) => page.evaluate(() => [.../** @type {any} */ (window).heard.fates].sort());

/**
 * What a run finds, its engine being made by `lines` in the worker.
 * @param {Page} page
 * @param {string} query
 * @param {string} lines
 */
async function find(page, query, lines) {
  const reached = await inWorker(page, lines);
  await open(page, query);
  reached();
  await run(page);
  await expect(page.getByRole("alert").filter({ visible: true })).toHaveCount(0);
  await expect(page.locator("[part=engine-notice]")).toBeHidden();
  return digits(page);
}

const NO_WORKERS = `delete self.Worker;`;

/** Found without any Worker, by query. @type {Map<string, Awaited<ReturnType<typeof digits>>>} */
const known = new Map();

/** @param {Page} page @param {string} query */
async function alone(page, query) {
  const found = known.get(query) ?? (await find(page, query, NO_WORKERS));
  expect(found.features.length, "updates of M").toBeGreaterThan(0);
  known.set(query, found);
  return found;
}

// Members of the pool begin with lines of the test.
test.use({ bypassCSP: true });
test.beforeEach(({ page }) => record(page));

test("the page says how many workers there are: one for each core", async ({ page }) => {
  await open(page, QUICK);
  await run(page);
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  const count = Math.min(cores, MOST);
  await expect(engineLine(page)).toContainText(`Runs on cpu (${count} worker${count === 1 ? "" : "s"}).`);
  expect(await workersNamed(page, "pool")).toBe(count);
});

test("many cores get no more workers than pay for their memory", async ({ page }) => {
  const expected = await alone(page, DIGITS);
  expect(await find(page, DIGITS, crew(64))).toEqual(expected);
  await expect(engineLine(page)).toContainText(`Runs on cpu (${MOST} workers).`);
});

for (const [name, query] of /** @type {const} */ ([["star", QUICK], ["digits", DIGITS]])) {
  test(`${name}: the same digits for one, two and three workers, and for none`, async ({ page }) => {
    const expected = await alone(page, query);
    for (const [cores, said] of /** @type {const} */ ([[1, "cpu (1 worker)"], [2, "cpu (2 workers)"], [3, "cpu (3 workers)"]])) {
      expect(await find(page, query, crew(cores)), said).toEqual(expected);
      await expect(engineLine(page)).toContainText(said);
    }
  });
}

test("where workers cannot start workers, one thread does it all", async ({ page }) => {
  await find(page, QUICK, NO_WORKERS);
  await expect(engineLine(page)).toContainText("Runs on cpu (1 thread).");
});

/** What becomes of members, and what the page says of the engine in the end; tests/all/pool.rs has more of them, in less time. */
const FATES = [
  { name: "one crashes", lines: `if (me === 0) after(3, ${CRASH})`, met: [0], left: "cpu (1 worker)" },
  { name: "both crash, one after the other", lines: `after(2 + 5 * me, ${CRASH})`, met: [0, 1], left: "cpu (1 thread)" },
  { name: "one does not start", lines: `if (me === 0) { tell(); throw new Error("made by the test"); }`, met: [0], left: "cpu (1 worker)" },
  { name: "one hangs", lines: `if (me === 0) after(3, () => { for (;;); })`, met: [0], left: "cpu (2 workers)" },
  { name: "one crashes, the other falls silent", lines: `after(4, me === 0 ? ${CRASH} : ${SILENCE})`, met: [0, 1], left: "cpu (1 worker)" },
];

for (const { name, lines, met, left } of FATES) {
  test(`of two workers ${name}: the run takes longer, and nothing else changes`, async ({ page }) => {
    const expected = await alone(page, QUICK);
    expect(await find(page, QUICK, crew(2, lines))).toEqual(expected);
    expect(await fates(page)).toEqual(met);
    await expect(engineLine(page)).toContainText(`Runs on ${left}.`);
  });
}

test("the reason for the CPU stays on the page when a worker is lost", async ({ page }) => {
  const expected = await alone(page, QUICK);
  expect(await find(page, QUICK.replace("engine=cpu", "engine=auto"), crew(2, `if (me === 0) after(3, ${CRASH})`))).toEqual(expected);
  await expect(engineLine(page)).toContainText(/^Runs on cpu \(1 worker\): .*is no graphics hardware/);
});

test("two pages that run at once find what each finds alone", async ({ page, context }) => {
  const expected = await alone(page, QUICK);
  const other = await context.newPage();
  await record(other);
  for (const each of [page, other]) {
    await inWorker(each, crew(3));
    await open(each, QUICK);
  }
  await Promise.all([page, other].map((each) => run(each)));
  for (const each of [page, other]) expect(await digits(each)).toEqual(expected);
  await other.close();
});

test("the members end with their worker, and a fresh worker has fresh ones", async ({ page }) => {
  const members = () => page.workers().filter((worker) => worker.url().startsWith("blob:")).length;
  await inWorker(
    page,
    `${crew(3)};
     addEventListener("message", ({ data }) => {
       if (data.path?.[0] === "run" && data.argumentList[0].value.until === "round") reportError(new Error("a crash made by the test"));
     })`,
  );
  await open(page, QUICK);
  await expect.poll(members).toBe(3);
  await page.getByRole("button", { name: "Step" }).click();
  await untilPhase(page, "failed");
  await expect(page.getByRole("alert").filter({ visible: true })).toContainText("The computing part of the page stopped");
  await expect.poll(members).toBe(0);
  await page.getByRole("button", { name: "Try again" }).click();
  await untilPhase(page, "ready");
  await expect.poll(members).toBe(3);
  await run(page);
  expect(await digits(page)).toEqual(await alone(page, QUICK));
});

/** A minute is over at once. */
const HASTE = `{
  const usual = setTimeout;
  self.setTimeout = (action, ms, ...given) => usual(action, ms === 60_000 ? 300 : ms, ...given);
}`;

test("members that have nothing to do end, and others take their place when a finished or paused run goes on", async ({ page }) => {
  const members = () => page.workers().filter((worker) => worker.url().startsWith("blob:")).length;
  const many = DIGITS.replace("train=60", "train=400");
  const expected = await alone(page, many.replace("rounds=2", "rounds=3"));
  await inWorker(page, HASTE + crew(3));
  await open(page, many);
  await expect.poll(members, "before the run").toBe(0);
  await pauseIn(page, "kernel", 0.2);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await untilPhase(page, "paused");
  await expect.poll(members, "of a run that is paused").toBe(0);
  await page.getByRole("button", { name: "Resume" }).click();
  await untilPhase(page, "finished");
  await expect.poll(members, "of a run that has ended").toBe(0);
  await page.getByRole("button", { name: "Step" }).click();
  await expect(page.locator("[part=accuracy-table] tr[data-round]")).toHaveCount(3);
  await untilPhase(page, "finished");
  await expect(engineLine(page)).toContainText("Runs on cpu (3 workers).");
  expect(await digits(page)).toEqual(expected);
});

/** Frames of 42 x 42 pixels, three layers: the jobs of the AGOP are the longest that the page has. */
const BIG = "?engine=cpu&data=noisy-mnist&train=300&validation=100&test=200&patch=3&depth=3&rounds=2&agop=100";

test("Pause and Cancel take effect in every stage of a large run, and change no result", async ({ page }) => {
  await inWorker(page, crew(3));
  await open(page, BIG);
  await run(page);
  const expected = await digits(page);
  await open(page, BIG);
  const go = page.getByRole("button", { name: "Run", exact: true });
  for (const stage of ["kernel", "agop", "predict"]) {
    for (const done of [0, 0.4]) {
      await pauseIn(page, stage, done);
      await go.click();
      await untilPhase(page, "paused");
      // The last round has no AGOP: the one that is cancelled must not end before.
      await cancelOnce(page, "app", "[data-phase=running]");
      await page.getByRole("button", { name: "Resume" }).click();
      await untilPhase(page, "cancelled");
    }
  }
  await run(page);
  expect(await digits(page)).toEqual(expected);
});

/** Makes the next run pause in `stage` as soon as this share of it is done. @param {Page} page @param {string} stage @param {number} done */
async function pauseIn(page, stage, done) {
  await page.evaluate((wanted) => Object.assign(/** @type {any} */ (window).heard, { wanted }), { stage, done });
}
