/** The page draws progress at most this often. A frame costs about 10 ms of two cores that compute: at 40 ms it was a fifth of a run. */
const INTERVAL_MS = 80;

/** Tells, at most every 80 ms, that it is time for a report. */
export function pace(): () => boolean {
  let last = 0;
  return () => {
    const now = performance.now();
    if (now - last < INTERVAL_MS) return false;
    last = now;
    return true;
  };
}
