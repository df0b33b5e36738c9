/** The weights that ridge regression found for one class, and the answer they give for the image: one number per class. */
import { classOf } from "../../draw/class_of.js";
import { h, setText } from "../../draw/dom.js";
import { figure } from "../../draw/numbers.js";
import { GRID } from "../../state.js";
import { loop as words, power, ridge as ridgeWords } from "../../strings/words.js";
import { numberButton, reading } from "./stop.js";
import { strip } from "./strip.js";

/** @import { Inquiry } from "./inquiry.js" */

/** Of more classes, so many of the largest answers are shown. */
export const SHOWN = 10;

/**
 * @param {HTMLElement} body
 * @param {Inquiry} inquiry
 */
export function fillRidge(body, inquiry) {
  const { loop } = inquiry;
  const weights = () => loop.model.now?.weights ?? null;
  /** @param {number} label */
  const className = (label) => loop.model.run.data?.summary.classNames[label] ?? "";
  /** @param {number} train */
  const named = (train) => words.trainImage(train, className(loop.model.labels?.[train] ?? -1));
  /** The class that the weights shown are of; another one may be chosen, and its answer under way. */
  const ofClass = () => className(loop.model.now?.place.output ?? -1);
  const explain = () => inquiry.set({ asked: { what: "answer" } });
  const row = strip(inquiry, {
    label: words.weightRow,
    values: weights,
    range: (values) => {
      const top = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
      return [-top, top];
    },
    colour: (_, value) => (value < 0 ? "--second" : "--strong"),
    say: (train, value) => `${named(train)}${words.weightValue(ofClass())} ${figure(value)}`,
    explain,
  });
  const said = reading(words.explainAnswer, explain);
  const list = h("div", { class: "answers", role: "group", "aria-label": words.answers });
  const lambda = h("p", { class: "small", id: "loop-lambda" });
  body.append(lambda, row, h("p", { class: "small quiet", text: words.weightScale }), said.element, h("h4", { text: words.answers }), list);

  loop.watch(
    ({ now, run }) => [now, run.rounds, run.settings.ridge],
    ({ now, run }) => {
      const used = run.rounds[now?.place.round ?? -1]?.ridge ?? null;
      setText(lambda, used === null ? "" : ridgeWords.used(power(used), run.settings.ridge === GRID));
    },
  );
  loop.watch(
    ({ now, pointed, labels, run }) => [now, pointed, labels, run.data],
    () => {
      const train = inquiry.pointed() ?? 0;
      const known = weights();
      if (known) said.show(`${named(train)}${words.weightValue(ofClass())}`, known[train]);
    },
  );
  loop.watch(
    ({ now, output, subject, run }) => [now, output, subject, run.data],
    ({ now, output, subject }) => {
      const answer = now?.answer;
      if (!answer) return;
      const focus = /** @type {HTMLElement | null} */ (document.activeElement?.closest(".answers [data-focus]"))?.dataset.focus;
      list.replaceChildren(...shownClasses(answer, [output, subject?.label ?? -1]).map((label) => answerRow(label, answer, output, subject?.label ?? -1)));
      if (focus) /** @type {HTMLElement | null} */ (list.querySelector(`[data-focus="${focus}"]`))?.focus();
    },
  );

  /**
   * @param {number} label
   * @param {Float32Array} answer
   * @param {number} output
   * @param {number} truth
   */
  function answerRow(label, answer, output, truth) {
    const value = answer[label] ?? 0;
    const top = answer.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
    const wins = label === classOf(answer);
    const bar = h("span", { class: "answer-bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", String(Math.abs(value) / top));
    bar.classList.toggle("negative", value < 0);
    const marks = [wins && words.answered, label === truth && words.truth].filter(Boolean).join(", ");
    const name = h("span", { class: "answer-name", title: className(label) }, className(label), marks && h("span", { class: "quiet", text: ` ${marks}` }));
    const choose = h(
      "button",
      { type: "button", class: "answer-class", "aria-pressed": String(label === output), "data-focus": `class-${label}`, onclick: () => inquiry.set({ output: label }) },
      name,
      bar,
    );
    const number = numberButton(words.explainAnswer, () => inquiry.set({ output: label, asked: { what: "answer" } }));
    number.element.dataset.focus = `number-${label}`;
    number.show(value);
    return h("div", { class: wins ? "answer wins" : "answer" }, choose, number.element);
  }
}

/**
 * All classes in their order; of many, those with the largest answers and the ones that are talked about.
 * @param {Float32Array} answer
 * @param {number[]} always
 */
function shownClasses(answer, always) {
  const labels = Array.from(answer, (_, label) => label);
  if (labels.length <= SHOWN) return labels;
  const largest = [...labels].sort((a, b) => (answer[b] ?? 0) - (answer[a] ?? 0)).slice(0, SHOWN - 1);
  return labels.filter((label) => largest.includes(label) || always.includes(label));
}
