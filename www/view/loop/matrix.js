/** M, which the gradients add up to: as a heat map that grows round by round, with its leading eigenvectors. */
import { h, setText } from "../../draw/dom.js";
import { figure } from "../../draw/numbers.js";
import { clear, drawFilter, drawSigned } from "../../draw/pixels.js";
import { percent, loop as words } from "../../strings/words.js";
import { field } from "./field.js";
import { plate, reading, shapeOf } from "./stop.js";

/** @import { Inquiry, Shown } from "./inquiry.js" */

/** Eigenvectors shown. */
const LEADING = 4;

/** Small values of M would drown beside its diagonal: colours follow the square root, as in the chapter on M. */
const POWER = 0.5;

/**
 * @param {HTMLElement} body
 * @param {Inquiry} inquiry
 */
export function fillMatrix(body, inquiry) {
  const { loop } = inquiry;
  const canvas = h("canvas", { class: "pixels", "aria-hidden": "true", width: 1, height: 1 });
  const cross = h("span", { class: "cross", "aria-hidden": "true" });
  const frame = h("div", { class: "picker square", id: "loop-matrix" }, canvas, cross);
  const said = reading(words.explainMatrix, () => inquiry.set({ asked: { what: "matrix", ...cell } }));
  const which = h("p", { class: "small quiet" });
  const vectors = Array.from({ length: LEADING }, (_, rank) => plate("", words.vectorAlt(rank + 1)));
  const rounds = h("div", { class: "growth", role: "group", "aria-label": words.growth });
  body.append(h("div", { class: "plates" }, frame, h("div", { class: "vectors" }, ...vectors.map(({ element }) => element))), which, said.element, rounds);
  let cell = { row: 0, column: 0 };

  /** @param {number} i */
  const pixel = (i) => {
    const { channels, patch: q } = shapeOf(loop.model);
    return words.entryOf(channels, Math.floor(i / (q * q)), (Math.floor(i / q) % q) + 1, (i % q) + 1);
  };
  const valueAt = () => {
    const features = featuresOf(loop.model);
    return features?.matrix[cell.row * features.dimension + cell.column];
  };
  const refresh = field(frame, {
    label: words.matrixPicker,
    kind: words.entryKind,
    size: () => {
      const features = featuresOf(loop.model);
      return features ? { rows: features.dimension, columns: features.dimension } : null;
    },
    at: () => cell,
    find: (x, y) => {
      const { dimension = 1 } = featuresOf(loop.model) ?? {};
      return { row: Math.floor(y * dimension), column: Math.floor(x * dimension) };
    },
    say: ({ row, column }) => `${words.entry(pixel(row), pixel(column), row === column)} ${figure(valueAt() ?? 0)}`,
    move: (next) => {
      cell = next;
      read();
    },
    act: () => inquiry.set({ asked: { what: "matrix", ...cell } }),
  });
  const read = () => {
    const features = featuresOf(loop.model);
    if (!features) return;
    said.show(words.entry(pixel(cell.row), pixel(cell.column), cell.row === cell.column), valueAt());
    cross.style.setProperty("--x", String((cell.column + 0.5) / features.dimension));
    cross.style.setProperty("--y", String((cell.row + 0.5) / features.dimension));
    refresh();
  };

  loop.watch(
    (shown) => [featuresOf(shown), shown.run.data, shown.run.settings.patch, shown.round],
    (shown) => {
      const features = featuresOf(shown);
      const { channels, patch: q } = shapeOf(shown);
      if (!features) {
        clear(canvas);
        refresh();
        return;
      }
      const d = features.dimension;
      cell = { row: Math.min(cell.row, d - 1), column: Math.min(cell.column, d - 1) };
      drawSigned(canvas, features.matrix, d, d, POWER);
      setText(which, features.round === shown.round ? words.matrixInUse(shown.round) : words.matrixMade(shown.round, features.round));
      vectors.forEach(({ element, canvas: small, caption }, rank) => {
        element.hidden = rank >= features.count;
        if (element.hidden) return;
        drawFilter(small, features.filters.subarray(rank * d, (rank + 1) * d), channels, q);
        setText(caption, percent((features.spectrum[rank] ?? 0) * 100, 0));
      });
      read();
    },
  );
  loop.watch(
    ({ run, viewed }) => [run.features, viewed],
    ({ run, viewed }) => {
      rounds.hidden = run.features.length < 2;
      rounds.replaceChildren(
        ...run.features.map(({ round, matrix, dimension }) => {
          const small = plate(words.roundName(round), words.growthAlt(round));
          drawSigned(small.canvas, matrix, dimension, dimension, POWER);
          small.element.classList.toggle("chosen", round === viewed);
          return small.element;
        }),
      );
    },
  );
}

/** The features the last stations show; none before the first update. @param {Shown} shown */
export function featuresOf({ run, viewed }) {
  return run.features.find(({ round }) => round === viewed);
}
