/** The loop as one picture: seven stations with the run's own numbers, and the arrows between them. */
import { h, setText } from "../draw/dom.js";
import { onSchemeChange } from "../draw/colormap.js";
import { isBusy } from "../model.js";
import { fixed, loop as words } from "../strings/words.js";
import { drive } from "./loop/drive.js";
import { fillGradient } from "./loop/gradient.js";
import { fillImage, fillPatch } from "./loop/image.js";
import { Inquiry } from "./loop/inquiry.js";
import { fillKernel } from "./loop/kernel.js";
import { featuresOf, fillMatrix } from "./loop/matrix.js";
import { panel } from "./loop/panel.js";
import { fillRidge, SHOWN } from "./loop/ridge.js";
import { fillSeen } from "./loop/seen.js";
import { stop } from "./loop/stop.js";
import { mountWires } from "./loop/wires.js";

/** @import { Controller } from "../controller.js" */
/** @import { Store } from "../model.js" */
/** @import { Stage } from "../protocol.js" */
/** @import { Shown } from "./loop/inquiry.js" */
/** @import { StopName } from "./loop/stop.js" */

/** The stations at which a stage works. @type {Record<Stage, StopName[]>} */
const WORKPLACE = { kernel: ["kernel"], solve: ["ridge"], predict: ["ridge"], agop: ["gradient", "matrix"], convolve: [] };

/** The stations that show M. @type {StopName[]} */
const NEEDS_M = ["matrix", "seen"];

/** What is said aloud of what is pointed at, at most once in so many milliseconds. */
const SPEAK_MS = 700;

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Controller} controller
 */
export function mountHow(root, store, controller) {
  const inquiry = new Inquiry(store, controller);
  const { loop } = inquiry;
  const names = /** @type {StopName[]} */ (Object.keys(words.stops));
  const stops = /** @type {Record<StopName, import("./loop/stop.js").Stop>} */ (Object.fromEntries(names.map((name, i) => [name, stop(name, i + 1)])));
  fillImage(stops.image.body, inquiry, controller);
  fillPatch(stops.patch.body, inquiry);
  fillKernel(stops.kernel.body, inquiry);
  fillRidge(stops.ridge.body, inquiry);
  fillGradient(stops.gradient.body, inquiry);
  fillMatrix(stops.matrix.body, inquiry);
  fillSeen(stops.seen.body, inquiry);

  const back = h("p", { class: "back-words small", text: words.back });
  const picture = h("div", { class: "circuit", id: "loop" }, stops.image.element, drive(inquiry, controller), ...names.slice(1).map((name) => stops[name].element), back);
  const arithmetic = panel(inquiry);
  root.append(h("p", { class: "about wide", text: fixed.howLead ?? "" }), h("p", { class: "small quiet", text: words.hint }), picture, arithmetic, speaker(picture));

  const lightWires = mountWires(picture, [
    ...names.slice(0, -1).map((name, i) => {
      const next = /** @type {StopName} */ (names[i + 1]);
      return { from: stops[name].element, to: stops[next].element, letter: words.stops[name].gives };
    }),
    { from: stops.seen.element, to: stops.patch.element, letter: `${words.stops.seen.gives}: ${words.nextRound}`, back: true },
  ]);

  loop.watch(
    (shown) => [shown.now, shown.subject, shown.round, shown.viewed, featuresOf(shown), shown.run.phase, shown.run.progress, shown.run.at, shown.run.rounds, shown.run.settings.rounds],
    (shown) => {
      const known = whatIsKnown(shown);
      const { phase, progress } = shown.run;
      const working = isBusy(phase) && progress?.level === 0 && progress.round === shown.round ? WORKPLACE[progress.stage] : [];
      // The last round averages nothing: a run of one round makes no M.
      const never = shown.run.settings.rounds === 1 ? NEEDS_M : [];
      for (const name of names) {
        const active = working.includes(name);
        stops[name].light(active ? "active" : known[name] ? "done" : never.includes(name) ? "never" : "pending", known[name], progress?.done ?? 0);
      }
      lightWires(names.filter((name) => working.includes(name)).map((name) => stops[name].element));
      picture.dataset.round = String(shown.round);
    },
  );
  loop.watch(
    ({ run }) => [run.data],
    ({ run }) => picture.style.setProperty("--classes", String(Math.min(run.data?.summary.classes ?? 2, SHOWN))),
  );
  // Colours are read from the page when something is drawn.
  onSchemeChange(() => loop.redraw());
}

/**
 * Of which stations there are numbers. In slow motion the gradients of a round wait for their stage, although those of one
 * image could be had before; the last round averages none, and shows them with its answers.
 * @param {Shown} shown
 * @returns {Record<StopName, boolean>}
 */
function whatIsKnown(shown) {
  const { now, run, round, viewed } = shown;
  const last = round === run.settings.rounds - 1;
  const averaged = viewed > round || (last && round > 0);
  const gradient = Boolean(now?.gradient) && (viewed > round || (last && run.rounds[round]?.seconds.predict !== undefined));
  const matrix = averaged && featuresOf(shown) !== undefined;
  const there = shown.subject !== null;
  return { image: there, patch: there, kernel: Boolean(now?.kernel), ridge: Boolean(now?.weights && now.answer), gradient, matrix, seen: matrix && Boolean(shown.next) };
}

/**
 * Reads out the line that changed last, unless the next change comes at once: a moving pointer must not flood a reader.
 * Sliders say their value themselves; this is for what changes elsewhere as they move.
 * @param {HTMLElement} picture
 */
function speaker(picture) {
  const element = h("p", { class: "unseen", "aria-live": "polite" });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let due;
  new MutationObserver((changes) => {
    const line = changes.map(({ target }) => (target instanceof Element ? target : target.parentElement)?.closest(".reading")).find(Boolean);
    if (!line || !picture.contains(document.activeElement) || document.activeElement?.getAttribute("role") === "slider") return;
    clearTimeout(due);
    due = setTimeout(() => setText(element, line.textContent ?? ""), SPEAK_MS);
  }).observe(picture, { subtree: true, childList: true, characterData: true });
  return element;
}
