/** Snapshots into classes: hold a button while the camera looks at the thing. */
import { h, setText } from "../draw/dom.js";
import { reason } from "../reason.js";
import { Camera, SHOTS_PER_SECOND } from "../source/camera.js";
import { own as words } from "../strings/words.js";
import { icon } from "./icons.js";
import { openingStatus } from "./opening.js";

/** @import { Controller } from "../controller.js" */
/** @import { Store } from "../model.js" */

/** Pictures of every class: some to learn from, some to choose by, some to test on. */
const LEAST = 8;
/** Shown of each class. */
const SHOWN = 5;
const MOST_CLASSES = 10;

/** @typedef {{name: HTMLInputElement, shots: {picture: Blob, url: string}[], draw: () => void, element: HTMLElement}} Class */

/**
 * @param {Store} store
 * @param {Controller} controller
 * @param {() => void} done
 */
export function webcam(store, controller, done) {
  /** @type {Camera | null} */
  let camera = null;
  /** @type {Class[]} */
  const classes = [];
  const video = h("video", { muted: true, playsinline: true, "aria-label": words.preview });
  const start = h("button", { type: "button", text: words.cameraStart, onclick: begin });
  const stop = h("button", { type: "button", class: "bare", text: words.cameraStop, onclick: end });
  const rows = h("div", { class: "classes" });
  const add = h("button", { type: "button", class: "bare", text: words.addClass, onclick: () => addClass().name.focus() });
  const use = h("button", { type: "button", class: "strong", text: words.use, onclick: open });
  const hint = h("p", { class: "small quiet", id: "webcam-hint", role: "status", text: words.needMore(LEAST) });
  const bad = h("p", { class: "small bad", role: "alert", hidden: true });
  const studio = h("div", { class: "studio", hidden: true }, h("div", { class: "finder" }, video, stop), rows, h("div", { class: "studio-foot" }, add, use), hint);
  const idle = h("div", { class: "well" }, start);
  const element = h(
    "section",
    { class: "way", "aria-labelledby": "way-webcam" },
    h("h3", { id: "way-webcam", text: words.cameraHeading }),
    idle,
    studio,
    bad,
    openingStatus(store, controller, (way) => way === "camera").element,
    h("p", { class: "small quiet", text: words.cameraAbout }),
  );
  addClass();
  addClass();

  /** @param {unknown} error */
  function fail(error) {
    bad.hidden = false;
    setText(bad, reason(error));
  }

  async function begin() {
    start.disabled = true;
    bad.hidden = true;
    try {
      // The picture needs an element that is shown.
      studio.hidden = false;
      idle.hidden = true;
      camera = await Camera.start(video);
      classes[0]?.element.querySelector("button")?.focus();
    } catch (error) {
      end();
      fail(error);
    } finally {
      start.disabled = false;
    }
  }

  function end() {
    camera?.stop();
    camera = null;
    studio.hidden = true;
    idle.hidden = false;
  }

  function addClass() {
    const number = classes.length + 1;
    const name = h("input", { type: "text", value: words.className(number), "aria-label": words.classLabel(number), maxlength: 40 });
    const shown = h("span", { class: "shots", "aria-hidden": "true" });
    const counted = h("span", { class: "small quiet" });
    const hold = h("button", { type: "button", class: "hold" }, icon("record"), h("span", { text: words.hold }));
    /** @type {Class} */
    const row = { name, shots: [], draw, element: h("div", { class: "class" }, h("div", { class: "class-head" }, name, counted), h("div", { class: "class-body" }, hold, shown)) };
    function draw() {
      setText(counted, words.shots(row.shots.length));
      shown.replaceChildren(...row.shots.slice(-SHOWN).map(({ url }) => h("img", { src: url, alt: "", width: 36, height: 36 })));
      hold.setAttribute("aria-label", words.holdLabel(name.value));
      check();
    }
    name.addEventListener("input", draw);
    recordWhileHeld(hold, () => shoot(row));
    classes.push(row);
    rows.append(row.element);
    add.hidden = classes.length >= MOST_CLASSES;
    draw();
    return row;
  }

  /** @param {Class} row */
  async function shoot(row) {
    try {
      const picture = await camera?.shot();
      if (!picture) return;
      row.shots.push({ picture, url: URL.createObjectURL(picture) });
      bad.hidden = true;
      row.draw();
    } catch (error) {
      fail(error);
    }
  }

  /** What is still missing, and whether the pictures can be used. */
  function check() {
    const enough = classes.filter(({ shots }) => shots.length > 0).length >= 2 && classes.every(({ shots }) => shots.length === 0 || shots.length >= LEAST);
    const names = used().map(({ name }) => name.value.trim());
    const same = new Set(names).size < names.length;
    use.disabled = !enough || same;
    setText(hint, same ? words.sameNames : enough ? "" : words.needMore(LEAST));
  }

  /** Classes without a picture are none. */
  function used() {
    return classes.filter(({ shots }) => shots.length > 0);
  }

  async function open() {
    const request = {
      way: /** @type {const} */ ("camera"),
      classes: used().map(({ name }, i) => name.value.trim() || words.className(i + 1)),
      shots: used().flatMap(({ shots }, label) => shots.map(({ picture }) => ({ label, picture }))),
    };
    if (await controller.openOwn(request)) done();
  }

  return { element, stop: end };
}

/**
 * Calls again and again while the button is held, with the pointer or with Space or Enter; a single time where something
 * else presses it, as assistive technology does.
 * @param {HTMLButtonElement} button
 * @param {() => void} shoot
 */
function recordWhileHeld(button, shoot) {
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  const begin = () => {
    if (timer !== undefined) return;
    shoot();
    timer = setInterval(shoot, 1000 / SHOTS_PER_SECOND);
    button.classList.add("held");
  };
  const end = () => {
    clearInterval(timer);
    timer = undefined;
    button.classList.remove("held");
  };
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    begin();
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) button.addEventListener(name, end);
  button.addEventListener("keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    begin();
  });
  button.addEventListener("keyup", end);
  // A long press opens a menu on a phone.
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  button.addEventListener("click", (event) => event.detail === 0 && shoot());
}
