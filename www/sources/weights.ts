/** Weights of networks: from a file beside the page or of the reader's own, or from the Hugging Face hub by name. */
import { Downloads, Refused, TOTAL_LIMIT } from "./download";
import { licence, textAt } from "./hub";
import { FILE_LIMIT } from "./limits";
import { refusal } from "./phrase";
import type { Reporter } from "./open";
import type { HubFile, WeightsRequest } from "../run/records";

/** What repositories call the file. */
const FILE = "model.safetensors";

/** The bytes of a file of weights. */
export async function weights(request: WeightsRequest, signal: AbortSignal, report: Reporter): Promise<Uint8Array> {
  if (request.way === "file") {
    const { file } = request;
    if (file.size > FILE_LIMIT) throw refusal("weightsTooLarge", file.size, FILE_LIMIT);
    report({ doing: "read", done: 0, total: 0 });
    return new Uint8Array(await file.arrayBuffer());
  }
  return new Uint8Array(await new Downloads(signal, report).whole(request.url, request.revision));
}

/** What the hub says of the weights of a network. */
export async function findOnHub(hub: string, name: string, signal: AbortSignal): Promise<HubFile> {
  const address = `${hub}/api/models/${name}?blobs=true`;
  const about = await new Downloads(signal, () => {}).json(address).catch((error) => {
    throw error instanceof Refused && [401, 403, 404].includes(error.status) ? refusal("noHubNetwork", name, error.status) : error;
  });
  const files = (about as { siblings?: unknown }).siblings;
  const file = Array.isArray(files) ? files.find((each) => textAt(each, "rfilename") === FILE) : null;
  if (!file) throw refusal("noWeights", name, FILE);
  const bytes = Number((file as { size?: unknown }).size) || 0;
  if (bytes > TOTAL_LIMIT) throw refusal("weightsTooLarge", bytes, TOTAL_LIMIT);
  const revision = textAt(about, "sha") ?? "main";
  return { name, url: `${hub}/${name}/resolve/${revision}/${FILE}`, revision, bytes, licence: licence(about) };
}
