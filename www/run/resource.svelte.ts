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
  key: () => Readonly<K> | null,
  ask: (...key: K) => Promise<T | null>,
  options: {
    /** Keeps the latest answer while a newer question is open. */
    keep?: boolean;
    /** Asks one question at a time, and then the newest: a pen asks faster than a worker answers. Its answers are shown all the same. */
    inTurn?: boolean;
  } = {},
): Resource<T> {
  let value = $state.raw<T | null>(null);
  let fresh = $state(false);
  let error = $state.raw<Error | null>(null);
  let last: Readonly<K> | null = null;
  let latest = 0;
  /** Whether a question that others wait for is open. */
  let open = false;

  function put(next: Readonly<K>) {
    const question = latest;
    open = true;
    const answered = () => {
      open = false;
      if (options.inTurn && question !== latest && last) put(last);
    };
    ask(...(next as K)).then(
      (answer) => {
        // An overtaken answer is newer than the one on show.
        if (question === latest || (options.inTurn && last && answer !== null)) value = answer;
        if (question === latest) fresh = answer !== null;
        answered();
      },
      (cause: unknown) => {
        if (question === latest) error = cause instanceof Error ? cause : new Error(String(cause));
        answered();
      },
    );
  }

  $effect(() => {
    const next = key();
    if (next && last && next.length === last.length && next.every((each, i) => each === last?.[i])) return;
    last = next;
    latest++;
    fresh = false;
    error = null;
    if (!next) {
      value = null;
      return;
    }
    if (!options.keep) value = null;
    if (!options.inTurn || !open) put(next);
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
