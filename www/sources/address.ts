/** The server of data sets by name; whoever deploys the page may name a mirror in its head. */
export const HUB = (document.querySelector("meta[name=hub]")?.getAttribute("content") ?? "").replace(/\/+$/, "");
