/**
 * The computing side of the page. One script has three roles, so that the engine's glue is downloaded once: a worker for each run, a
 * worker for all `<conv-rfm>` of a document, and the workers of a pool, which those start by the name `pool`.
 */
import * as Comlink from "comlink";
import { Computing } from "./worker/computing";
import { POOL } from "./worker/pool";
import { runJobs } from "./worker/pool_worker";
import { SHARED, Turns } from "./worker/turns";

if (self.name === POOL) {
  runJobs();
} else if (self.name === SHARED) {
  const first = new Computing(null, new Turns());
  self.onmessage = ({ data }: MessageEvent<MessagePort>) => serve(new Computing(first), data);
} else {
  serve(new Computing(), self);
}

/** The client gives up a worker that it does not hear of. */
function serve(computing: Computing, client: MessagePort | typeof self) {
  Comlink.expose(computing, client as Comlink.Endpoint);
  client.postMessage("started");
}
