/** Handing things to the reader: a file to the downloads, a text to the clipboard. */

/** A browser that saves slowly still reads from the address. */
const KEPT_MS = 60_000;

export function save(name: string, blob: Blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}

/**
 * Copies a text that stands on the page. Where the clipboard is not given, inside a frame say, the text is selected instead.
 * @returns whether it was copied
 */
export async function copy(shown: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(shown.textContent ?? "");
    return true;
  } catch {
    const range = document.createRange();
    range.selectNodeContents(shown);
    getSelection()?.removeAllRanges();
    getSelection()?.addRange(range);
    shown.focus();
    return false;
  }
}
