/** The server of data sets by name; whoever deploys the page may name a mirror in its head. */
export const HUB = (document.querySelector("meta[name=hub]")?.getAttribute("content") ?? "").replace(/\/+$/, "");

/** Where else than beside the page the network trained on ImageNet is: whoever deploys the page may name an address in its head. */
export const IMAGENET = document.querySelector("meta[name=imagenet]")?.getAttribute("content") ?? "";
