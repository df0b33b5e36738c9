/** The loop in words. */
import { h } from "../draw/dom.js";
import { fixed, loop } from "../strings/words.js";

/** @param {HTMLElement} root */
export function mountHow(root) {
  const steps = loop.map(({ title, bodyHtml, mathHtml }) => {
    const body = h("p");
    body.innerHTML = bodyHtml;
    const formula = h("p", { class: "formula" });
    formula.innerHTML = `<math display="inline">${mathHtml}</math>`;
    return h("li", {}, h("h3", { text: title }), formula, body);
  });
  root.append(h("p", { class: "about wide", text: fixed.howLead ?? "" }), h("ol", { class: "loop" }, ...steps));
}
