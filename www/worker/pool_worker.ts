/** A worker of the pool: runs jobs on its own copies of the problems. If it fails, the others go on. */
import { initSync, Worker as PoolWorker } from "../../pkg/convrfm";
import type { ToPoolWorker } from "./pool";

export function runJobs() {
  let worker: PoolWorker | null = null;
  self.onmessage = ({ data }: MessageEvent<ToPoolWorker>) => {
    if ("module" in data) {
      initSync({ module: data.module });
      worker = new PoolWorker();
      return;
    }
    const { message, values } = data;
    if (message.kind === "update") {
      worker?.apply(message.of, message.problem, message.content, values);
    } else if (worker) {
      const values = worker.run(message.of, message.problem, message.content);
      self.postMessage({ problem: message.problem, number: message.number, values }, { transfer: [values.buffer] });
    }
  };
}
