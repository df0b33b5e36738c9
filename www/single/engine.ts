/** The compiled engine in the page's one file: gzip in base64, which is 40 % of the size that base64 alone has. */

/** @param take  reads the response */
export function fetchEngine<T>(take: (response: Response) => Promise<T>): Promise<T> {
  const { convrfmEngine } = self as unknown as { convrfmEngine: string };
  const packed = Uint8Array.from(atob(convrfmEngine), (letter) => letter.charCodeAt(0));
  // WebKit cannot read a blob in a worker that is a blob of a file.
  const stream = new ReadableStream<BufferSource>({
    start(controller) {
      controller.enqueue(packed);
      controller.close();
    },
  });
  const unpacked = stream.pipeThrough(new DecompressionStream("gzip"));
  return take(new Response(unpacked, { headers: { "content-type": "application/wasm" } }));
}
