/**
 * What was downloaded, kept by the browser over a reload (Cache API). One entry per piece of a file: its address, its
 * place in the file and the file's length are the key, so that a file that has changed in length is another one.
 *
 * Browsers offer no cache to pages that come over an insecure connection; then nothing is kept and everything works.
 */

const NAME = "convrfm-hub-1";
const there = typeof caches !== "undefined";

/** @param piece  such as "0-4095/120000", or what else tells two answers of one address apart */
function key(url: string, piece: string) {
  const keyed = new URL(url);
  keyed.searchParams.set("convrfm-piece", piece);
  return keyed.href;
}

export async function recall(url: string, piece: string): Promise<ArrayBuffer | null> {
  if (!there) return null;
  const answer = await (await caches.open(NAME)).match(key(url, piece));
  return answer ? answer.arrayBuffer() : null;
}

export async function keep(url: string, piece: string, bytes: ArrayBuffer) {
  if (!there) return;
  try {
    const cache = await caches.open(NAME);
    await cache.put(key(url, piece), new Response(bytes, { headers: { "content-length": String(bytes.byteLength) } }));
  } catch {
    // A full disk is no reason to refuse what has just been read; it will be read from the hub again.
  }
}

/** Bytes kept. */
export async function size() {
  if (!there || !(await caches.has(NAME))) return 0;
  const cache = await caches.open(NAME);
  let bytes = 0;
  for (const request of await cache.keys()) bytes += Number((await cache.match(request))?.headers.get("content-length") ?? 0);
  return bytes;
}

/** Forgets everything kept. */
export async function empty() {
  if (there) await caches.delete(NAME);
}
