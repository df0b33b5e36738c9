import { expect, test } from "vitest";
import { statedSize } from "./picture_size";

const ascii = (text: string) => [...text].map((c) => c.charCodeAt(0));
const size = { width: 300, height: 200 };

test.each([
  ["PNG", [0x89, ...ascii("PNG\r\n\x1a\n"), 0, 0, 0, 13, ...ascii("IHDR"), 0, 0, 1, 44, 0, 0, 0, 200]],
  ["GIF", [...ascii("GIF89a"), 44, 1, 200, 0]],
  ["BMP", [...ascii("BM"), ...Array<number>(16).fill(0), 44, 1, 0, 0, 200, 0, 0, 0]],
  // A metadata segment of 6 bytes, a fill byte, then the frame header.
  ["JPEG", [0xff, 0xd8, 0xff, 0xe0, 0, 6, 1, 2, 3, 4, 0xff, 0xff, 0xc2, 0, 17, 8, 0, 200, 1, 44, 3]],
  ["lossy WebP", [...ascii("RIFF\0\0\0\0WEBPVP8 "), ...Array<number>(10).fill(0), 44, 1, 200, 0]],
  ["extended WebP", [...ascii("RIFF\0\0\0\0WEBPVP8X"), ...Array<number>(8).fill(0), 43, 1, 0, 199, 0, 0]],
  // 14 bits each of width - 1 and height - 1, after the signature 0x2f.
  ["lossless WebP", [...ascii("RIFF\0\0\0\0WEBPVP8L\0\0\0\0"), 0x2f, 0x2b, 0xc1, 0x31, 0]],
])("%s", (_, bytes) => expect(statedSize(Uint8Array.from(bytes))).toEqual(size));

test("a file that is none, or ends before its size, states none", () => {
  expect(statedSize(Uint8Array.from(ascii("not a picture at all")))).toBeNull();
  expect(statedSize(Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff]))).toBeNull();
  expect(statedSize(new Uint8Array())).toBeNull();
});
