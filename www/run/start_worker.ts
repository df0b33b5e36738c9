/** Starts the computing side. The build of a single file has `single/start_worker.ts` in place of this module. */
import script from "../worker?worker&url";
import { scriptAddress } from "./trusted";

/** @param tried  how many workers before this one did not start: a stalled request would hold up another one for the same address */
export function startWorker(tried: number): Worker {
  const address = new URL(script, import.meta.url);
  if (tried) address.searchParams.set("try", String(tried + 1));
  return new Worker(scriptAddress(address.href), { type: "module" });
}
