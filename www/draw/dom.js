/** Making elements: the few lines for which a framework would be too much. */

/**
 * An element with attributes and children. `text` sets the text content; event handlers are given as functions under "onclick" etc.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number | boolean | ((event: any) => void)>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") element.textContent = String(value);
    else if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (typeof value === "boolean") element.toggleAttribute(name, value);
    else element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/**
 * A cell of a table with a number in it, or with a dash where it is not known.
 * @param {number | null | undefined} value
 * @param {(value: number) => string} say
 */
export function numberCell(value, say) {
  return h("td", { text: value == null ? "–" : say(value) });
}

/**
 * A box in which something wide can be scrolled sideways, also by keyboard.
 * @param {string} label
 * @param {...Node} children
 */
export function scrollBox(label, ...children) {
  return h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": label }, ...children);
}

/**
 * The element a part of the page is mounted in.
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function mount(selector) {
  const element = document.querySelector(selector);
  if (!(element instanceof HTMLElement)) throw new Error(`index.html has no ${selector}`);
  return element;
}

/**
 * Sets the text only where it differs, so that screen readers and layout are left alone.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Greys a button out that is used again and again. It keeps the focus, which one that is `disabled` under the reader loses to the top
 * of the page; so its click has to ask `isEnabled`.
 * @param {HTMLButtonElement} button
 * @param {boolean} enabled
 */
export function setEnabled(button, enabled) {
  if (enabled) button.removeAttribute("aria-disabled");
  else button.setAttribute("aria-disabled", "true");
}

/** @param {HTMLButtonElement} button */
export const isEnabled = (button) => button.getAttribute("aria-disabled") !== "true";

/** Lets the browser do what waits, a click or a frame, before going on. */
export const nextTask = () => new Promise((/** @type {(value: void) => void} */ resolve) => setTimeout(resolve));

/** Resolves once the first frame is on the screen: a task queued in the frame's callback runs after it was painted. */
export const painted = new Promise((/** @type {(value: void) => void} */ resolve) => {
  requestAnimationFrame(() => setTimeout(resolve));
});
