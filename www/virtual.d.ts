/** Files of the build, relative to `convrfm.js`; see `vite/entries.js`. */
declare module "virtual:files" {
  /** Addresses of the style files. */
  export const styles: readonly string[];
  /** What an element loads once it is near the screen: `embed/open.ts`. */
  export const open: string;
}
