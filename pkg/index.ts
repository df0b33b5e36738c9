/** `convrfm` in a browser: the computing side is a module worker, which starts one more for each core. */
import * as Comlink from "comlink";
import { moduleWorker } from "../www/run/module_worker.js";
import { Model, type Connection, type Options } from "./model.js";
import type { Engine } from "./engine.js";

export type * from "./model.js";

/** ConvRFM on one data set. */
export class ConvRfm extends Model {
  constructor(options: Options) {
    super(options, connect);
  }
}

async function connect(base: Options["base"]): Promise<Connection> {
  const folder = base && new URL(`${base}`.replace(/\/?$/, "/"), location.href);
  // Bundlers know both of these addresses and take the files along.
  const script = folder ? new URL("worker.js", folder) : new URL("./worker.js", import.meta.url);
  const wasm = folder ? new URL("convrfm_bg.wasm", folder) : new URL("./convrfm_bg.wasm", import.meta.url);
  const worker = moduleWorker(script);
  let lose = (_: Error) => {};
  const lost = new Promise<never>((_, reject) => (lose = reject));
  lost.catch(() => {});
  const end = (error = new Error("this model was freed")) => {
    worker.terminate();
    lose(error);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    // A script that fails to load gives no reason.
    const advice =
      "worker.js and convrfm_bg.wasm of the package have to lie beside the script that uses them, or in the folder `base`";
    end(new Error(event.message || `the worker ${script.href} could not be loaded; ${advice}`));
  };
  const start = Comlink.wrap<(wasm: string) => Engine & Comlink.ProxyMarked>(worker);
  const engine = await Promise.race([start(wasm.href), lost]).catch((error: unknown) => {
    end();
    throw error;
  });
  return {
    computing: {
      open: (...all) => engine.open(...all),
      round: (report) => engine.round(report && Comlink.proxy(report)),
      predict: (...all) => engine.predict(...all),
      cancel: () => engine.cancel(),
    },
    lost,
    end: () => end(),
  };
}
