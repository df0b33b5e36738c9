/** Which data: the sets that are one click away, what was opened last, and the way to more. */
import { h, setText } from "../draw/dom.js";
import { DATA_NAMES, preset } from "../state.js";
import { controls, dataSets, own as words } from "../strings/words.js";
import { icon } from "./icons.js";
import { openingStatus } from "./opening.js";
import { mountOwn } from "./own.js";
import { tip } from "./tip.js";

/** @import { Controller } from "../controller.js" */
/** @import { Store } from "../model.js" */

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Controller} controller
 */
export function mountChooser(root, store, controller) {
  const fieldset = h("fieldset", { class: "sets" }, h("legend", { class: "unseen", text: controls.dataSet }));
  const radios = DATA_NAMES.map((data) => {
    const { name, about } = dataSets[data];
    const choice = option(name, data, () => controller.open(preset(data, store.model.settings)));
    tip(choice.label, choice.radio, about);
    fieldset.append(choice.label);
    return /** @type {const} */ ([data, choice.radio]);
  });
  const mine = option("", "own", () => store.model.opened && controller.open(store.model.opened.settings));
  mine.label.classList.add("mine");
  const dialog = mountOwn(store, controller);
  // Said before it is opened, a browser would try to focus it when the page loads, and complain inside a frame.
  const openDialog = () => {
    dialog.querySelector("#own-files")?.toggleAttribute("autofocus", true);
    dialog.showModal();
  };
  const more = h("button", { type: "button", id: "own-open", "aria-haspopup": "dialog", onclick: openDialog }, icon("add"), h("span", { text: words.open }));
  const area = h("span", { class: "more-sets" }, more);
  tip(area, more, words.openTip);
  fieldset.append(mine.label, area);
  const said = h("p", { class: "small quiet", id: "opened", role: "status" });
  // In the panel the same is said beside the control that caused it.
  const status = openingStatus(store, controller, () => !dialog.open);
  dialog.addEventListener("close", () => status.draw());
  root.append(fieldset, status.element, said);

  store.watch(
    ({ settings, opened }) => [settings, opened],
    ({ settings, opened }) => {
      for (const [data, radio] of radios) radio.checked = data === settings.data;
      const chosen = settings.data === "own" || settings.data === "hub";
      mine.label.hidden = !opened;
      mine.radio.checked = chosen;
      setText(mine.text, opened?.about.name ?? "");
      mine.text.dataset.name = opened?.about.name ?? "";
      mine.label.title = opened?.about.name ?? "";
      setText(said, opened && chosen ? `${words.opened(opened.about)} ${opened.way === "hub" ? words.inLink : words.notInLink}` : "");
    },
  );
}

/**
 * @param {string} name
 * @param {string} value
 * @param {() => void} onchange
 */
function option(name, value, onchange) {
  const radio = h("input", { type: "radio", name: "data", value, onchange });
  const text = h("span", { class: "name", "data-name": name, text: name });
  return { label: h("label", {}, radio, text), radio, text };
}
