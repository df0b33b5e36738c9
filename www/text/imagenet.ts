/** The words of a network of a file, which are loaded with it. */
import type { Language } from "./language";

const load = { en: () => import("./en/imagenet"), es: () => import("./es/imagenet") };

export type ImageNetWords = typeof import("./en/imagenet").imagenet;

export const loadImageNetWords = async (language: Language): Promise<ImageNetWords> => (await load[language]()).imagenet;
