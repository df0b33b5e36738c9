/** Handing things to the reader: a file to the downloads, a text or a picture to the clipboard. */

/** A browser that saves slowly still reads from the address. */
const KEPT_MS = 60_000;

/** @param link  a hidden `a` of the component */
export function save(link: HTMLAnchorElement, name: string, blob: Blob) {
  const address = URL.createObjectURL(blob);
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}

/**
 * Copies a text that is shown. Where the clipboard is not given, inside a frame say, the text is selected instead.
 * @returns whether it was copied
 */
export async function copyText(shown: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(shown.textContent ?? "");
    return true;
  } catch {
    const range = shown.ownerDocument.createRange();
    range.selectNodeContents(shown);
    const selection = shown.ownerDocument.getSelection();
    selection?.removeAllRanges();
    selection?.addRange(range);
    shown.focus();
    return false;
  }
}

/**
 * Copies a picture. Safari only takes one whose promise is handed over while the click is handled.
 * @returns whether it was copied
 */
export async function copyPicture(picture: Promise<Blob>): Promise<boolean> {
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
    return true;
  } catch {
    return false;
  }
}
