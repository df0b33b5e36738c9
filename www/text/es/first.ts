/** Las palabras de la primera pantalla. Cada clave es la del inglés, que el comprobador de tipos compara una por una. */
export { ended, sentence } from "../common";
export * from "./page";
export { count, decimal, duration, estimate, list, localized, percent, power, speed } from "./shared";
export * from "./settings";
export * from "./data";
export * from "./results";
export * from "./engine";
