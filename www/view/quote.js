/** Words of the engine inside the page's own: they are English whatever the page speaks, and are marked as such. */
import { h, setText } from "../draw/dom.js";
import { language } from "../strings/words.js";

/**
 * Sets the text of an element like `setText`, with the quotations that occur in it marked.
 * @param {Element} element
 * @param {string} text
 * @param {string[]} quotations
 */
export function setQuoting(element, text, quotations) {
  const found = language === "en" ? [] : quotations.filter((words) => words !== "" && text.includes(words));
  if (!found.length) {
    setText(element, text);
    return;
  }
  if (element.textContent === text) return;
  /** @type {(string | Node)[]} */
  let parts = [text];
  for (const words of found) {
    parts = parts.flatMap((part) => {
      const at = typeof part === "string" ? part.indexOf(words) : -1;
      if (typeof part !== "string" || at < 0) return [part];
      return [part.slice(0, at), h("span", { lang: "en", text: words }), part.slice(at + words.length)];
    });
  }
  element.replaceChildren(...parts);
}
