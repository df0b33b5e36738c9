/** Messages between a frame and the page around it. */
import type { Reports } from "./reports";

/** From the frame to its parent. */
export type Message =
  { type: "convrfm:height"; height: number } | { [K in keyof Reports]: { type: `convrfm:${K}` } & Reports[K] }[keyof Reports];

/** From the parent to the frame. `convrfm:height` asks for the height; `settings` are attributes of the element, `figure` and `theme` too; null takes one away. */
export type Command =
  | { type: "convrfm:height" | "convrfm:run" | "convrfm:pause" }
  | { type: "convrfm:set"; settings: Record<string, string | number | null> };
