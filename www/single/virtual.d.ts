/** What `vite/single.js` makes. */

declare module "virtual:engine" {
  /** The wasm file, gzip in base64. */
  const engine: string;
  export default engine;
}

declare module "virtual:worker" {
  /** The script of the worker. */
  const script: string;
  export default script;
}
