/** Toda palabra de la página, en español. Cada clave es la de `en.js`, que el comprobador de tipos compara una por una. */
export { ended, sentence } from "../common";
export * from "./page";
export { count, decimal, duration, list, localized, percent, power } from "./shared";
export * from "./settings";
export * from "./data";
export * from "./results";
export * from "./matrix";
export * from "./loop";
export * from "./compare";
export * from "./try";
export * from "./noise";
export * from "./tour";
export * from "./export";
export * from "./deep";
