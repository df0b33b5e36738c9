/**
 * One tooltip for the whole page: shown while the pointer or the keyboard focus is on an element, closed by Escape.
 * Assistive technology reads the same words through aria-describedby.
 */
import { h } from "../draw/dom.js";

const GAP = 8;
const bubble = h("div", { class: "tip", hidden: true, "aria-hidden": "true" });
let nextId = 0;

addEventListener("keydown", (event) => {
  if (event.key === "Escape") bubble.hidden = true;
});

/**
 * @param {HTMLElement} area  element under the pointer
 * @param {HTMLElement} control  element that takes the focus and is described
 * @param {string} text
 */
export function tip(area, control, text) {
  const description = h("span", { id: `tip-${nextId++}`, text, hidden: true });
  area.append(description);
  control.setAttribute("aria-describedby", description.id);
  const show = () => {
    if (!bubble.isConnected) document.body.append(bubble);
    bubble.textContent = text;
    bubble.hidden = false;
    const anchor = area.getBoundingClientRect();
    const { width, height } = bubble.getBoundingClientRect();
    const left = Math.min(Math.max(anchor.left, GAP), document.documentElement.clientWidth - width - GAP);
    const below = anchor.bottom + GAP;
    const top = below + height > innerHeight ? anchor.top - height - GAP : below;
    bubble.style.translate = `${Math.round(left)}px ${Math.round(top)}px`;
  };
  const hide = () => (bubble.hidden = true);
  area.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && show());
  area.addEventListener("pointerleave", hide);
  control.addEventListener("focus", () => control.matches(":focus-visible") && show());
  control.addEventListener("blur", hide);
}
