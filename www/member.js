/** A Worker of the pool: does the CPU engine's jobs on its own copy of the problem. A failure ends it; others go on. */
import { initSync, Member } from "../pkg/convrfm.js";

/** @import { ToMember } from "./pool.js" */

/** @type {Member | null} */
let member = null;

self.onmessage = (/** @type {MessageEvent<ToMember>} */ { data }) => {
  if ("module" in data) {
    initSync({ module: data.module });
    member = new Member();
  } else if ("news" in data) {
    member?.learn(data.news, data.values);
  } else if (member) {
    const values = member.perform(data.job);
    self.postMessage({ number: data.number, values }, { transfer: [values.buffer] });
  }
};
