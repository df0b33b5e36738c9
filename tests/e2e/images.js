/**
 * Image files of every kind that the page opens, made here from a seed: small, and with classes that can be told apart
 * (bars that lie or stand on noise).
 */
import { crc32, deflateSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";

export const SIDE = 12;

/** The same numbers from the same seed (a linear congruential generator, Numerical Recipes). @param {number} seed */
function random(seed) {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/**
 * One image of `label` 0 (a bar lies), 1 (a bar stands), 2 (a block): (row, column, channel), bytes.
 * @param {number} label
 * @param {number} seed
 * @param {{side?: number, channels?: number}} [shape]
 */
export function image(label, seed, { side = SIDE, channels = 3 } = {}) {
  const next = random(seed * 7919 + label * 104729 + 1);
  const at = Math.floor(next() * (side - 4)) + 1;
  const pixels = new Uint8Array(side * side * channels);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const inRow = row >= at && row < at + 2;
      const inColumn = column >= at && column < at + 2;
      const marked = [inRow, inColumn, inRow && inColumn][label % 3];
      for (let channel = 0; channel < channels; channel++) {
        const base = marked ? (channel === label % 3 ? 230 : 170) : 40;
        pixels[(row * side + column) * channels + channel] = base + Math.floor(next() * 25);
      }
    }
  }
  return pixels;
}

/**
 * A PNG file. Colour types: 0 grey, 2 RGB, 3 palette; 16-bit samples repeat their byte.
 * @param {Uint8Array} pixels
 * @param {number} side
 * @param {{type?: 0 | 2 | 3, depth?: 8 | 16}} [kind]
 */
export function png(pixels, side, { type = 2, depth = 8 } = {}) {
  const samples = type === 2 ? 3 : 1;
  const line = side * samples * (depth / 8);
  const raw = new Uint8Array(side * (line + 1));
  for (let row = 0; row < side; row++) {
    for (let i = 0; i < side * samples; i++) {
      const value = pixels[row * side * samples + i] ?? 0;
      if (depth === 8) raw[row * (line + 1) + 1 + i] = value;
      else raw.fill(value, row * (line + 1) + 1 + 2 * i, row * (line + 1) + 3 + 2 * i);
    }
  }
  const palette = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", Buffer.from([...be32(side), ...be32(side), depth, type, 0, 0, 0])),
    ...(type === 3 ? [chunk("PLTE", palette)] : []),
    chunk("IDAT", deflateSync(raw)),
    chunk("IEND", new Uint8Array()),
  ]);
}

/** @param {string} name @param {Uint8Array} data */
function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  return Buffer.concat([Buffer.from(be32(data.length)), body, Buffer.from(be32(crc32(body)))]);
}

/** @param {number} value */
const be32 = (value) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];

/**
 * Pictures of some classes in folders: `name/000.png`.
 * @param {string[]} classes
 * @param {number} count  of each
 * @param {string} [folder]
 * @param {number} [seed]
 */
export function pictureFiles(classes, count, folder = "", seed = 0) {
  return classes.flatMap((name, label) =>
    Array.from({ length: count }, (_, i) => ({ name: `${folder}${name}/${String(i).padStart(3, "0")}.png`, bytes: png(image(label, seed + i), SIDE) })),
  );
}

/** A .zip file with nothing compressed. @param {{name: string, bytes: Buffer}[]} files */
export function zip(files) {
  const locals = [];
  const directory = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    const encoded = Buffer.from(name, "utf8");
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x21, 8); // 1 January 1980
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(encoded.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), common, encoded, bytes]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00", "latin1"), common, tail, encoded]));
    locals.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(listed.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, listed, Buffer.from("PK\x05\x06", "latin1"), end]);
}

/**
 * MNIST's format: the images and their labels.
 * @param {number} count
 * @param {number} [seed]
 */
export function idx(count, seed = 0) {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
  const images = Array.from(labels, (label, i) => image(label, seed + i, { channels: 1 }));
  return {
    images: Buffer.concat([Buffer.from([0, 0, 8, 3, ...be32(count), ...be32(SIDE), ...be32(SIDE)]), ...images]),
    labels: Buffer.concat([Buffer.from([0, 0, 8, 1, ...be32(count)]), labels]),
  };
}

/** MATLAB's format (v5, little endian, nothing compressed) as SVHN uses it: X (h, w, c, n) column by column, y with 10 for 0. @param {number} count */
export function mat(count) {
  const labels = Uint8Array.from({ length: count }, (_, i) => (i % 2 ? 1 : 10));
  const size = SIDE * SIDE * 3;
  const pixels = new Uint8Array(count * size);
  labels.forEach((label, n) => {
    const one = image(label === 10 ? 0 : 1, n);
    for (let row = 0; row < SIDE; row++) {
      for (let column = 0; column < SIDE; column++) {
        for (let channel = 0; channel < 3; channel++) {
          pixels[((n * 3 + channel) * SIDE + column) * SIDE + row] = one[(row * SIDE + column) * 3 + channel] ?? 0;
        }
      }
    }
  });
  const header = Buffer.alloc(128, " ");
  header.write("MATLAB 5.0 MAT-file", 0, "latin1");
  header.fill(0, 116, 124);
  header.writeUInt16LE(0x0100, 124);
  header.write("IM", 126, "latin1");
  return Buffer.concat([header, matrix("X", [SIDE, SIDE, 3, count], pixels), matrix("y", [count, 1], labels)]);
}

/** @param {string} name @param {number[]} sides @param {Uint8Array} data */
function matrix(name, sides, data) {
  const words = (/** @type {number[]} */ values) => Buffer.from(Uint32Array.from(values).buffer);
  const [UINT8, INT8, INT32, UINT32, MATRIX] = [2, 1, 5, 6, 14];
  const UINT8_CLASS = 9;
  const body = Buffer.concat([
    element(UINT32, words([UINT8_CLASS, 0])),
    element(INT32, words(sides)),
    element(INT8, Buffer.from(name, "latin1")),
    element(UINT8, Buffer.from(data)),
  ]);
  return element(MATRIX, body);
}

/** Padded to eight bytes. @param {number} type @param {Buffer} data */
function element(type, data) {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc((8 - (data.length % 8)) % 8)]);
}

/**
 * A Parquet file as the hub keeps image sets: a picture is {bytes, path}, a label a whole number, the classes are named in
 * the metadata.
 * @param {{count: number, rowGroup?: number, classes?: string[] | null, seed?: number, compress?: "SNAPPY" | "UNCOMPRESSED", columns?: [string, string]}} options
 */
export function parquet({ count, rowGroup = 20, classes = ["lying", "standing"], seed = 0, compress = "SNAPPY", columns: [img, label] = ["img", "label"] }) {
  const labels = Array.from({ length: count }, (_, i) => i % 2);
  const features = {
    [img]: { _type: "Image" },
    [label]: classes ? { names: classes, _type: "ClassLabel" } : { dtype: "int64", _type: "Value" },
  };
  const buffer = parquetWriteBuffer({
    schema: [
      { name: "schema", num_children: 2 },
      { name: img, repetition_type: "OPTIONAL", num_children: 2 },
      { name: "bytes", type: "BYTE_ARRAY", repetition_type: "OPTIONAL" },
      { name: "path", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
      { name: label, type: "INT64", repetition_type: "OPTIONAL" },
    ],
    columnData: [
      { name: img, data: labels.map((label, i) => ({ bytes: new Uint8Array(png(image(label, seed + i), SIDE)), path: null })) },
      { name: label, data: labels.map(BigInt) },
    ],
    codec: compress,
    rowGroupSize: rowGroup,
    kvMetadata: [{ key: "huggingface", value: JSON.stringify({ info: { features } }) }],
  });
  return Buffer.from(buffer);
}
