/** The page in another language: the same address, loaded anew. */
import { h } from "../draw/dom.js";
import { format, LANGUAGES } from "../state.js";
import { fixed, language } from "../strings/words.js";

/** @import { Store } from "../model.js" */
/** @import { Language } from "../strings/language.js" */

/** Each language calls itself by its own name. @type {Record<Language, string>} */
const NAMES = { en: "English", es: "Español" };

/**
 * @param {HTMLElement} root
 * @param {Store} store
 */
export function mountLanguages(root, store) {
  root.setAttribute("aria-label", fixed.language ?? "");
  const links = LANGUAGES.map((each) => {
    const link = h("a", { href: "", lang: each, hreflang: each, text: NAMES[each] });
    if (each === language) link.setAttribute("aria-current", "true");
    return /** @type {const} */ ([each, link]);
  });
  root.append(...links.map(([, link]) => link));
  store.watch(
    ({ settings, view }) => [settings, view],
    ({ settings, view }) => {
      for (const [each, link] of links) link.href = format(settings, { ...view, lang: each });
    },
  );
}
