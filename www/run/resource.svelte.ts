/**
 * An answer that may be overtaken: whenever `key` changes, `ask` is called again, and only the answer to the latest question is kept.
 * `key` returns null where there is nothing to ask; its values are compared by identity.
 */
export interface Resource<T> {
  /** The latest answer; while a newer question is open, the answer before it. */
  readonly value: T | null;
  /** Whether `value` answers the current key. */
  readonly fresh: boolean;
  readonly error: Error | null;
}

export function resource<K extends readonly unknown[] | [], T>(
  key: () => K | null,
  ask: (...key: K) => Promise<T | null>,
  options: { keep?: boolean } = {},
): Resource<T> {
  let value = $state.raw<T | null>(null);
  let fresh = $state(false);
  let error = $state.raw<Error | null>(null);
  let last: readonly unknown[] | null = null;
  let latest = 0;
  $effect(() => {
    const next = key();
    if (next && last && next.length === last.length && next.every((each, i) => each === last?.[i])) return;
    last = next;
    const question = ++latest;
    fresh = false;
    error = null;
    if (!next) {
      value = null;
      return;
    }
    if (!options.keep) value = null;
    ask(...next).then(
      (answer) => {
        if (question !== latest) return;
        value = answer;
        fresh = answer !== null;
      },
      (cause: unknown) => {
        if (question !== latest) return;
        error = cause instanceof Error ? cause : new Error(String(cause));
      },
    );
  });
  return {
    get value() {
      return value;
    },
    get fresh() {
      return fresh;
    },
    get error() {
      return error;
    },
  };
}
