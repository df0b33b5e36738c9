/** The languages of the page; the first is the one it falls back on. */
export const LANGUAGES = ["en", "es"] as const;

export type Language = (typeof LANGUAGES)[number];

/** The language that a tag such as "es-MX" or "ES" names, if the page speaks it. */
export function languageOf(tag: string | null | undefined): Language | undefined {
  const name = tag?.toLowerCase().split("-")[0];
  return LANGUAGES.find((language) => language === name);
}

/** The first of the reader's languages that the page speaks. */
export function languageFor(preferred: readonly string[]): Language {
  return preferred.map(languageOf).find((each) => each !== undefined) ?? LANGUAGES[0];
}

/** The article in a language, beside the page: a file without scripts. */
export const articleIn = (language: Language) => (language === LANGUAGES[0] ? "article.html" : `article.${language}.html`);
