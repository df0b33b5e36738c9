/**
 * Images that will not change, for an `img`: it costs nothing in later frames, where every canvas in sight is handed to the compositor
 * again whenever one of them is drawn (0.1 to 0.5 ms each while all cores compute).
 */
import { shade } from "./pixels";

/** Bytes before the pixels: the file's header and that of the picture. */
const HEADER = 54;
/** Bytes that become text at a time. */
const AT_ONCE = 8192;

/**
 * An image (c, H, W) as the address of a bitmap. Written here byte by byte: what a canvas is read back as is noise in browsers that
 * guard against being recognised by it.
 * @param range  drawn as black and white
 */
export function stillImage(
  pixels: ArrayLike<number>,
  shape: { channels: number; height: number; width: number },
  range: [number, number],
) {
  const { height, width } = shape;
  // Rows are padded to whole words.
  const row = Math.ceil((3 * width) / 4) * 4;
  const bytes = new Uint8ClampedArray(HEADER + row * height);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]); // "BM"
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, HEADER, true);
  view.setUint32(14, HEADER - 14, true);
  view.setInt32(18, width, true);
  view.setInt32(22, -height, true); // from the top row down
  view.setUint16(26, 1, true); // planes
  view.setUint16(28, 24, true); // bits a pixel
  const colour = shade(pixels, shape, range);
  for (let i = 0; i < height * width; i++) {
    const at = HEADER + Math.floor(i / width) * row + 3 * (i % width);
    colour(bytes, i, at);
    // Blue comes first.
    [bytes[at], bytes[at + 2]] = [bytes[at + 2] ?? 0, bytes[at] ?? 0];
  }
  let text = "";
  for (let at = 0; at < bytes.length; at += AT_ONCE) text += String.fromCharCode(...bytes.subarray(at, at + AT_ONCE));
  return `data:image/bmp;base64,${btoa(text)}`;
}
