/**
 * The Content-Security-Policy of the built page. It allows the page's own files, connections to the hub that the page names, and
 * nothing else: no inline script, no `eval`, no other host. Chromium also enforces Trusted Types by it.
 */

/** The hub of pages that name none. */
const HUB = "https://huggingface.co";
/** Where the files of the public hub lie: its addresses redirect there. */
const HUB_FILES = ["https://*.huggingface.co", "https://*.hf.co"];

/**
 * @param {string} html  the source of the page
 * @param {{script: string, style: string} | null} inline  hashes of the one script and style sheet of a single file
 */
export function policy(html, inline = null) {
  const hub = /<meta name="hub" content="([^"]+)"/.exec(html)?.[1] ?? HUB;
  // The weights of a network, where the page names another host for them.
  const imagenet = /<meta name="imagenet" content="(https?:[^"]+)"/.exec(html)?.[1];
  const [script, style] = inline ? [inline.script, inline.style] : ["'self'", "'self'"];
  const rules = {
    "default-src": ["'none'"],
    "script-src": [script, "'wasm-unsafe-eval'"],
    "worker-src": inline ? ["blob:", "data:"] : ["'self'", "blob:"],
    "style-src": [style],
    // Charts to be saved are painted by way of an image; webcam pictures are blobs.
    "img-src": ["'self'", "data:", "blob:"],
    "media-src": ["blob:"],
    // A single file fetches the example and the sample pack from itself.
    "connect-src": [...(inline ? ["data:"] : ["'self'"]), hub, ...(hub === HUB ? HUB_FILES : []), ...(imagenet ? [new URL(imagenet).origin] : [])],
    "manifest-src": ["'self'"],
    // The preview of a figure for other pages.
    "frame-src": inline ? [] : ["'self'"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "require-trusted-types-for": ["'script'"],
    "trusted-types": ["svelte-trusted-html", "convrfm"],
  };
  return Object.entries(rules)
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => `${name} ${values.join(" ")}`)
    .join("; ");
}
