/** Every word the page says, in English. */
export * from "./first";
export * from "./rest";
