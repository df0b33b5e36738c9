/** The styles of the page for shadow roots: the same files, adopted. No element of the host page gets any of them. */

const loaded = new Map<string, Promise<CSSStyleSheet>>();

export async function adoptStyles(root: ShadowRoot, addresses: readonly string[]) {
  const sheets = await Promise.all(addresses.map((address) => load(address)));
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, ...sheets.filter((sheet) => !root.adoptedStyleSheets.includes(sheet))];
}

function load(address: string): Promise<CSSStyleSheet> {
  let sheet = loaded.get(address);
  if (!sheet) {
    sheet = fetched(address);
    // Tried again by whoever comes next.
    sheet.catch(() => loaded.delete(address));
    loaded.set(address, sheet);
  }
  return sheet;
}

async function fetched(address: string) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status} ${response.statusText}`);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(inElement(await response.text()));
  return sheet;
}

/** What the page makes depend on the width of its window depends on that of the element here. */
export function inElement(css: string): string {
  return css
    .replaceAll(/@media ([^{]*width[^{]*)\{/g, (whole, condition: string) =>
      /prefers|hover|pointer|print/.test(condition) ? whole : `@container convrfm ${condition}{`,
    )
    .replaceAll(/(\d)vw\b/g, "$1cqi");
}
