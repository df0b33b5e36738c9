/** The engine writes English: nothing has to be translated. */
export const fromEngine = (_words: string): string | null => null;
