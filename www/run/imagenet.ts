/** The network trained on ImageNet: whether this page has its weights, and where. */
import { IMAGENET } from "../sources/address";

const [built = null] = Object.values(
  import.meta.glob("../data/efficientnet-lite0.safetensors", { query: "?url", import: "default", eager: true }),
);

/** Bytes of the weights. Of the file that `cargo xtask data efficientnet-lite0` makes. */
export const IMAGENET_BYTES = 9_410_576;
export const IMAGENET_NAME = "EfficientNet-Lite0";
export const IMAGENET_LICENCE = "Apache-2.0";

/** The address of the weights, absolute; null where whoever deployed the page has neither built nor named them. */
export function imagenetUrl(): string | null {
  const url = IMAGENET || built;
  return url ? new URL(String(url), document.baseURI).href : null;
}
