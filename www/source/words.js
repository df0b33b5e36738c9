/**
 * The words about opening images, in the language that is spoken: the only ones that the worker says itself, and all that its
 * scripts hold of each language's file.
 */
import { languageNow } from "../strings/language.js";

/** Taken apart where it is imported, or the bundler would keep the whole file. */
const load = {
  en: async () => {
    const { sources } = await import("../strings/en.js");
    return sources;
  },
  es: async () => {
    const { sources } = await import("../strings/es.js");
    return sources;
  },
};

export const sources = await load[languageNow()]();
