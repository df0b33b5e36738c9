/** What every round answers, side by side: a bar for each class. */
import { classOf } from "../../draw/class_of.js";
import { h, setText } from "../../draw/dom.js";
import { decimal } from "../../draw/numbers.js";
import { drawing as words } from "../../strings/words.js";

/** Of more classes, those with the largest answers are shown. */
const SHOWN = 10;

/** @param {HTMLElement} root */
export function answersIn(root) {
  /** @type {{element: HTMLElement, heading: HTMLElement, says: HTMLElement, body: HTMLElement}[]} */
  let columns = [];
  /**
   * @param {Float32Array[]} answers  one per round
   * @param {string[]} classNames
   * @param {number | null} best
   */
  return (answers, classNames, best) => {
    if (columns.length !== answers.length) {
      columns = answers.map((_, round) => {
        const heading = h("span", { class: "round-name" });
        const says = h("strong", { class: "says" });
        const body = h("tbody");
        const head = h("thead", { class: "unseen" }, h("tr", {}, ...words.columns.map((text) => h("th", { scope: "col", text }))));
        const element = h("table", { class: "answer-table", "data-round": round }, h("caption", {}, heading, says), head, body);
        return { element, heading, says, body };
      });
      root.replaceChildren(...columns.map(({ element }) => element));
    }
    columns.forEach(({ element, heading, says, body }, round) => {
      const answer = answers[round] ?? new Float32Array();
      const winner = classOf(answer);
      const top = answer.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
      setText(heading, `${words.round(round)}${round === best ? ` (${words.kept})` : ""}`);
      setText(says, words.says(classNames[winner] ?? ""));
      element.dataset.answer = classNames[winner] ?? "";
      const labels = shown(answer);
      body.replaceChildren(
        ...labels.map((label) => {
          const value = answer[label] ?? 0;
          const bar = h("span", { class: value < 0 ? "answer-bar negative" : "answer-bar", "aria-hidden": "true" });
          bar.style.setProperty("--share", String(Math.abs(value) / top));
          return h("tr", { class: label === winner ? "wins" : "" }, h("th", { scope: "row", title: classNames[label] ?? "", text: classNames[label] ?? "" }), h("td", {}, bar, h("span", { class: "answer-value", text: decimal(value) })));
        }),
      );
    });
  };
}

/** @param {Float32Array} answer */
function shown(answer) {
  const labels = Array.from(answer, (_, label) => label);
  if (labels.length <= SHOWN) return labels;
  const largest = [...labels].sort((a, b) => (answer[b] ?? 0) - (answer[a] ?? 0)).slice(0, SHOWN);
  return labels.filter((label) => largest.includes(label));
}
