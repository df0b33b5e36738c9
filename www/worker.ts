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
  self.onmessage = ({ data }: MessageEvent<MessagePort>) => Comlink.expose(new Computing(first), data);
} else {
  Comlink.expose(new Computing());
}
