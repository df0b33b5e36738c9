/**
 * What the page vouches for where a policy demands Trusted Types: the scripts of its own build, and formulas and notes of its own words.
 * Nothing from an address, a file or a server may come here.
 */

interface Policy {
  createHTML(html: string): unknown;
  createScriptURL(address: string): unknown;
}
const { trustedTypes } = globalThis as unknown as {
  trustedTypes?: { createPolicy(name: string, rules: Record<keyof Policy, (text: string) => string>): Policy };
};
const same = (text: string) => text;

let policy: Policy | undefined;
try {
  policy = trustedTypes?.createPolicy("convrfm", { createHTML: same, createScriptURL: same });
} catch {
  // A host page allows other policies only. If it demands Trusted Types as well, the browser refuses the page's formulas and workers.
}

/** The address of a script of this build, as `new Worker` and `register` of a service worker take it. */
export const scriptAddress = (address: string) => (policy?.createScriptURL(address) ?? address) as string;

/** HTML of the page's sources, with numbers in it at most, as `{@html}` takes it. */
export const ownHtml = (html: string) => (policy?.createHTML(html) ?? html) as string;
