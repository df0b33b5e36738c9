/** The words of the page by language. Only the language that is spoken is downloaded. */
import { LANGUAGES, type Language } from "./language";

export type Words = typeof import("./en");

const load: Record<Language, () => Promise<Words>> = { en: () => import("./en"), es: () => import("./es") };

export const loadWords = (language: Language): Promise<Words> => load[language]();

export { LANGUAGES, type Language };
