/**
 * How a client gets its worker. The page gives each run one of its own; the `<conv-rfm>` of a document share one, and with it the pool
 * and the line of runs (`shareWorker`).
 */
import { SHARED } from "../worker/turns";
import { startWorker } from "./start_worker";

/** What a client sees: a worker, or a port of the shared one. */
export type ClientWorker = Pick<Worker, "postMessage" | "addEventListener" | "removeEventListener" | "terminate" | "onerror">;

let sharing = false;
/** The shared worker and those who use it. */
let shared: { worker: Worker; users: Set<ClientWorker>; started: boolean } | null = null;

/** From now on all clients of this document share one worker. */
export function shareWorker() {
  sharing = true;
}

export const isShared = () => sharing;

/** @param tried  how many workers before this one did not start */
export function connectWorker(tried: number): ClientWorker {
  if (!sharing) return startWorker(tried);
  const host = (shared ??= { worker: startWorker(tried, SHARED), users: new Set(), started: false });
  const { port1, port2 } = new MessageChannel();
  const user: ClientWorker = Object.assign(port1, {
    onerror: null,
    terminate() {
      if (!host.users.delete(user)) return;
      // Of a worker that does not start nobody waits for the others.
      if (host.users.size === 0 || !host.started) end(host);
    },
  });
  host.users.add(user);
  user.addEventListener("message", () => (host.started = true), { once: true });
  host.worker.onerror = (event) => {
    // A worker that failed serves nobody any more; whoever asks next starts another.
    end(host);
    for (const each of [...host.users]) each.onerror?.call(each as Worker, event);
  };
  host.worker.postMessage(port2, [port2]);
  return user;
}

function end(host: NonNullable<typeof shared>) {
  host.worker.terminate();
  if (shared === host) shared = null;
}
