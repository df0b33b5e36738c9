/** Files of the page that the worker fetches: a connection that stalls or breaks off is given up, and the file is asked for again. */

/** How long no byte may arrive. */
const PATIENCE_MS = 15_000;
const TRIES = 3;

/** @param take  reads the response; it is called again with another one if the first breaks off */
export async function fetchPatiently<T>(url: string, take: (response: Response) => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    const attempt = new AbortController();
    const giveUp = () => attempt.abort(new Error(`no byte arrived for ${PATIENCE_MS / 1000} s`));
    let patience = setTimeout(giveUp, PATIENCE_MS);
    const renew = () => {
      clearTimeout(patience);
      patience = setTimeout(giveUp, PATIENCE_MS);
    };
    try {
      const response = await fetch(url, { signal: attempt.signal });
      if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
      const watch = new TransformStream<Uint8Array, Uint8Array>({
        transform(bytes, controller) {
          renew();
          controller.enqueue(bytes);
        },
      });
      const headers = { "content-type": response.headers.get("content-type") ?? "" };
      return await take(new Response(response.body?.pipeThrough(watch), { headers }));
    } catch (error) {
      if (tried === TRIES) throw error;
    } finally {
      clearTimeout(patience);
    }
  }
}
