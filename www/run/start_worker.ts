/** Starts the computing side. The build of a single file has `single/start_worker.ts` in place of this module. */
import script from "../worker?worker&url";
import { moduleWorker } from "./module_worker";

/** @param tried  how many workers before this one did not start: a stalled request would hold up another one for the same address */
export function startWorker(tried: number, name: string = ""): Worker {
  const address = new URL(script, location.href);
  if (tried) address.searchParams.set("try", String(tried + 1));
  return moduleWorker(address, name);
}
