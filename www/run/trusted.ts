/** Addresses of scripts under a policy that demands Trusted Types: the page vouches for the scripts of its own build, and for nothing else. */

interface Policy {
  createScriptURL(address: string): unknown;
}
const { trustedTypes } = globalThis as {
  trustedTypes?: { createPolicy(name: string, rules: { createScriptURL: (address: string) => string }): Policy };
};

let policy: Policy | undefined;
try {
  policy = trustedTypes?.createPolicy("convrfm", { createScriptURL: (address) => address });
} catch {
  // A host page that does not allow the policy does not demand it either, or no worker can be started there.
}

/** The address of a script of this build, as `new Worker` and `register` of a service worker take it. */
export const scriptAddress = (address: string) => (policy?.createScriptURL(address) ?? address) as string;
