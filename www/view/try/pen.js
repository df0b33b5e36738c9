/** Drawing with mouse, touch, pen or keyboard. Strokes are kept as points; the canvas only shows them. */
import { h, isEnabled, setEnabled, setText } from "../../draw/dom.js";
import { drawing as words } from "../../strings/words.js";

/** Side of the drawing area and radius of the pen, in units of the strokes. */
const SIDE = 280;
export const PEN = 11;

/** How far an arrow key moves the pen, alone and with Shift. */
const STEP = 7;
const LEAP = 28;

/** Points closer than this add nothing. */
const CLOSE = 1.5;

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

/** @param {(strokes: Float32Array[]) => void} changed */
export function pen(changed) {
  const canvas = h("canvas", { class: "pen", id: "pen", tabindex: 0, role: "application", "aria-label": words.canvas, "aria-roledescription": words.area });
  const hint = h("span", { class: "pen-hint", "aria-hidden": "true", text: words.hint });
  const tip = h("span", { class: "pen-tip", "aria-hidden": "true" });
  const said = h("span", { class: "unseen", role: "status" });
  const undo = h("button", { type: "button", text: words.undo, onclick: () => isEnabled(undo) && strokes.pop() && finish() });
  const clear = h("button", { type: "button", text: words.clear, onclick: () => isEnabled(clear) && wipe() });
  const element = h(
    "div",
    { class: "pen-side" },
    h("div", { class: "pen-box" }, canvas, hint, tip, said),
    h("div", { class: "pen-buttons" }, undo, clear),
    h("p", { class: "small quiet", text: words.keyboard }),
  );
  /** @type {number[][]} */
  const strokes = [];
  const tipAt = { x: SIDE / 2, y: SIDE / 2 };
  /** The stroke under the pointer, and whether the keyboard's pen is down. @type {number[] | null} */
  let drawn = null;
  let down = false;

  function wipe() {
    strokes.length = 0;
    lift();
    finish();
  }

  function finish() {
    drawn = null;
    if (!strokes.length) lift();
    draw();
    changed(strokes.map((stroke) => Float32Array.from(stroke)));
  }

  function lift() {
    if (down) setText(said, words.penUp);
    down = false;
    canvas.classList.remove("down");
  }

  /** @param {number[]} stroke @param {number} x @param {number} y */
  function add(stroke, x, y) {
    const [lastX = Infinity, lastY = Infinity] = stroke.slice(-2);
    if (Math.hypot(x - lastX, y - lastY) < CLOSE) return false;
    stroke.push(x, y);
    return true;
  }

  /** @param {PointerEvent} event @returns {[number, number]} */
  function place(event) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return [((event.clientX - left) / width) * SIDE, ((event.clientY - top) / height) * SIDE];
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    lift();
    drawn = [];
    strokes.push(drawn);
    add(drawn, ...place(event));
    show();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drawn) return;
    let more = false;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length ? all : [event]) more = add(drawn, ...place(each)) || more;
    if (more) show();
  });
  for (const end of /** @type {const} */ (["pointerup", "pointercancel"])) canvas.addEventListener(end, () => (drawn = null));
  canvas.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (event.key === " ") {
      down = !down;
      canvas.classList.toggle("down", down);
      setText(said, down ? words.penDown : words.penUp);
      if (down) {
        strokes.push([tipAt.x, tipAt.y]);
        show();
      }
    } else if (event.key === "Escape" && down) {
      lift();
    } else if (arrow) {
      const step = event.shiftKey ? LEAP : STEP;
      tipAt.x = Math.min(Math.max(tipAt.x + arrow[0] * step, 0), SIDE);
      tipAt.y = Math.min(Math.max(tipAt.y + arrow[1] * step, 0), SIDE);
      const stroke = strokes.at(-1);
      if (down && stroke && add(stroke, tipAt.x, tipAt.y)) show();
      draw();
    } else {
      return;
    }
    event.preventDefault();
  });
  canvas.addEventListener("blur", lift);

  function show() {
    draw();
    changed(strokes.map((stroke) => Float32Array.from(stroke)));
  }

  function draw() {
    hint.hidden = strokes.length > 0;
    setEnabled(undo, strokes.length > 0);
    setEnabled(clear, strokes.length > 0);
    tip.style.left = `${(100 * tipAt.x) / SIDE}%`;
    tip.style.top = `${(100 * tipAt.y) / SIDE}%`;
    const context = canvas.getContext("2d");
    const width = canvas.clientWidth;
    if (!context || width === 0) return;
    const fine = Math.min(devicePixelRatio || 1, 3);
    canvas.width = canvas.height = Math.round(width * fine);
    context.scale((width * fine) / SIDE, (width * fine) / SIDE);
    context.strokeStyle = context.fillStyle = "#fff";
    context.lineWidth = 2 * PEN;
    context.lineCap = context.lineJoin = "round";
    for (const stroke of strokes) {
      context.beginPath();
      context.moveTo(stroke[0] ?? 0, stroke[1] ?? 0);
      for (let i = 0; i < stroke.length; i += 2) context.lineTo(stroke[i] ?? 0, stroke[i + 1] ?? 0);
      context.stroke();
    }
  }
  new ResizeObserver(draw).observe(canvas);
  return { element, wipe };
}
