/** Leaves out what the address names in `hide`: controls for a lesson that should not tempt, chapters that an embedding page does not want. */
import { PARTS } from "../state.js";

/** @import { Store } from "../model.js" */
/** @import { Part } from "../state.js" */

/** Where the parts are that are no controls of the table. @type {Partial<Record<Part, string>>} */
const PLACES = {
  data: ".chooser",
  step: "span:has(> #step)",
  reset: "span:has(> #reset)",
  "new-seed": "span:has(> #new-seed)",
  how: "#how",
  compare: "#compare",
  try: "#try",
  noise: "#noise",
  deep: "#deep",
  matrix: "#matrix",
  take: "#take",
  header: ".head",
  footer: ".foot",
};

/**
 * To be called when everything else is mounted. Views show and hide their own elements with `hidden`; this is beside it.
 * @param {Store} store
 */
export function mountHide(store) {
  const places = PARTS.map((part) => /** @type {const} */ ([part, document.querySelectorAll(PLACES[part] ?? `.field:has(#set-${part})`)]));
  store.watch(
    ({ view }) => [view],
    ({ view }) => {
      for (const [part, elements] of places) {
        for (const element of elements) element.toggleAttribute("data-away", view.hide.includes(part));
      }
    },
  );
}
