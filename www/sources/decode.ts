/** Encoded pictures (PNG, JPEG, WebP, whatever the browser knows) to red, green, blue and alpha bytes. */
import { refusal } from "./phrase";
import { HEADER_BYTES, statedSize, type Size } from "./picture_size";

/** Pixels of one picture; a small file may claim any size. */
export const PIXEL_LIMIT = 40_000_000;
/** Bytes of one encoded picture, as in the crate's `PICTURE_BYTES`. */
export const BYTE_LIMIT = 64 * 2 ** 20;

export type Pixels = { width: number; height: number; rgba: Uint8Array };

let context: OffscreenCanvasRenderingContext2D | null = null;

/** @param path  for the message */
export async function decode(blob: Blob, path: string): Promise<Pixels> {
  if (blob.size > BYTE_LIMIT) throw refusal("pictureTooLong", path, blob.size, BYTE_LIMIT);
  const stated = statedSize(new Uint8Array(await blob.slice(0, HEADER_BYTES).arrayBuffer()));
  if (stated) checkSize(stated, path);
  let bitmap;
  try {
    // The numbers in the file, not what a screen's colour profile would make of them; colours under alpha as they are.
    bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  } catch {
    throw refusal("noPictureFile", path);
  }
  const { width, height } = bitmap;
  try {
    // Of formats whose header is not read, it is known only now.
    checkSize(bitmap, path);
  } catch (error) {
    bitmap.close();
    throw error;
  }
  context ??= new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  if (!context) throw refusal("noCanvas");
  const { canvas } = context;
  // Setting the size clears the canvas.
  [canvas.width, canvas.height] = [width, height];
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { width, height, rgba: new Uint8Array(context.getImageData(0, 0, width, height).data.buffer) };
}

function checkSize({ width, height }: Size, path: string) {
  if (width * height > PIXEL_LIMIT) throw refusal("pictureTooLarge", path, width, height, PIXEL_LIMIT);
}

/** Whether all channels agree in every pixel. */
export function isGrey(rgba: Uint8Array) {
  for (let i = 0; i < rgba.length; i += 4) if (rgba[i] !== rgba[i + 1] || rgba[i] !== rgba[i + 2]) return false;
  return true;
}
