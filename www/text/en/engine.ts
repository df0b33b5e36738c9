/** What the engine writes, in the language of the page; null where it is not known. English is what the engine writes. */
export const fromEngine: (words: string) => string | null = () => null;
