/** Draw a digit or move a star, and see what every round of the run makes of it while it happens. */
import { h, setText } from "../draw/dom.js";
import { clear, drawImage, drawStrength } from "../draw/pixels.js";
import { isBusy } from "../model.js";
import { reason } from "../reason.js";
import { preset } from "../state.js";
import { drawing as words, sentence } from "../strings/words.js";
import { setQuoting } from "./quote.js";
import { Latest } from "./loop/latest.js";
import { plate } from "./loop/stop.js";
import { answersIn } from "./try/answers.js";
import { pen, PEN } from "./try/pen.js";
import { star } from "./try/star.js";

/** @import { Controller } from "../controller.js" */
/** @import { Store } from "../model.js" */
/** @import { Drawing, DataName } from "../protocol.js" */

/** What the rounds answer is read out when it has stood for so many milliseconds. */
const SPEAK_MS = 700;

/** What can be drawn for a set. @param {DataName} data @returns {"digit" | "star" | null} */
const wayOf = (data) => (data === "mnist" || data === "noisy-mnist" ? "digit" : data === "star" ? "star" : null);

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Controller} controller
 */
export function mountTry(root, store, controller) {
  const about = h("p", { class: "about wide" });
  const ways = h(
    "div",
    { class: "ways" },
    h("button", { type: "button", text: words.openDigits, onclick: () => controller.open(preset("mnist", store.model.settings)) }),
    h("button", { type: "button", text: words.openStar, onclick: () => controller.open(preset("star", store.model.settings)) }),
  );
  const board = pen((strokes) => ask(strokes.length ? { way: "digit", strokes, pen: PEN } : null));
  const sky = star((place) => ask({ way: "star", ...place }));
  const machine = plate("", words.machineAlt);
  machine.canvas.id = "probe-pixels";
  const looks = plate("", words.looksAlt);
  looks.canvas.id = "probe-looks";
  const runButton = h("button", { type: "button", class: "primary", id: "try-run", text: words.run, onclick: () => controller.run() });
  const needText = h("p");
  const need = h("div", { class: "empty need-run" }, needText, runButton);
  const columns = h("div", { class: "answer-columns" });
  const heading = h("h3", { tabindex: -1, text: words.answers });
  const spoken = h("p", { class: "unseen", role: "status", id: "probe-spoken" });
  const said = h("p", { class: "small quiet", id: "probe-said" });
  const inLoop = h("p", { class: "small quiet", text: words.inLoop });
  const bench = h(
    "div",
    { class: "bench" },
    board.element,
    sky.element,
    h("div", { class: "got" }, machine.element, looks.element),
    h("div", { class: "round-answers" }, heading, need, columns, said, inLoop, spoken),
  );
  root.append(about, ways, bench);
  const showAnswers = answersIn(columns);

  const latest = new Latest();
  /** What is drawn now. @type {Drawing | null} */
  let drawing = null;

  /** @param {Drawing | null} next */
  function ask(next) {
    drawing = next;
    if (!next) {
      controller.forgetProbe();
      wipeAnswers();
      return;
    }
    latest.want(async () => {
      if (drawing !== next) return;
      try {
        const probed = await controller.probe(next);
        // An older drawing's answers are shown while the pen goes on: they are newer than what stands there.
        if (!probed || !drawing || !store.model.data) return;
        show(probed.answers, probed.seconds);
        if (drawing === next) await lookThrough();
      } catch (error) {
        setQuoting(said, sentence(reason(error)), [sentence(reason(error))]);
      }
    });
  }

  /** @param {Float32Array[]} answers @param {number} seconds */
  function show(answers, seconds) {
    const { data, best, phase } = store.model;
    if (!data) return;
    columns.hidden = answers.length === 0;
    showAnswers(answers, data.summary.classNames, best);
    speak();
    setText(said, answers.length ? words.seconds(seconds) : isBusy(phase) ? words.busy : "");
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let due;

  /** Reads out the answer that counts, once the pen or the star rests: of all that pass by, none could be heard to its end. */
  function speak() {
    clearTimeout(due);
    due = setTimeout(() => {
      const tables = /** @type {HTMLElement[]} */ ([...columns.querySelectorAll("[data-answer]")]);
      const table = tables[store.model.best ?? tables.length - 1] ?? tables.at(-1);
      if (!table || columns.hidden || !bench.contains(document.activeElement)) return;
      setText(spoken, words.spoken(Number(table.dataset.round), table.dataset.answer ?? ""));
    }, SPEAK_MS);
  }

  function wipeAnswers() {
    columns.hidden = true;
    clearTimeout(due);
    setText(spoken, "");
    clear(machine.canvas);
    clear(looks.canvas);
    setText(said, hasRun() ? words.nothing : "");
  }

  /** Where the newest kernel looks. */
  async function lookThrough() {
    const [look] = (await controller.ask({ kind: "look", split: "probe", indices: [0], count: 0 })) ?? [];
    // It may have waited for a stage to end, and M been made meanwhile: the answer is through the latest.
    const { data, settings, features } = store.model;
    if (!look || !data || !drawing) return;
    setText(looks.caption, words.looks(features.at(-1)?.round ?? 0));
    drawStrength(looks.canvas, look.maps, { ...data.summary, patch: settings.patch });
  }

  const hasRun = () => store.model.rounds.some(({ accuracy }) => accuracy);

  store.watch(
    ({ data, drawn }) => [data, drawn],
    ({ data, drawn }) => {
      if (data && drawn) drawImage(machine.canvas, drawn, data.summary, data.range);
      inLoop.hidden = drawn === null;
      sky.show(data, drawn);
      bench.style.setProperty("--aspect", `${data?.summary.width ?? 1} / ${data?.summary.height ?? 1}`);
      setText(machine.caption, data ? words.machine(data.summary.height, data.summary.width) : "");
    },
  );
  store.watch(
    ({ settings, data }) => [settings.data, data],
    ({ settings, data }) => {
      const way = wayOf(settings.data);
      setText(about, way ? words[way] : words.otherSets);
      ways.hidden = way !== null;
      bench.hidden = way === null;
      board.element.hidden = way !== "digit";
      sky.element.hidden = way !== "star";
      machine.element.hidden = way === "star";
      setText(looks.caption, words.looks(0));
      // Strokes are of no set; a star is there from the beginning.
      const kept = drawing?.way === way ? drawing : null;
      if (!kept && way !== "digit") board.wipe();
      const next = way === "star" ? { way, ...sky.place() } : kept;
      if (!data) wipeAnswers();
      else ask(next && { ...next });
    },
  );
  store.watch(
    ({ rounds, phase }) => [rounds, phase],
    ({ phase }) => {
      // What hides under the reader takes the focus away: it goes to where the answers will stand.
      if (document.activeElement === runButton && (hasRun() || isBusy(phase))) heading.focus({ preventScroll: true });
      need.hidden = hasRun();
      setText(needText, isBusy(phase) ? words.busy : words.needRun);
      runButton.hidden = isBusy(phase);
      runButton.disabled = !["ready", "between", "cancelled"].includes(phase);
      if (drawing) ask({ ...drawing });
      else wipeAnswers();
    },
  );
}
