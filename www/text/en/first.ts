/** The words of the first screen, which are loaded before the first paint. Values are text, MathML-bearing HTML (keys ending in `Html`), or functions of numbers. */
export { ended, sentence } from "../common";
export * from "./page";
export { count, decimal, duration, estimate, list, localized, percent, power, speed } from "./shared";
export * from "./settings";
export * from "./data";
export * from "./results";
export * from "./engine";
