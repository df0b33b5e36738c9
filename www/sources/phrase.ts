/**
 * Sentences that the worker asks the page to say. The worker knows no language: it sends the key of the sentence and its values, and
 * the page puts them in words.
 */
import type { ImageNetWords } from "../text/imagenet";
import type { Words } from "../text/words";

type Sentences = Words["sources"] & ImageNetWords["sources"];
type Values<K extends keyof Sentences> = Sentences[K] extends (...values: infer V) => string ? V : [];

const MARK = "\u0001";

/** A sentence as a string that crosses to the page. */
export const phrase = <K extends keyof Sentences>(key: K, ...values: Values<K>): string => MARK + JSON.stringify([key, ...values]);

/** Puts a phrase in words; any other text stays as it is. */
export function say(text: string, words: { sources: Words["sources"] | Sentences }): string {
  if (!text.startsWith(MARK)) return text;
  const [key, ...values] = JSON.parse(text.slice(MARK.length)) as [keyof Sentences, ...unknown[]];
  const sentence = (words.sources as Sentences)[key] as string | ((...values: unknown[]) => string);
  return typeof sentence === "function" ? sentence(...values) : sentence;
}

/** Whether a text is a phrase, and not a sentence of the engine. */
export const isPhrase = (text: string): boolean => text.startsWith(MARK);

/** An error that the page puts in words. Its message is a phrase; any other error is a mistake of the page or a sentence of the engine. */
export class Refusal extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Refusal";
  }
}

export const refusal = <K extends keyof Sentences>(key: K, ...values: Values<K>): Refusal => new Refusal(phrase(key, ...values));
