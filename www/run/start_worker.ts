/** Starts the computing side. The build of a single file has `single/start_worker.ts` in place of this module. */
import script from "../worker?worker&url";
import { scriptAddress } from "./trusted";

/** @param tried  how many workers before this one did not start: a stalled request would hold up another one for the same address */
export function startWorker(tried: number, name: string = ""): Worker {
  const address = new URL(script, location.href);
  if (tried) address.searchParams.set("try", String(tried + 1));
  if (address.origin === location.origin) return new Worker(scriptAddress(address.href), { type: "module", name });
  // No browser starts a worker of another origin: there a line of our own imports it.
  const source = URL.createObjectURL(new Blob([`import ${JSON.stringify(address.href)};`], { type: "text/javascript" }));
  const worker = new Worker(scriptAddress(source), { type: "module", name });
  // The workers of the pool start from the same address.
  const terminate = worker.terminate.bind(worker);
  worker.terminate = () => {
    terminate();
    URL.revokeObjectURL(source);
  };
  return worker;
}
