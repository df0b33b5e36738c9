/** What drives the loop: which round is shown, and one stage at a time. */
import { h, isEnabled, setEnabled, setText } from "../../draw/dom.js";
import { isBusy } from "../../model.js";
import { loop as words, progress, sentence } from "../../strings/words.js";
import { icon } from "../icons.js";
import { setQuoting } from "../quote.js";

/** @import { Controller } from "../../controller.js" */
/** @import { Model } from "../../model.js" */
/** @import { Stage } from "../../protocol.js" */
/** @import { Inquiry } from "./inquiry.js" */

/** @type {readonly Stage[]} */
const STAGES = ["kernel", "solve", "predict", "agop"];

/**
 * @param {Inquiry} inquiry
 * @param {Controller} controller
 */
export function drive(inquiry, controller) {
  const { loop } = inquiry;
  const heading = h("p", { class: "drive-round", id: "loop-round" });
  const rounds = h("div", { class: "rounds", role: "group", "aria-label": words.rounds });
  const stage = h("button", { type: "button", id: "one-stage", onclick: () => isEnabled(stage) && controller.stepStage() }, icon("step"), h("span", { text: words.oneStage }));
  const runText = h("span");
  const run = h("button", { type: "button", id: "loop-run", onclick: () => isEnabled(run) && controller.run() }, icon("run"), runText);
  const said = h("p", { class: "small quiet two-lines", id: "loop-said" });
  const element = h(
    "div",
    { class: "drive", role: "group", "aria-labelledby": heading.id },
    heading,
    rounds,
    h("div", { class: "drive-buttons" }, stage, run),
    said,
  );

  loop.watch(
    ({ round, viewed, held, run }) => [round, viewed, held, run.settings.rounds, run.features, run.rounds, run.best, run.phase],
    ({ round, held, run: model }) => {
      setText(heading, words.roundOf(round, model.settings.rounds));
      const latest = Math.max(0, ...model.features.map((features) => features.round));
      const buttons = Array.from({ length: model.settings.rounds }, (_, each) => {
        const button = h("button", { type: "button", class: "round", text: String(each), "aria-label": words.roundName(each), "aria-pressed": String(each === round), onclick: () => isEnabled(button) && inquiry.set({ held: each }) });
        setEnabled(button, each <= latest);
        return button;
      });
      const follow = h("button", { type: "button", class: "round follow", text: words.follow, "aria-pressed": String(held === null), onclick: () => inquiry.set({ held: null }) });
      const focused = [...rounds.children].indexOf(/** @type {Element} */ (document.activeElement));
      rounds.replaceChildren(...buttons, follow);
      if (focused >= 0) /** @type {HTMLElement | undefined} */ (rounds.children[focused])?.focus();
    },
  );
  loop.watch(
    ({ run: { phase, progress: going, at, settings }, trouble }) => [phase, going?.stage, going?.round, at, settings.rounds, trouble],
    ({ run: model, trouble }) => {
      const { phase } = model;
      const waits = ["ready", "between", "cancelled", "finished"].includes(phase);
      setEnabled(stage, waits);
      setEnabled(run, waits);
      setText(runText, phase === "finished" ? words.runAgain : words.runAll);
      const failure = trouble !== null && !isBusy(phase) ? sentence(trouble) : null;
      setQuoting(said, failure ?? status(model), failure === null ? [] : [failure]);
    },
  );
  return element;
}

/** What is computed now, or would be next. @param {Model} model */
function status(model) {
  const { phase, progress: going, settings } = model;
  if (phase === "loading") return progress.loading;
  if (isBusy(phase) && going) return words.doing[going.stage];
  if (phase === "finished") return words.finished;
  if (phase === "failed") return "";
  const next = nextStage(model);
  return next ? words.next(next.round, settings.rounds, words.doing[next.stage]) : words.deeper;
}

/** The stage of the first level that "One stage" would compute; null where it has none left. @param {Model} model @returns {{round: number, stage: Stage} | null} */
function nextStage({ at, settings, phase, rounds }) {
  if (!at) return { round: 0, stage: "kernel" };
  if (at.level > 0 || at.stage === "convolve") return null;
  // A cancelled stage costs its round.
  if (phase === "cancelled") return { round: rounds[at.round]?.seconds.agop === undefined ? at.round : at.round + 1, stage: "kernel" };
  const stage = STAGES[STAGES.indexOf(at.stage) + 1];
  const isLast = at.round === settings.rounds - 1;
  if (stage && !(isLast && stage === "agop")) return { round: at.round, stage };
  return isLast ? null : { round: at.round + 1, stage: "kernel" };
}
