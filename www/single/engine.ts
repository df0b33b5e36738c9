/** The compiled engine in the page's one file: gzip in base64, which is 40 % of the size that base64 alone has. */

/** @param take  reads the response */
export function fetchEngine<T>(take: (response: Response) => Promise<T>): Promise<T> {
  const { convrfmEngine } = self as unknown as { convrfmEngine: string };
  const packed = Uint8Array.from(atob(convrfmEngine), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return take(new Response(stream, { headers: { "content-type": "application/wasm" } }));
}
