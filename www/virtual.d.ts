/** What the element loads; see `vite/entries.js`. */
declare module "virtual:files" {
  /** Address of the whole page; empty where there is none. */
  export const home: string;
  /** Addresses of the style files. */
  export const styles: readonly string[];
  /** Loads what an element needs once it is near the screen. */
  export const open: () => Promise<typeof import("./embed/open")>;
}
