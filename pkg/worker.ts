/** The worker of `index.ts`, and under the name `pool` those that share its jobs. */
import * as Comlink from "comlink";
import { reason } from "../www/run/reason.js";
import { fetchPatiently } from "../www/worker/files.js";
import { nextMacrotask } from "../www/worker/macrotask.js";
import { POOL, startPool } from "../www/worker/pool.js";
import { runJobs } from "../www/worker/pool_worker.js";
import init from "./convrfm.js";
import { Engine } from "./engine.js";

async function start(wasm: string) {
  await fetchPatiently(wasm, (response) => init({ module_or_path: response })).catch((error: unknown) => {
    throw new Error(`the engine ${wasm} could not be loaded: ${reason(error)}`);
  });
  return Comlink.proxy(new Engine(nextMacrotask, startPool()));
}

if (self.name === POOL) runJobs();
else Comlink.expose(start);
