/** What whoever deploys the page may name in its head. Where the article is rendered there is no document. */
const named = (name: string) => globalThis.document?.querySelector(`meta[name=${name}]`)?.getAttribute("content") ?? "";

/** The server of data sets by name, or a mirror of it. */
export const HUB = named("hub").replace(/\/+$/, "");

/** Where else than beside the page the network trained on ImageNet is. */
export const IMAGENET = named("imagenet");
