/** The panel for images of the reader's own: files, the hub, the webcam, all three at a glance. */
import { h, setText } from "../draw/dom.js";
import { HUB } from "../hub.js";
import { reason } from "../reason.js";
import { empty, size } from "../source/cache.js";
import { picked } from "../source/files.js";
import { hubName } from "../source/names.js";
import { POOL } from "../state.js";
import { count, own as words } from "../strings/words.js";
import { icon } from "./icons.js";
import { openingStatus } from "./opening.js";
import { webcam } from "./webcam.js";

/** @import { Controller } from "../controller.js" */
/** @import { Store } from "../model.js" */
/** @import { Entry } from "../protocol.js" */

const EXAMPLES = ["uoft-cs/cifar10", "ylecun/mnist", "zalando-datasets/fashion_mnist"];
const COUNTS = [200, 500, 1000, POOL, 5000];

/**
 * @param {Store} store
 * @param {Controller} controller
 * @returns {HTMLDialogElement}
 */
export function mountOwn(store, controller) {
  const close = h("button", { type: "button", class: "icon-only", "aria-label": words.close, onclick: () => dialog.close() }, icon("close"));
  const camera = webcam(store, controller, () => dialog.close());
  const hub = fromHub(store, controller, () => dialog.close());
  const dialog = h(
    "dialog",
    { class: "own", "aria-labelledby": "own-heading" },
    h("div", { class: "own-head" }, h("h2", { id: "own-heading", text: words.heading }), close),
    h("p", { class: "about", text: words.lead }),
    h("div", { class: "ways-in" }, fromFiles(store, controller, () => dialog.close()), hub.element, camera.element),
  );
  // A click on the ground around the panel closes it, as Escape does.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", camera.stop);
  dialog.addEventListener("toggle", () => dialog.open && hub.refresh());
  document.body.append(dialog);
  return dialog;
}

/**
 * @param {Store} store
 * @param {Controller} controller
 * @param {() => void} done
 */
function fromFiles(store, controller, done) {
  const files = h("input", { type: "file", multiple: true, hidden: true, id: "own-files", tabindex: -1, "aria-label": words.pickFiles });
  const folder = h("input", { type: "file", webkitdirectory: true, hidden: true, id: "own-folder", tabindex: -1, "aria-label": words.pickFolder });
  for (const control of [files, folder]) {
    control.addEventListener("change", async () => {
      const entries = list(control, controller);
      // The same file may be picked again after it was mended.
      control.value = "";
      if (entries.length && (await controller.openOwn({ way: "files", entries }))) done();
    });
  }
  const formats = words.formats.map(([what = "", how = ""]) => h("div", {}, h("dt", { text: what }), h("dd", { text: how })));
  return h(
    "section",
    { class: "way", "aria-labelledby": "way-files" },
    h("h3", { id: "way-files", text: words.filesHeading }),
    h(
      "div",
      { class: "well" },
      icon("drop"),
      h("p", { text: words.drop }),
      h(
        "div",
        { class: "ways" },
        h("button", { type: "button", class: "strong", id: "own-files", text: words.pickFiles, onclick: () => files.click() }),
        h("button", { type: "button", text: words.pickFolder, onclick: () => folder.click() }),
      ),
    ),
    files,
    folder,
    openingStatus(store, controller, (way) => way === "files").element,
    h("dl", { class: "formats small" }, ...formats),
  );
}

/**
 * @param {HTMLInputElement} control
 * @param {Controller} controller
 * @returns {Entry[]}
 */
function list(control, controller) {
  try {
    return picked(control.files);
  } catch (error) {
    controller.failOpening(reason(error));
    return [];
  }
}

/**
 * @param {Store} store
 * @param {Controller} controller
 * @param {() => void} done
 */
function fromHub(store, controller, done) {
  const name = h("input", { type: "text", id: "hub-name", placeholder: words.hubPlaceholder, spellcheck: "false", autocapitalize: "off", autocomplete: "off", "aria-describedby": "hub-bad" });
  const number = h("select", { id: "hub-count" }, ...COUNTS.map((each) => h("option", { value: each, text: count(each), selected: each === POOL })));
  const bad = h("p", { class: "small bad", id: "hub-bad", role: "alert", hidden: true, text: words.badName });
  const load = async () => {
    const known = hubName(name.value);
    bad.hidden = known !== null;
    name.setAttribute("aria-invalid", String(known === null));
    if (known === null) {
      name.focus();
      return;
    }
    const opened = await controller.openHub(known, Number(number.value));
    refresh();
    if (opened) done();
  };
  const form = h(
    "form",
    { class: "hub", novalidate: true },
    h("div", { class: "field name-field" }, h("label", { for: "hub-name", text: words.hubLabel }), name),
    h("div", { class: "field" }, h("label", { for: "hub-count", text: words.hubCount }), number),
    h("button", { type: "submit", class: "strong", text: words.hubLoad }),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    load();
  });
  const examples = EXAMPLES.map((each) =>
    h("button", {
      type: "button",
      class: "chip",
      text: each,
      onclick: () => {
        name.value = each;
        load();
      },
    }),
  );
  const host = URL.parse?.(HUB)?.host ?? "";
  const keptText = h("span", { role: "status" });
  const forget = h("button", {
    type: "button",
    class: "bare",
    id: "hub-empty",
    text: words.empty,
    onclick: async () => {
      await empty();
      await refresh();
      setText(keptText, words.emptied);
      name.focus();
    },
  });
  const refresh = async () => {
    const bytes = await size();
    setText(keptText, bytes ? words.kept(bytes) : "");
    forget.hidden = bytes === 0;
  };
  const element = h(
    "section",
    { class: "way", "aria-labelledby": "way-hub" },
    h("h3", { id: "way-hub", text: words.hubHeading }),
    form,
    bad,
    openingStatus(store, controller, (way) => way === "hub").element,
    h("div", { class: "examples" }, h("span", { class: "small quiet", text: words.hubExamples }), ...examples),
    h("p", { class: "small quiet", text: words.hubAbout(host) }),
    h("p", { class: "small quiet kept" }, keptText, " ", forget),
  );
  return { element, refresh };
}
