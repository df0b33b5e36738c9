/** The words of the page by language. Only the language that is spoken is downloaded, and first the words of the first screen. */
import { LANGUAGES, type Language } from "./language";

export type Words = typeof import("./en");

/** The key of a term of the glossary. */
export type TermName = keyof Words["glossary"]["entries"];

const load = {
  en: { first: () => import("./en/first"), rest: () => import("./en/rest") },
  es: { first: () => import("./es/first"), rest: () => import("./es/rest") },
};

/**
 * The words of a language. Without `all`, only those of the first screen are there; `Lazy` shows a component that needs others once
 * they are loaded.
 */
export async function loadWords(language: Language, all: boolean): Promise<Words> {
  const { first, rest } = load[language];
  const [now, later] = await Promise.all([first(), all ? rest() : null]);
  return { ...now, ...later } as Words;
}

export { LANGUAGES, type Language };
