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

/** What a browser's cache gives; null where it fails, as it may in private windows: it is never needed. */
async function tried<T>(action: (cache: Cache) => Promise<T>): Promise<T | null> {
  if (!there) return null;
  try {
    return await action(await caches.open(NAME));
  } catch {
    return null;
  }
}

export function recall(url: string, piece: string): Promise<ArrayBuffer | null> {
  return tried(async (cache) => (await cache.match(key(url, piece)))?.arrayBuffer() ?? null);
}

/** A full disk is no reason to refuse what has just been read; it will be read from the hub again. */
export async function keep(url: string, piece: string, bytes: ArrayBuffer) {
  const headers = { "content-length": String(bytes.byteLength) };
  await tried((cache) => cache.put(key(url, piece), new Response(bytes, { headers })));
}

/** Bytes kept. */
export async function size(): Promise<number> {
  const bytes = await tried(async (cache) => {
    const kept = await Promise.all((await cache.keys()).map((request) => cache.match(request)));
    return kept.reduce((sum, each) => sum + Number(each?.headers.get("content-length") ?? 0), 0);
  });
  return bytes ?? 0;
}

/** Forgets everything kept. */
export async function empty() {
  await tried(() => caches.delete(NAME));
}
