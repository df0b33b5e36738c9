/**
 * What the page may ask of a round, asked of the worker itself: the answers have the shapes of `www/run/records.ts`, agree with
 * each other and with the run's own numbers, and are null where a round has not come that far.
 */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readNpz } from "./npz.js";
import { expect, open, test, TINY } from "./page.js";

/** @import { DataSpec, EngineSettings, StageReport } from "../../www/run/records" */

// The tests put a script of their own into the page.
test.use({ bypassCSP: true });

const ASSETS = fileURLToPath(new URL("../../dist/assets/", import.meta.url));
const COMLINK = fileURLToPath(new URL("../../node_modules/comlink/dist/umd/comlink.min.js", import.meta.url));

/**
 * Digits, so few that a stage takes no time.
 * @type {DataSpec}
 */
const DIGITS = { name: "mnist", train: 60, validation: 20, test: 30, seed: 0, sigma: 1, frame: false };
/** @type {EngineSettings} */
const SETTINGS = { patch: 3, depth: 2, ridge: 1e-3, rounds: 2, agopSamples: 10, levels: 1, width: 16, relu: false, pooling: 1 };

/**
 * A worker of the built page, beside the page's own, with `ask` in the page's window. Replies come with their typed arrays
 * as lists.
 * @param {import("@playwright/test").Page} page
 */
async function line(page) {
  const started = page.waitForEvent("worker");
  await open(page, `?${TINY}`);
  const worker = (await started).url();
  await page.addScriptTag({ path: COMLINK });
  await page.evaluate((url) => {
    const { Comlink } = /** @type {any} */ (globalThis);
    const remote = Comlink.wrap(new Worker(url, { type: "module" }));
    /** @type {any[]} */
    const reports = [];
    /** @type {(value: any) => any} */
    const plain = (value) => {
      if (ArrayBuffer.isView(value)) return [.../** @type {Float32Array} */ (value)];
      if (Array.isArray(value)) return value.map(plain);
      return value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)])) : value;
    };
    const nothing = () => {};
    const listener = {
      progress: nothing,
      engine: nothing,
      features: nothing,
      stage: (/** @type {any} */ report) => reports.push(report),
    };
    Object.assign(globalThis, {
      reports,
      /** @param {string} method @param {any[]} question */
      ask: async (method, question) => {
        // Playwright hands over no typed arrays and no functions.
        if (method === "probe" && question[0].strokes) {
          question = [
            { ...question[0], strokes: question[0].strokes.map((/** @type {number[]} */ stroke) => Float32Array.from(stroke)) },
          ];
        }
        if (method === "run") question = [...question, Comlink.proxy(listener)];
        return plain(await remote[method](...question));
      },
    });
  }, worker);
  return {
    /** @type {(method: string, ...question: any[]) => Promise<any>} */
    ask: (method, ...question) =>
      page.evaluate(
        ([method, question]) => /** @type {any} */ (globalThis).ask(method, question),
        /** @type {const} */ ([method, question]),
      ),
    /** @type {() => Promise<StageReport[]>} */
    reports: () => page.evaluate(() => /** @type {any} */ (globalThis).reports),
  };
}

/**
 * A run at its beginning, and its next stages.
 * @param {import("@playwright/test").Page} page
 */
async function begun(page, spec = DIGITS, settings = SETTINGS) {
  const { ask, reports } = await line(page);
  // The page's own copy of the pack, whose name has a hash in it.
  const pack = readdirSync(ASSETS).find((name) => /^mnist-.*\.npz$/.test(name));
  const packUrl = await page.evaluate((name) => new URL(`assets/${name}`, document.baseURI).href, pack);
  await ask("prepare", spec, settings, packUrl);
  await ask("adopt");
  /** @type {(until?: "stage" | "round" | "end") => Promise<any>} */
  const run = (until = "stage") => ask("run", { until, engine: "cpu", gallery: [] });
  return { ask, reports, run };
}

/** @param {number[]} values */
const size = (values) => Math.hypot(...values);

test("a round is inspected stage by stage, and its answer is the sum that it says", async ({ page }) => {
  const { ask, run } = await begun(page);
  const place = /** @type {const} */ ({ round: 0, split: "test", index: 3, output: 1 });
  const inspect = (/** @type {number} */ round) => ask("inspect", { ...place, round });

  const before = await inspect(0);
  expect(before).toMatchObject({ place, kernel: null, answer: null, weights: null, gradient: null });
  expect(before.pixels).toHaveLength(784);
  expect(before.seen).toEqual(before.pixels);
  await expect(inspect(1)).rejects.toThrow(/round: found 1, expected at most 0: the filters of later rounds are not learned yet/);

  expect(await run()).toBe("stage");
  const row = await inspect(0);
  expect(row.kernel.values).toHaveLength(60);
  expect(row.answer).toBeNull();
  expect(await ask("patch", place, 0, 0)).toMatchObject({ gradient: null });
  // The order is that of falling similarity.
  const similarity = row.kernel.similarity ?? row.kernel.values;
  const ordered = row.kernel.order.map((/** @type {number} */ i) => similarity[i]);
  expect(ordered).toEqual([...similarity].sort((a, b) => b - a));
  expect(new Set(row.kernel.order).size).toBe(60);

  expect(await run()).toBe("stage");
  const solved = await inspect(0);
  expect(solved.answer).toHaveLength(10);
  expect(solved.weights).toHaveLength(60);
  expect(solved.gradient).toHaveLength(26 * 26);
  const sum = solved.weights.reduce(
    (/** @type {number} */ sum, /** @type {number} */ alpha, /** @type {number} */ i) => sum + alpha * solved.kernel.values[i],
    0,
  );
  expect(Math.abs(sum - solved.answer[1])).toBeLessThan(1e-4);

  // The next round sees through M; what a patch's gradient is long, the inspection says of its position.
  expect(await run("end")).toBe("finished");
  const learned = await inspect(1);
  expect(learned.pixels).toEqual(before.pixels);
  expect(learned.seen).not.toEqual(before.pixels);
  for (const position of [0, 300, 26 * 26 - 1]) {
    const patch = await ask("patch", { ...place, round: 1 }, position, 7);
    expect(patch).toMatchObject({ position, train: 7, place: { ...place, round: 1 } });
    expect(Math.abs(size(patch.gradient) - learned.gradient[position])).toBeLessThan(1e-5);
    // The centre of what is seen of the patch is the picture's pixel there.
    const [top, left] = [Math.floor(position / 26), position % 26];
    expect(Math.abs(patch.seen[4] - learned.seen[(top + 1) * 28 + left + 1])).toBeLessThan(1e-5);
    expect(patch.patch[4]).toBe(before.pixels[(top + 1) * 28 + left + 1]);
  }
  // Round 0 is still there, the same.
  expect(await inspect(0)).toEqual(solved);
  await expect(ask("inspect", { ...place, output: 10 })).rejects.toThrow(/class: found 10, expected less than 10/);
  await expect(ask("patch", place, 676, 0)).rejects.toThrow(/position: found 676, expected less than 676/);
  await expect(ask("inspect", { ...place, index: 30 })).rejects.toThrow(/image: found 30, expected less than 30/);
});

test("outcomes add up to the accuracies, and what changed between rounds to their difference", async ({ page }) => {
  const { ask, reports, run } = await begun(page);
  await expect(ask("outcomes", 0, "test")).rejects.toThrow(/round: found 0, expected a round whose predictions are made/);
  expect(await run("end")).toBe("finished");
  const labels = (await ask("samples", "test", [...Array(30).keys()])).map((/** @type {{label: number}} */ sample) => sample.label);
  expect(await ask("labels", "test", 30)).toEqual(labels);
  /** @type {number[]} */
  const right = [];
  for (const { round, accuracy } of (await reports()).filter(({ stage }) => stage === "predict")) {
    const { confusion, answers } = await ask("outcomes", round, "test");
    const hits = labels.filter((/** @type {number} */ label, /** @type {number} */ i) => label === answers[i]).length;
    expect((100 * hits) / 30).toBeCloseTo(accuracy?.test ?? NaN, 9);
    expect(confusion).toHaveLength(100);
    for (let truth = 0; truth < 10; truth++) {
      for (let answer = 0; answer < 10; answer++) {
        const count = labels.filter(
          (/** @type {number} */ label, /** @type {number} */ i) => label === truth && answers[i] === answer,
        ).length;
        expect(confusion[truth * 10 + answer]).toBe(count);
      }
    }
    right.push(hits);
    // The error of one image's answer, from its inspection.
    let squares = 0;
    for (const [index, label] of labels.entries()) {
      const { answer } = await ask("inspect", { round, split: "test", index, output: 0 });
      squares += answer.reduce(
        (/** @type {number} */ sum, /** @type {number} */ f, /** @type {number} */ o) => sum + (f - Number(o === label)) ** 2,
        0,
      );
    }
    expect(squares / 300).toBeCloseTo(accuracy?.testError ?? NaN, 5);
    expect(accuracy?.validationError).toBeGreaterThan(0);
  }
  const [before = NaN, after = NaN] = right;
  const { gained, lost } = await ask("changed", "test", 0, 1);
  expect(gained.length - lost.length).toBe(after - before);
  expect(await ask("changed", "test", 1, 0)).toEqual({ gained: lost, lost: gained });
  await expect(ask("outcomes", 0, "train")).rejects.toThrow(/split: found train, expected validation or test/);
  expect(await ask("spread", [1, 2, 3])).toEqual({ mean: 2, deviation: 1 });
  await expect(ask("spread", [])).rejects.toThrow(/values: found 0, expected at least 1/);
});

test("what is drawn is an image like any other, and every round that can answers", async ({ page }) => {
  const noisy = { ...DIGITS, name: "noisy-mnist" };
  const { ask, run } = await begun(page, noisy);
  const drawing = /** @type {const} */ ({ way: "digit", strokes: [[100, 20, 100, 200]], pen: 9 });
  /** @param {any} drawing */
  const probe = (drawing) => ask("probe", drawing);
  const place = /** @type {const} */ ({ round: 0, split: "probe", index: 0, output: 1 });
  await expect(ask("inspect", place)).rejects.toThrow(/image: found nothing drawn, expected a drawing to be made first/);

  const early = await probe(drawing);
  expect(early.pixels).toHaveLength(42 * 42);
  expect(early.answers).toEqual([]);
  // An upright stroke in the middle of the frame, ink before and after.
  expect(early.pixels[20 * 42 + 20]).toBeGreaterThan(0.8);
  expect(early.pixels[20 * 42 + 10]).toBe(0);

  for (const stage of ["kernel", "solve"]) expect(await run(), stage).toBe("stage");
  expect((await probe(drawing)).answers).toHaveLength(1);
  await run("end");
  const { answers, pixels, seconds } = await probe(drawing);
  expect(answers.map((/** @type {number[]} */ answer) => answer.length)).toEqual([10, 10]);
  expect(pixels).toEqual(early.pixels);
  expect(seconds).toBeGreaterThan(0);
  for (const round of [0, 1]) {
    const inspection = await ask("inspect", { ...place, round });
    expect(inspection).toMatchObject({ label: -1, pixels, answer: answers[round] });
    const patch = await ask("patch", { ...place, round }, 5, 0);
    expect(Math.abs(size(patch.gradient) - inspection.gradient[5])).toBeLessThan(1e-5);
  }
  expect(await ask("samples", "probe", [0])).toEqual([{ split: "probe", index: 0, label: -1, pixels }]);
  await expect(probe({ ...drawing, strokes: [] })).rejects.toThrow(/points of the drawing: found 0, expected 1 to 5000/);
  await expect(probe({ ...drawing, strokes: [[1, 2, 3]] })).rejects.toThrow(
    /stroke of the drawing: found 3 coordinates, expected an even number, x and y/,
  );
  await expect(probe({ way: "star", row: 0, column: 0 })).rejects.toThrow(/drawing: found a star, expected a digit/);
  // What cannot be drawn leaves what was drawn.
  expect((await ask("samples", "probe", [0]))[0].pixels).toEqual(pixels);
  // Another set forgets it.
  await ask("prepare", { ...DIGITS, name: "star" }, SETTINGS, null);
  await ask("adopt");
  await expect(ask("samples", "probe", [0])).rejects.toThrow(/nothing drawn/);
  const star = await probe({ way: "star", row: 4, column: 20 });
  expect(star.pixels).toHaveLength(3 * 32 * 32);
  expect(star.pixels[(4 + 2) * 32 + 20 + 5]).toBe(1);
});

test("what a number is made of adds up to it", async ({ page }) => {
  const { ask, run } = await begun(page);
  /** @param {any} explain */
  const explain = (explain) => ask("explain", explain);
  const place = /** @type {const} */ ({ round: 1, split: "test", index: 2, output: 4 });
  /** @param {{terms: {product: number}[], rest: number}} sum */
  const total = ({ terms, rest }) => terms.reduce((sum, { product }) => sum + product, rest);
  await expect(explain({ what: "answer", place: { ...place, round: 0 } })).rejects.toThrow(
    /round: found an earlier stage, expected a round whose ridge regression is solved/,
  );
  await run("round");
  const report = await ask("outcomes", 0, "test");
  expect(report.answers).toHaveLength(30);
  await run("end");
  const inspection = await ask("inspect", place);
  const position = 309;
  const patch = await ask("patch", place, position, 5);

  const kernel = await explain({ what: "kernel", place, train: 5, position });
  expect(kernel).toMatchObject({ what: "kernel", train: 5, position, channels: 1, positions: 24 * 24 });
  expect(Math.abs(kernel.value - inspection.kernel.values[5])).toBeLessThan(1e-5);
  expect(kernel.whole / kernel.scale).toBeCloseTo(kernel.value, 12);
  expect(kernel.layers.map((/** @type {{position: number}} */ layer) => layer.position)).toEqual([position, 10 * 24 + 22]);
  const [first] = kernel.layers;
  expect(first).toMatchObject({ s: kernel.inner, t: kernel.inner });
  expect(first.sOut).toBeCloseTo(first.r * first.k1, 12);
  expect(first.tOut).toBeCloseTo(first.t * first.k0, 12);

  const answer = await explain({ what: "answer", place });
  expect(answer).toMatchObject({ what: "answer", others: 52 });
  expect(total(answer)).toBeCloseTo(answer.value, 12);
  expect(Math.abs(answer.value - inspection.answer[4])).toBeLessThan(1e-5);

  const gradient = await explain({ what: "gradient", place, position });
  expect(total(gradient)).toBeCloseTo(gradient.value, 12);
  expect(Math.abs(Math.sqrt(gradient.value) - inspection.gradient[position])).toBeLessThan(1e-5);

  const seen = await explain({ what: "seen", place, position });
  expect(total(seen)).toBeCloseTo(seen.value, 12);
  expect(Math.abs(Math.sqrt(seen.value) - size(patch.seen))).toBeLessThan(1e-5);

  const matrix = await explain({ what: "matrix", round: 1, row: 4, column: 7 });
  expect(matrix).toMatchObject({ what: "matrix", row: 4, column: 7, others: 2 });
  expect(matrix.terms.map((/** @type {{index: number}} */ term) => term.index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(total(matrix)).toBeCloseTo(matrix.value, 12);
  expect(Math.abs(matrix.value)).toBeLessThan(matrix.trace);
  await expect(explain({ what: "matrix", round: 0, row: 0, column: 0 })).rejects.toThrow(
    /round: found 0, expected a round that has an M/,
  );
  await expect(explain({ what: "matrix", round: 1, row: 9, column: 0 })).rejects.toThrow(
    /entry of M: found \(9, 0\), expected less than 9/,
  );
});

test("the results are the run's own numbers, as an archive and as JSON", async ({ page }) => {
  const { ask, reports, run } = await begun(page, { ...DIGITS, validation: 0 });
  /** @param {"npz" | "json"} format */
  const results = async (format) => Uint8Array.from(await ask("results", format));
  for (const format of /** @type {const} */ (["npz", "json"])) {
    await expect(results(format)).rejects.toThrow(/results: found no round, expected one with predictions/);
  }
  // Stopped within the second round: the first one's predictions, and the M that came of them.
  expect(await run("round")).toBe("round");
  expect(await run()).toBe("stage");
  expect(readNpz(await results("npz"))).toMatchObject({
    accuracy: { shape: [1] },
    predictions: { shape: [1, 30, 10] },
    agop: { shape: [1, 9, 9] },
  });
  expect(await run("end")).toBe("finished");

  const arrays = readNpz(await results("npz"));
  const shapes = Object.fromEntries(
    Object.entries(arrays).map(([name, { type, shape }]) => [name, [type.replace(/U.*/, "U"), ...shape]]),
  );
  expect(shapes).toEqual({
    accuracy: ["<f8", 2],
    validation_accuracy: ["<f8", 2],
    kept_round: ["<i8"],
    kernel_scale: ["<f8", 2],
    ridge_used: ["<f8", 2],
    residual: ["<f8", 2],
    seconds: ["<f8", 2, 4],
    predictions: ["<f4", 2, 30, 10],
    agop: ["<f4", 1, 9, 9],
    patch: ["<i8"],
    channels: ["<i8"],
    test_error: ["<f8", 2],
    validation_error: ["<f8", 2],
    labels: ["<i8", 30],
    train_labels: ["<i8", DIGITS.train],
    validation_labels: ["<i8", 0],
    class_names: ["<U", 10],
    ...Object.fromEntries("train validation test depth rounds levels width relu pooling seed agop_samples fused".split(" ").map((name) => [name, ["<i8"]])),
    ridge: ["<f8", 1],
    filter_source: ["<U"],
    engine: ["<U"],
    version: ["<U"],
    data: ["<U"],
    data_source: ["<U"],
    data_licence: ["<U"],
    data_seed: ["<i8"],
    sigma: ["<f8"],
    frame: ["<i8"],
  });
  /** @type {(name: string) => any} */
  const values = (name) => arrays[name]?.values;
  const told = await reports();
  const predicted = told.filter(({ stage }) => stage === "predict");
  expect(values("accuracy")).toEqual(predicted.map(({ accuracy }) => accuracy?.test));
  expect(values("validation_accuracy")).toEqual([NaN, NaN]);
  expect(values("kept_round")).toEqual([predicted.at(-1)?.best]);
  expect(values("kernel_scale")).toEqual(predicted.map(({ scale }) => scale));
  expect(values("ridge_used")).toEqual(told.filter(({ stage }) => stage === "solve").map(({ ridge }) => ridge));
  expect(values("residual")).toEqual(told.filter(({ stage }) => stage === "solve").map(({ residual }) => residual));
  /** @param {import("../../www/run/records").Stage} stage @param {number} round */
  const seconds = (stage, round) => told.find((report) => report.stage === stage && report.round === round)?.seconds ?? 0;
  expect(values("seconds")).toEqual(
    [0, 1].flatMap((round) => /** @type {const} */ (["kernel", "predict", "solve", "agop"]).map((stage) => seconds(stage, round))),
  );
  expect([values("patch"), values("channels")]).toEqual([[3], [1]]);
  expect(values("engine")).toBe(told.at(-1)?.engine);
  for (const round of [0, 1]) {
    for (const index of [0, 29]) {
      const { answer } = await ask("inspect", { round, split: "test", index, output: 0 });
      for (const [o, f] of answer.entries())
        expect(Math.abs(values("predictions")[(round * 30 + index) * 10 + o] - f)).toBeLessThan(1e-5);
    }
  }
  const entry = await ask("explain", { what: "matrix", round: 1, row: 4, column: 7 });
  expect(Math.abs(values("agop")[4 * 9 + 7] - entry.value)).toBeLessThan(1e-4 * entry.trace);

  const text = new TextDecoder().decode(await results("json"));
  expect(text).not.toMatch(/NaN|Infinity|undefined/);
  const json = JSON.parse(text);
  expect(Object.keys(json)).toEqual(Object.keys(arrays));
  expect(json.validation_accuracy).toEqual([null, null]);
  for (const [name, { shape, values }] of Object.entries(arrays)) {
    // As many lists within lists as the array has axes, and the same numbers in them, to the last digit.
    let [within, depth] = [json[name], 0];
    for (const extent of shape) {
      expect(within, name).toHaveLength(extent);
      [within, depth] = [within[0], depth + 1];
    }
    const whole = typeof values === "string" ? values : values.map((value) => (Number.isNaN(value) ? null : value));
    expect(
      depth === 0 && typeof whole !== "string" ? [json[name]] : Array.isArray(json[name]) ? json[name].flat(3) : json[name],
      name,
    ).toEqual(whole);
  }
});

test("a run that is set up again is planned from memory", async ({ page }) => {
  const { ask } = await begun(page);
  /** @param {object} settings */
  const plan = async (settings) => (await ask("prepare", { ...DIGITS, name: "star" }, settings, null)).plan;
  const [first, again, another] = [await plan(SETTINGS), await plan({ ...SETTINGS, ridge: 1e-2 }), await plan({ ...SETTINGS, depth: 1 })];
  // A time that was measured anew would hardly be the same to the last digit.
  expect(again).toEqual(first);
  expect(first.seconds).toBeGreaterThan(0);
  expect(another.seconds).toBeGreaterThan(0);
  expect(another.seconds).not.toBe(first.seconds);
});
