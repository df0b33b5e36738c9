/** Run, Step, Reset, New seed, and where the run is: the part of the page that stays in reach on a phone. */
import { h, setText } from "../draw/dom.js";
import { isBusy } from "../model.js";
import { controls, engine as engineWords, primary, progress as words } from "../strings/words.js";
import { icon } from "./icons.js";
import { tip } from "./tip.js";
import { setQuoting } from "./quote.js";

/** @import { Controller } from "../controller.js" */
/** @import { Model, Store } from "../model.js" */

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Controller} controller
 */
export function mountTransport(root, store, controller) {
  const go = h("button", { type: "button", class: "primary", id: "run", onclick: () => press(store.model, controller) });
  const goSign = h("span", { class: "sign" });
  const goText = h("span");
  go.append(goSign, goText);
  const step = button("step", controls.step, "step", () => controller.step());
  const reset = button("reset", controls.reset, "reset", () => controller.open(store.model.settings));
  const seed = button("new-seed", controls.newSeed, "seed", () => controller.newSeed());
  const cancel = h("button", { type: "button", id: "cancel", class: "bare", text: controls.cancel, onclick: () => controller.cancel() });
  const said = h("span", { id: "progress-text", class: "said" });
  const left = h("span", { id: "time-left", class: "left" });
  const engineLine = h("p", { id: "engine", class: "engine" });
  const bar = h("progress", { id: "progress", max: 1, value: 0, "aria-label": words.label });

  const buttons = h("div", { class: "buttons", role: "group", "aria-label": controls.transport }, go);
  for (const [control, text] of /** @type {const} */ ([[step, controls.stepTip], [reset, controls.resetTip], [seed, controls.newSeedTip]])) {
    const area = h("span", {}, control);
    tip(area, control, text);
    buttons.append(area);
  }
  root.append(buttons, h("div", { class: "progress" }, h("div", { class: "line" }, said, left, cancel), bar, engineLine));

  store.watch(
    ({ phase }) => [phase],
    ({ phase }) => {
      const busy = isBusy(phase);
      setText(goText, primary[phase]);
      goSign.replaceChildren(icon(phase === "running" || phase === "pausing" ? "pause" : "run"));
      go.disabled = phase === "pausing" || phase === "failed";
      step.disabled = !["loading", "ready", "between", "cancelled"].includes(phase);
      // Not disabled: the focus would be lost when a run ends under it.
      cancel.classList.toggle("gone", !busy);
      cancel.tabIndex = busy ? 0 : -1;
      cancel.setAttribute("aria-hidden", String(!busy));
      if (!busy && document.activeElement === cancel) go.focus();
    },
  );
  store.watch(
    ({ phase, progress, plan, settings, rounds, deeper, at, resting }) => [phase, progress, plan, settings, rounds, deeper, at, resting],
    (model) => {
      const { phase, progress, rounds } = model;
      setText(said, sentence(model));
      setText(left, phase === "running" && progress ? words.left(progress.secondsLeft) : "");
      const share = phase === "finished" ? 1 : phase === "ready" || phase === "loading" ? 0 : (progress?.share ?? 0);
      bar.value = share;
      bar.textContent = `${Math.round(share * 100)} %`;
      root.dataset.rounds = String(rounds.filter((round) => round.accuracy).length);
    },
  );
  store.watch(
    ({ engine, rate, phase, settings }) => [engine, rate, phase, settings],
    (model) => {
      setQuoting(engineLine, engineSentence(model), model.engine ? [model.engine.description, model.engine.reason] : []);
      engineLine.title = engineLine.textContent ?? "";
    },
  );
}

/** @param {Model} model */
function engineSentence({ engine, rate, phase, settings }) {
  if (engine) return engineWords.inUse(engine, settings.engine, rate);
  return isBusy(phase) ? engineWords.opening[settings.engine] : engineWords.planned[settings.engine];
}

/**
 * What the one large button does depends on where the run is.
 * @param {Model} model
 * @param {Controller} controller
 */
function press({ phase }, controller) {
  if (phase === "running") controller.pause();
  else if (phase === "paused") controller.resume();
  else controller.run();
}

/** @param {Model} model */
function sentence({ phase, progress, plan, settings, rounds, deeper, at, resting }) {
  switch (phase) {
    case "loading":
      return words.loading;
    case "ready":
      return words.ready(settings, plan);
    case "running":
    case "pausing":
      return progress ? words.stage(progress, settings) : words.starting;
    case "paused":
      return resting ? words.resting[resting] : words.paused;
    case "between":
      return at && at.stage !== "agop" ? words.stageDone(at, settings) : words.between(at ?? { level: 0, round: 0 }, settings);
    case "cancelled":
      return words.cancelled;
    case "finished":
      return words.finished(
        [...rounds, ...deeper.flatMap((level) => level.rounds)].flatMap(({ seconds }) => Object.values(seconds)).reduce((a, b) => a + b, 0) +
          deeper.reduce((sum, { convolution }) => sum + convolution, 0),
      );
    case "failed":
      return words.failed;
  }
}

/**
 * @param {string} id
 * @param {string} text
 * @param {import("./icons.js").IconName} sign
 * @param {() => void} onclick
 */
function button(id, text, sign, onclick) {
  return h("button", { type: "button", id, onclick }, icon(sign), h("span", { text }));
}
