/** One question at a time: of all that is wanted while one is under way, only the last is asked. */
export class Latest {
  /** @type {(() => Promise<void>) | null} */
  #wanted = null;
  #busy = false;

  /** @param {() => Promise<void>} job  must not reject */
  want(job) {
    this.#wanted = job;
    if (!this.#busy) this.#work();
  }

  async #work() {
    this.#busy = true;
    for (let job = this.#wanted; job; job = this.#wanted) {
      this.#wanted = null;
      await job();
    }
    this.#busy = false;
  }
}
