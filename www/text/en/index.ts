/** Every word the page says, in English. Values are text, MathML-bearing HTML (keys ending in `Html`), or functions of numbers. */
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
