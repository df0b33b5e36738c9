/** The sample packs beside the page. The build lists them, so that a set whose pack was not built is not offered. */
import type { DataName } from "./records";

/** The sample packs that stand beside this page, by name: what whoever deployed it has built. */
const packs: Record<string, string> = Object.fromEntries(
  Object.entries(import.meta.glob("../data/*.npz", { query: "?url", import: "default", eager: true }))
    // The build of a single file leaves some out.
    .filter(([, url]) => url !== null)
    .map(([path, url]) => [path.replace(/^.*\/|\.npz$/g, ""), String(url)]),
);

/** Sets drawn from a pack, by the name of the pack. */
const PACK_OF: Partial<Record<DataName, string>> = {
  mnist: "mnist",
  "noisy-mnist": "mnist",
  "fashion-mnist": "fashion-mnist",
  "cifar-10": "cifar-10",
  svhn: "svhn",
};

/** Whether a set can be shown: it needs no pack, or its pack is there. */
export const hasItsPack = (data: DataName) => !PACK_OF[data] || packUrl(data) !== null;

/** The address of the pack that a set is drawn from, absolute; null for sets that need none. */
export function packUrl(data: DataName) {
  const url = packs[PACK_OF[data] ?? ""];
  return url === undefined ? null : new URL(url, document.baseURI).href;
}
