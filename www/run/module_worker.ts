/** Starts a script as a module worker, also one of another origin. */
import { scriptAddress } from "./trusted";

export function moduleWorker(address: URL, name: string = ""): Worker {
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
