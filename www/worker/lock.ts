/** Runs asynchronous actions one after the other, in the order in which they were requested. */
export class Lock {
  #last: Promise<unknown> = Promise.resolve();

  /** Waits for all earlier actions, then runs `action`. */
  run<T>(action: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(action);
    this.#last = result.catch(() => {});
    return result;
  }
}
