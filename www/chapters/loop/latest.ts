/**
 * One question at a time: while one is open, only the last of those asked meanwhile waits, and the others get null. A moving pointer
 * asks sixty times a second; during a stage the worker would otherwise have hundreds of questions to answer after it.
 */
export function oneAtATime<A extends unknown[], T>(
  ask: (...question: A) => Promise<T | null>,
): (...question: A) => Promise<T | null> {
  let open: Promise<unknown> | null = null;
  let turn = 0;
  return async (...question: A) => {
    const mine = ++turn;
    while (open) {
      await open;
      if (mine !== turn) return null;
    }
    const answer = ask(...question);
    const settled = answer.then(
      () => {},
      () => {},
    );
    open = settled;
    void settled.then(() => {
      if (open === settled) open = null;
    });
    return answer;
  };
}
