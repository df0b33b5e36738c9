/** Toda palabra de la página, en español. */
export * from "./first";
export * from "./rest";
