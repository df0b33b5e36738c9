/** Starts the service worker, which keeps the page for visits without a network, and offers the versions that it finds. */
import { scriptAddress } from "../run/trusted";

/** How often a page that stays open looks for a new version. */
const LOOK_MS = 60 * 60_000;

/** @param offer  there is a new version; `take` reloads the page with it, and nothing else does */
export async function keepOffline(offer: (take: () => void) => void) {
  const { serviceWorker } = navigator;
  // A page in a frame belongs to another one, which has not asked for a copy of 4 MB.
  if (!serviceWorker || !/^https?:$/.test(location.protocol) || window.top !== window) return;
  const address = new URL("service_worker.js", document.baseURI).href;
  const registration = await serviceWorker.register(scriptAddress(address), { scope: "./", updateViaCache: "none" });
  const offerWaiting = () => {
    const { waiting } = registration;
    // Without a version in use this is the first one, which nobody waits for.
    if (!waiting || !registration.active) return;
    offer(() => {
      // Another tab may have taken it.
      if (waiting.state !== "installed") return location.reload();
      serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
      waiting.postMessage("use");
    });
  };
  offerWaiting();
  const watch = (version: ServiceWorker | null) =>
    version?.addEventListener("statechange", () => {
      if (version.state === "installed") offerWaiting();
    });
  // The browser may have found a new version while the page loaded.
  watch(registration.installing);
  registration.addEventListener("updatefound", () => watch(registration.installing));
  setInterval(() => void registration.update().catch(() => {}), LOOK_MS);
}
