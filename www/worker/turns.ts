/** The name of a worker that several runs share. */
export const SHARED = "shared";

/** The order in which those runs compute: the first one computes, the others wait. One that is paused leaves the line. */
export class Turns {
  #line: object[] = [];
  #changed = Promise.withResolvers<void>();

  join(who: object) {
    if (!this.#line.includes(who)) this.#line.push(who);
  }

  leave(who: object) {
    if (!this.#line.includes(who)) return;
    this.#line = this.#line.filter((each) => each !== who);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  isFirst(who: object): boolean {
    return this.#line[0] === who;
  }

  /** Resolves when somebody leaves the line. */
  change(): Promise<void> {
    return this.#changed.promise;
  }
}
