/**
 * Keeps a copy of the whole page for visits without a network. Each version of the page has a cache of its own, which is complete
 * before it is used. A new version waits until the reader takes it (`www/offline/keep.ts`) or no tab shows the page any more.
 *
 * Files with a hash in their names never change: a new version copies those that the versions before it have.
 */
import { canFuse } from "../worker/fused";

interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asking extends Extendable {
  request: Request;
  respondWith(response: Promise<Response>): void;
}
interface Scope {
  /** Every file of the build but the largest: the build writes the list. A file without a revision has a hash in its name. */
  __WB_MANIFEST: { url: string; revision: string | null }[];
  registration: { scope: string };
  clients: { claim(): Promise<void>; matchAll(which: { includeUncontrolled: boolean }): Promise<unknown[]> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Extendable) => void): void;
  addEventListener(type: "fetch", listener: (event: Asking) => void): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

const worker = self as unknown as Scope;
// The build replaces this expression.
const files = (self as unknown as Scope).__WB_MANIFEST;
const { scope } = worker.registration;
/** Other pages of the same host have caches, too. */
const prefix = `convrfm-page ${scope} `;
const name = prefix + fingerprint(JSON.stringify(files));
/** Downloads at once. */
const LANES = 4;

worker.addEventListener("install", (event) => event.waitUntil(fill()));
worker.addEventListener("activate", (event) => event.waitUntil(forget().then(() => worker.clients.claim())));
worker.addEventListener("message", ({ data }) => {
  if (data === "use") void worker.skipWaiting();
});
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  // Requests for ranges and of other methods are not for files of the page.
  if (request.method === "GET" && request.url.startsWith(scope) && !request.headers.has("range")) event.respondWith(answer(event));
});

async function fill() {
  const cache = await caches.open(name);
  // The build of the engine that this browser does not compute with.
  const otherEngine = canFuse() ? /\/convrfm_bg-/ : /\/convrfm_fused-/;
  const waiting = files.filter(({ url }) => !otherEngine.test(url));
  const lane = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      const url = new URL(file.url, scope).href;
      const known = file.revision === null ? await caches.match(url) : undefined;
      await cache.put(url, known ?? (await download(url, file.revision !== null)));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** @param fresh  not from the browser's own cache */
async function download(url: string, fresh: boolean) {
  const response = await fetch(url, { cache: fresh ? "reload" : "default" });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  // A browser refuses to show a page that was redirected, as some hosts do with index.html, unless it has followed itself.
  return response.redirected ? new Response(await response.blob(), { headers: response.headers }) : response;
}

/** Forgets old versions, except the one before; none while other tabs are open, which may load a chapter of theirs yet. */
async function forget() {
  if ((await worker.clients.matchAll({ includeUncontrolled: true })).length > 1) return;
  const others = (await caches.keys()).filter((each) => each.startsWith(prefix) && each !== name);
  await Promise.all(others.slice(0, -1).map((each) => caches.delete(each)));
}

async function answer(event: Asking): Promise<Response> {
  const { request } = event;
  // What follows ? are settings, or the number of a try.
  const url = new URL(request.url);
  const address = url.origin + url.pathname.replace(/\/$/, "/index.html");
  const cache = await caches.open(name);
  const kept = (await cache.match(address)) ?? (await caches.match(address));
  if (kept) return kept;
  const response = await fetch(request);
  // The largest files are kept once they have been used.
  if (response.ok && url.pathname.includes("/assets/")) event.waitUntil(cache.put(address, response.clone()));
  return response;
}

/** FNV-1a, as text. */
function fingerprint(text: string) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}
