/** Reads an archive of NumPy arrays, as little of it as the results need. */
import { inflateRawSync } from "node:zlib";

/** An array in C order; of one text the text itself. @typedef {{type: string, shape: number[], values: number[] | string[] | string}} Stored */

/** @type {Record<string, {size: number, read: (bytes: Buffer, at: number) => number}>} */
const NUMBERS = {
  "<f4": { size: 4, read: (bytes, at) => bytes.readFloatLE(at) },
  "<f8": { size: 8, read: (bytes, at) => bytes.readDoubleLE(at) },
  "<i8": { size: 8, read: (bytes, at) => Number(bytes.readBigInt64LE(at)) },
};

/**
 * The arrays by their names, found by the directory at the archive's end, as every reader of zip files finds them.
 * @param {Uint8Array} archive
 * @returns {Record<string, Stored>}
 */
export function readNpz(archive) {
  const bytes = Buffer.from(archive);
  // The last record of a file without a comment.
  const end = bytes.length - 22;
  if (bytes.readUInt32LE(end) !== 0x06054b50) throw new Error("no end of a zip directory");
  /** @type {Record<string, Stored>} */
  const arrays = {};
  let at = bytes.readUInt32LE(end + 16);
  for (let entry = 0; entry < bytes.readUInt16LE(end + 10); entry++) {
    const [method, packed, full] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 24)];
    const [name = 0, extra = 0, comment = 0] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
    const local = bytes.readUInt32LE(at + 42);
    const data = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const content = bytes.subarray(data, data + packed);
    const array = method === 8 ? inflateRawSync(content) : content;
    if (array.length !== full) throw new Error(`${array.length} bytes for ${full}`);
    arrays[bytes.toString("utf8", at + 46, at + 46 + name).replace(/\.npy$/, "")] = readNpy(array);
    at += 46 + name + extra + comment;
  }
  return arrays;
}

/**
 * @param {Buffer} bytes
 * @returns {Stored}
 */
function readNpy(bytes) {
  if (bytes.toString("latin1", 1, 6) !== "NUMPY" || bytes[6] !== 1) throw new Error("no .npy file of version 1");
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", 10, start);
  const [, type = "", order, extents = ""] = /'descr': ?'(.*?)', ?'fortran_order': ?(\w+), ?'shape': ?\((.*?)\)/.exec(header) ?? [];
  if (order !== "False") throw new Error(`not in C order: ${header}`);
  const shape = extents.split(",").filter((extent) => extent.trim()).map(Number);
  if (type.startsWith("<U")) {
    const points = Array.from({ length: (bytes.length - start) / 4 }, (_, i) => bytes.readUInt32LE(start + 4 * i));
    const length = Number(type.slice(2));
    // Shorter texts are filled up with zeros.
    const texts = Array.from({ length: points.length / length }, (_, i) =>
      String.fromCodePoint(...points.slice(i * length, (i + 1) * length)).replace(/\0+$/, ""),
    );
    return { type, shape, values: shape.length ? texts : (texts[0] ?? "") };
  }
  const number = NUMBERS[type];
  if (!number) throw new Error(`an array of ${type}`);
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (bytes.length !== start + count * number.size) throw new Error(`${bytes.length - start} bytes for ${count} of ${type}`);
  return { type, shape, values: Array.from({ length: count }, (_, i) => number.read(bytes, start + i * number.size)) };
}
