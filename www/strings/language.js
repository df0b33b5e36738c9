/** Which language the page speaks. Nothing here touches the page or the worker until it is asked. */

/** The languages of the page; the first is the one it falls back on. */
export const LANGUAGES = /** @type {const} */ (["en", "es"]);

/** @typedef {typeof LANGUAGES[number]} Language */

/** @param {string | null | undefined} name */
const known = (name) => LANGUAGES.find((language) => language === name);

/**
 * What the address says, else the first of the reader's languages that the page speaks. A worker has neither: it is told by its name.
 * @returns {Language}
 */
export function languageNow() {
  if (typeof document === "undefined") return known(self.name) ?? LANGUAGES[0];
  const asked = known(new URLSearchParams(location.search).get("lang"));
  return asked ?? navigator.languages.map((tag) => known(tag.split("-")[0])).find((each) => each !== undefined) ?? LANGUAGES[0];
}
