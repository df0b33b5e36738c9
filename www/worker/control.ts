/** Pause, resume and cancel. They arrive as messages, so long work has to call `proceed` now and then. */
import { nextMacrotask } from "./macrotask";
import type { Turns } from "./turns";

export class Control {
  #cancelled = false;
  /** How often a run was cancelled. */
  cancels = 0;
  /** Resolves when the run may continue; null while nothing is paused. */
  #pause: { promise: Promise<void>; release: () => void } | null = null;
  /** The line of the runs that share the worker. */
  #turns: Turns | null;
  /** Called when the run begins or ends to wait for others; null while no run goes on. */
  #noteWaiting: ((waiting: boolean) => void) | null = null;

  constructor(turns: Turns | null = null) {
    this.#turns = turns;
  }

  get paused() {
    return this.#pause !== null;
  }

  /** A run is requested: forgets commands that came before, and joins the line. */
  begin(noteWaiting: (waiting: boolean) => void) {
    this.#noteWaiting = noteWaiting;
    this.#cancelled = false;
    this.resume();
  }

  /** The run has ended. */
  end() {
    this.#noteWaiting = null;
    this.#turns?.leave(this);
  }

  pause() {
    if (this.#pause) return;
    let release = () => {};
    const promise = new Promise<void>((resolve) => (release = resolve));
    this.#pause = { promise, release };
    this.#turns?.leave(this);
  }

  resume() {
    if (this.#noteWaiting) this.#turns?.join(this);
    this.#pause?.release();
    this.#pause = null;
  }

  cancel() {
    this.#cancelled = true;
    this.cancels++;
    this.resume();
    this.#turns?.leave(this);
  }

  /** Delivers waiting messages and waits while paused, or while others compute; false when the run has to stop. */
  async proceed() {
    await nextMacrotask();
    let waited = false;
    while (!this.#cancelled) {
      if (this.#pause) {
        await this.#pause.promise;
      } else if (this.#noteWaiting && this.#turns && !this.#turns.isFirst(this)) {
        if (!waited) this.#noteWaiting(true);
        waited = true;
        await this.#turns.change();
      } else {
        break;
      }
    }
    if (waited) this.#noteWaiting?.(false);
    return !this.#cancelled;
  }
}
