/** Pause, resume and cancel. They arrive as messages, so long work has to call `proceed` now and then. */
import { nextMacrotask } from "./macrotask";

export class Control {
  #cancelled = false;
  /** How often a run was cancelled. */
  cancels = 0;
  /** Resolves when the run may continue; null while nothing is paused. */
  #pause: { promise: Promise<void>; release: () => void } | null = null;

  get paused() {
    return this.#pause !== null;
  }

  /** Forgets commands that came before this run was requested. */
  reset() {
    this.#cancelled = false;
    this.resume();
  }

  pause() {
    if (this.#pause) return;
    let release = () => {};
    const promise = new Promise<void>((resolve) => (release = resolve));
    this.#pause = { promise, release };
  }

  resume() {
    this.#pause?.release();
    this.#pause = null;
  }

  cancel() {
    this.#cancelled = true;
    this.cancels++;
    this.resume();
  }

  /** Delivers waiting messages and waits while paused; false when the run has to stop. */
  async proceed() {
    await nextMacrotask();
    while (this.#pause) await this.#pause.promise;
    return !this.#cancelled;
  }
}
