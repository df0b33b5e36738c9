/** The page draws progress at most this often; more messages would only queue up. */
const INTERVAL_MS = 40;

/** Tells, at most every 40 ms, that it is time for a report. */
export function pace(): () => boolean {
  let last = 0;
  return () => {
    const now = performance.now();
    if (now - last < INTERVAL_MS) return false;
    last = now;
    return true;
  };
}
