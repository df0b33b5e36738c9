/** Two confusion matrices side by side: tables whose cells can be pointed at and walked through. */
import { h, scrollBox, setText } from "../../draw/dom.js";
import { compare as words } from "../../strings/words.js";

/** @import { Store } from "../../model.js" */
/** @import { Outcomes } from "../../protocol.js" */
/** @import { Compared } from "../compare.js" */

/** More classes than this are shown by those with the most mistakes. */
const SHOWN = 16;

/** The strongest colour of a cell, in percent: text on it stays readable. */
const STRONGEST = 45;

/**
 * @param {HTMLElement} root
 * @param {Store<Compared>} store
 */
export function mountConfusion(root, store) {
  // Not read out by itself: a reader of the cells hears each of them as its name.
  const said = h("p", { class: "small", id: "confusion-said", text: words.cellHint });
  const some = h("p", { class: "small quiet", hidden: true });
  const sides = ["confusion-fixed", "confusion-learned"].map((id) => {
    const caption = h("caption");
    const head = h("thead");
    const body = h("tbody");
    const grid = h("table", { class: "confusion", id, role: "grid" }, caption, head, body);
    walkable(grid, (cell) => setText(said, cell.getAttribute("aria-label") ?? words.cellHint));
    return { caption, head, body, box: scrollBox(words.confusion, grid) };
  });
  root.append(...sides.map(({ box }) => box), said, some);

  store.watch(
    ({ before, after, run, round, part }) => [before, after, run.data, round, part],
    ({ before, after, run, round, part }) => {
      const outcomes = [before, after];
      const classNames = run.data?.summary.classNames ?? [];
      const shown = shownClasses(outcomes, classNames.length);
      some.hidden = shown.length === classNames.length;
      setText(some, words.confusionPart(shown.length, classNames.length));
      sides.forEach(({ caption, head, body }, i) => {
        const outcome = outcomes[i];
        setText(caption, words.confusionCaption(i === 0 ? words.fixed : words.learned(round ?? 1), words.parts[part]));
        head.replaceChildren(h("tr", {}, h("th", { scope: "col", text: words.truthAxis }), ...shown.map((label) => h("th", { scope: "col", title: classNames[label] ?? "", text: classNames[label] ?? "" }))));
        body.replaceChildren(...shown.map((truth) => row(truth, shown, outcome ?? null, classNames)));
        /** @type {HTMLElement | null} */ (body.querySelector("td[data-n]"))?.setAttribute("tabindex", "0");
      });
    },
  );
}

/**
 * @param {number} truth
 * @param {number[]} shown
 * @param {Outcomes | null} outcome  null while it is not known
 * @param {string[]} classNames
 */
function row(truth, shown, outcome, classNames) {
  const classes = classNames.length;
  const counts = outcome?.confusion.subarray(truth * classes, (truth + 1) * classes);
  if (!counts) return h("tr", {}, h("th", { scope: "row", text: classNames[truth] ?? "" }), ...shown.map(() => h("td", { text: "–" })));
  const most = counts.reduce((a, b) => a + b, 0) || 1;
  const cells = shown.map((answer) => {
    const n = counts[answer] ?? 0;
    const text = words.cell(classNames[truth] ?? "", classNames[answer] ?? "", n);
    const cell = h("td", { class: answer === truth ? "right" : "wrong", tabindex: -1, "aria-label": text, "data-n": n, text: n || "·" });
    cell.style.setProperty("--depth", `${Math.round(Math.sqrt(n / most) * STRONGEST)}%`);
    return cell;
  });
  return h("tr", {}, h("th", { scope: "row", text: classNames[truth] ?? "" }), ...cells);
}

/**
 * @param {(Outcomes | null)[]} outcomes
 * @param {number} classes
 */
function shownClasses(outcomes, classes) {
  const labels = Array.from({ length: classes }, (_, label) => label);
  if (classes <= SHOWN) return labels;
  /** @param {number} label */
  const mistakes = (label) =>
    outcomes.reduce((all, outcome) => {
      const counts = outcome?.confusion.subarray(label * classes, (label + 1) * classes) ?? new Uint32Array();
      return all + counts.reduce((a, b) => a + b, 0) - (counts[label] ?? 0);
    }, 0);
  const worst = [...labels].sort((a, b) => mistakes(b) - mistakes(a)).slice(0, SHOWN);
  return labels.filter((label) => worst.includes(label));
}

/**
 * One stop for the Tab key, arrow keys within.
 * @param {HTMLTableElement} grid
 * @param {(cell: HTMLElement) => void} say
 */
function walkable(grid, say) {
  grid.addEventListener("pointerover", ({ target }) => target instanceof HTMLTableCellElement && target.dataset.n !== undefined && say(target));
  grid.addEventListener("focusin", ({ target }) => {
    if (!(target instanceof HTMLTableCellElement)) return;
    for (const cell of grid.querySelectorAll("td[tabindex='0']")) cell.setAttribute("tabindex", "-1");
    target.tabIndex = 0;
    say(target);
  });
  grid.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (!(target instanceof HTMLTableCellElement)) return;
    const line = /** @type {HTMLTableRowElement} */ (target.parentElement);
    const lines = [...(grid.tBodies[0]?.rows ?? [])];
    const next =
      key === "ArrowRight" ? target.nextElementSibling
      : key === "ArrowLeft" ? target.previousElementSibling
      : key === "ArrowDown" ? lines[lines.indexOf(line) + 1]?.cells[target.cellIndex]
      : key === "ArrowUp" ? lines[lines.indexOf(line) - 1]?.cells[target.cellIndex]
      : null;
    if (!key.startsWith("Arrow")) return;
    event.preventDefault();
    if (next instanceof HTMLTableCellElement && next.tagName === "TD") next.focus();
  });
}
