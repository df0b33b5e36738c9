/** Files may be dropped anywhere on the page. */
import { h } from "../draw/dom.js";
import { reason } from "../reason.js";
import { dropped } from "../source/files.js";
import { own as words } from "../strings/words.js";
import { icon } from "./icons.js";

/** @import { Controller } from "../controller.js" */
/** @import { Store } from "../model.js" */

/**
 * @param {Store} _store
 * @param {Controller} controller
 */
export function mountDrop(_store, controller) {
  const veil = h(
    "div",
    { class: "veil", popover: "manual", "aria-hidden": "true" },
    h("div", {}, icon("drop"), h("strong", { text: words.dropAnywhere }), h("span", { text: words.dropAnywhereAbout })),
  );
  document.body.append(veil);
  // Entering an inner element comes before leaving the outer one.
  let depth = 0;
  const hide = () => {
    depth = 0;
    veil.hidePopover();
  };
  addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (depth++ === 0) veil.showPopover();
  });
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("dragleave", (event) => hasFiles(event) && depth > 0 && --depth === 0 && hide());
  addEventListener("drop", (event) => {
    if (!event.dataTransfer || !hasFiles(event)) return;
    event.preventDefault();
    hide();
    dropped(event.dataTransfer).then(
      (entries) => entries.length > 0 && controller.openOwn({ way: "files", entries }),
      (error) => controller.failOpening(reason(error)),
    );
  });
}

/** @param {DragEvent} event */
function hasFiles({ dataTransfer }) {
  return dataTransfer?.types.includes("Files") ?? false;
}
