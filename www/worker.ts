/**
 * The computing side of the page. One script has two roles, so that the engine's glue is downloaded once: a worker for each run, and
 * the workers of its pool, which it starts by the name `pool`.
 */
import * as Comlink from "comlink";
import { Computing } from "./worker/computing";
import { POOL } from "./worker/pool";
import { runJobs } from "./worker/pool_worker";

if (self.name === POOL) {
  runJobs();
} else {
  Comlink.expose(new Computing());
  // The page gives up a worker that it does not hear of.
  self.postMessage("started");
}
