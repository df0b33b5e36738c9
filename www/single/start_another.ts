/**
 * Starts another worker with the script of this one. Chromium gives a worker of a file an origin of its own, which cannot use the blob
 * that the page has made: the worker makes another one. WebKit refuses blobs there, and takes an address that holds the script.
 */
import { scriptAddress } from "../run/trusted";

let address: string | undefined;

export function startAnother(name: string): Worker {
  const { convrfmProgram } = self as unknown as { convrfmProgram: () => void };
  const script = `(${convrfmProgram})()`;
  try {
    address ??= URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    return new Worker(scriptAddress(address), { name });
  } catch {
    return new Worker(scriptAddress(`data:text/javascript,${encodeURIComponent(script)}`), { name });
  }
}
