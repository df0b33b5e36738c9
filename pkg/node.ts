/** `convrfm` in Node: it computes on Node's own thread, and returns to the event loop between parts of a stage. */
import { readFile } from "node:fs/promises";
import init from "./convrfm.js";
import { Engine } from "./engine.js";
import { Model, type Connection, type Options } from "./model.js";

export type * from "./model.js";

let loading: Promise<unknown> | undefined;

/** ConvRFM on one data set. */
export class ConvRfm extends Model {
  constructor(options: Options) {
    super(options, connect);
  }
}

async function connect(): Promise<Connection> {
  await (loading ??= readFile(new URL("./convrfm_bg.wasm", import.meta.url)).then((bytes) => init({ module_or_path: bytes })));
  const computing = new Engine(() => new Promise((resolve) => setImmediate(resolve)), null);
  return { computing, lost: null, end: () => computing.free() };
}
