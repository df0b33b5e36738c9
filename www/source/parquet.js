/**
 * Pictures with labels out of Parquet files, a few row groups at a time. hyparquet knows the format; here is which
 * columns are meant and which rows are read.
 *
 * The convention is that of the Hugging Face hub: a picture is a struct of its encoded bytes and a path, a label is a
 * whole number, and the names of the classes stand as JSON in the file's metadata under "huggingface".
 */
import { parquetMetadataAsync, parquetReadObjects, parquetSchema, snappyUncompress } from "hyparquet";
import { reason } from "../reason.js";
import { decompressGzip, decompressLz4, decompressLz4Raw, decompressZstd } from "hyparquet-compressors";
import { sources } from "./words.js";
import { Said } from "./said.js";

/** @import { AsyncBuffer, Compressors, FileMetaData, RowGroup, SchemaTree } from "hyparquet" */
/** @import { Picture } from "./open.js" */

/** Compressed bytes of all the row groups read at a time. */
export const READ_LIMIT = 128 * 2 ** 20;
/** Uncompressed bytes of one page; a header may claim anything. */
const PAGE_LIMIT = 256 * 2 ** 20;
/** Footers are read in one go up to this length, in two beyond. */
const FOOTER_GUESS = 64 * 2 ** 10;
/** Largest number of classes; more are no classes but a number per picture. */
const CLASS_LIMIT = 1000;

const IMAGE_NAMES = /^(image|img|picture|photo|pixel_values|bytes)s?$/i;
const LABEL_NAMES = /^(label|fine_label|class|target|category|digit|y)s?$/i;

/**
 * @typedef {object} Table
 * @property {AsyncBuffer} file
 * @property {FileMetaData} metadata
 * @property {string} image  column
 * @property {string} label  column
 * @property {string[] | null} classes  null where the file does not name them
 * @property {number} rows
 */

/**
 * All codecs but Brotli, whose dictionary alone would be a third of the page's scripts, and which hardly any data set uses.
 * @type {Compressors}
 */
const DECOMPRESSORS = {
  SNAPPY: (input, length) => {
    const output = new Uint8Array(length);
    snappyUncompress(input, output);
    return output;
  },
  GZIP: decompressGzip,
  ZSTD: (input) => decompressZstd(input),
  LZ4: decompressLz4,
  LZ4_RAW: decompressLz4Raw,
};

/** Every decompressor, with a limit before it allocates. @type {Compressors} */
const limited = Object.fromEntries(
  Object.entries(DECOMPRESSORS).map(([name, decompress]) => [
    name,
    (/** @type {Uint8Array} */ input, /** @type {number} */ length) => {
      if (length > PAGE_LIMIT) throw new Said(sources.pageTooLarge(length, PAGE_LIMIT));
      return decompress(input, length);
    },
  ]),
);

/**
 * Reads the footer and finds the columns.
 * @param {AsyncBuffer} file
 * @param {string} path
 * @returns {Promise<Table>}
 */
export async function openTable(file, path) {
  let metadata;
  try {
    metadata = await parquetMetadataAsync(file, { initialFetchSize: FOOTER_GUESS, geoparquet: false });
  } catch (error) {
    throw passedOn(error, path);
  }
  const features = readFeatures(metadata);
  const columns = parquetSchema(metadata).children;
  const image = pick(columns, ({ element: { name } }) => features[name]?._type === "Image", isPicture);
  const label = pick(columns, ({ element: { name } }) => features[name]?._type === "ClassLabel", isLabel);
  if (!image || !label) throw new Said(sources.noColumns(path, image ? "label" : "picture", columns.map(({ element }) => element.name)));
  const names = features[label]?.names;
  const classes = Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === "string") ? names : null;
  return { file, metadata, image, label, classes, rows: Number(metadata.num_rows) };
}

/**
 * Compressed bytes that `readRows` will read for as many rows.
 * @param {Table} table
 * @param {number} count
 */
export function plan(table, count) {
  return spread(table.metadata.row_groups, count).reduce((sum, { group }) => sum + bytesOf(group, table), 0);
}

/**
 * About `count` rows from row groups spread over the whole file, so that a file sorted by class shows all of them.
 * @param {Table} table
 * @param {number} count
 * @param {string} path
 * @returns {Promise<{bytes: Uint8Array, label: string | number}[]>}
 */
export async function readRows(table, count, path) {
  const { file, metadata, image, label } = table;
  const groups = spread(metadata.row_groups, count);
  const planned = groups.reduce((sum, { group }) => sum + bytesOf(group, table), 0);
  if (planned > READ_LIMIT) throw new Said(sources.groupsTooLarge(path, planned, READ_LIMIT));
  /** @type {Record<string, any>[]} */
  const rows = [];
  try {
    // A few at a time: servers allow some requests at once, and the memory is bounded.
    for (let i = 0; i < groups.length; i += 4) {
      const read = groups.slice(i, i + 4).map(({ start, group }) =>
        parquetReadObjects({
          file,
          metadata,
          columns: [image, label],
          rowStart: start,
          rowEnd: start + Number(group.num_rows),
          compressors: limited,
          utf8: false,
          geoparquet: false,
        }),
      );
      for (const found of await Promise.all(read)) rows.push(...found);
    }
  } catch (error) {
    throw passedOn(error, path);
  }
  return every(rows, count).map((row, i) => {
    const value = row[image];
    const bytes = value instanceof Uint8Array ? value : value?.bytes;
    if (!(bytes instanceof Uint8Array)) throw new Said(sources.noPicture(path, i));
    const given = row[label];
    if (typeof given === "bigint" || typeof given === "number") return { bytes, label: Number(given) };
    if (typeof given === "string") return { bytes, label: given };
    if (given instanceof Uint8Array) return { bytes, label: new TextDecoder().decode(given) };
    throw new Said(sources.noLabel(path, i));
  });
}

/**
 * The rows of all parts as pictures with class numbers.
 * @param {{split: "train" | "test" | null, path: string, rows: {bytes: Uint8Array, label: string | number}[]}[]} parts
 * @param {string[] | null} names  of the classes, where they are known
 * @returns {{classes: string[], pictures: Picture[]}}
 */
export function asPictures(parts, names) {
  const found = [...new Set(parts.flatMap(({ rows }) => rows.map(({ label }) => label)))];
  const numbered = found.every((label) => typeof label === "number");
  const words = found.map(String).sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const classes = names && numbered ? names : words;
  if (classes.length > CLASS_LIMIT) throw new Said(sources.tooManyClasses(classes.length, CLASS_LIMIT));
  const numbers = new Map(classes.map((name, number) => [name, number]));
  const pictures = parts.flatMap(({ split, path, rows }) =>
    rows.map(({ bytes, label }, row) => {
      const number = names && numbered ? Number(label) : (numbers.get(String(label)) ?? -1);
      if (!(number >= 0 && number < classes.length)) throw new Said(sources.wrongLabel(path, row, String(label), classes.length));
      const blob = new Blob([/** @type {BlobPart} */ (bytes)]);
      return { path: `${path}, row ${row}`, label: number, split, blob: () => blob };
    }),
  );
  return { classes, pictures };
}

/** @param {FileMetaData} metadata @returns {Record<string, any>} */
function readFeatures(metadata) {
  const text = metadata.key_value_metadata?.find(({ key }) => key === "huggingface")?.value;
  try {
    return JSON.parse(text ?? "{}").info?.features ?? {};
  } catch {
    return {};
  }
}

/**
 * @param {SchemaTree[]} columns
 * @param {((column: SchemaTree) => boolean)[]} tests  the first that any column passes decides
 */
function pick(columns, ...tests) {
  for (const test of tests) {
    const found = columns.find(test);
    if (found) return found.element.name;
  }
  return null;
}

/** @param {SchemaTree} column */
function isPicture({ element, children }) {
  if (children.length) return children.some((child) => child.element.name === "bytes" && child.element.type === "BYTE_ARRAY");
  return element.type === "BYTE_ARRAY" && element.converted_type !== "UTF8" && IMAGE_NAMES.test(element.name);
}

/** @param {SchemaTree} column */
function isLabel({ element, children }) {
  return children.length === 0 && LABEL_NAMES.test(element.name) && ["INT32", "INT64", "BYTE_ARRAY"].includes(element.type ?? "");
}

/**
 * Row groups at even distances that hold `count` rows or a few more.
 * @param {RowGroup[]} groups
 * @param {number} count
 */
function spread(groups, count) {
  let start = 0;
  const placed = groups.map((group) => {
    const place = { start, group };
    start += Number(group.num_rows);
    return place;
  });
  const wanted = Math.min(groups.length, Math.ceil(count / Math.max(1, start / Math.max(1, groups.length))));
  return Array.from({ length: wanted }, (_, i) => placed[Math.floor(((i + 0.5) * groups.length) / wanted)]).filter((place) => place !== undefined);
}

/**
 * @param {RowGroup} group
 * @param {Pick<Table, "image" | "label">} table
 */
function bytesOf({ columns }, { image, label }) {
  const read = columns.filter(({ meta_data }) => [image, label].includes(meta_data?.path_in_schema[0] ?? ""));
  return read.reduce((sum, { meta_data }) => sum + Number(meta_data?.total_compressed_size ?? 0), 0);
}

/**
 * At most `count` of the items, at even distances.
 * @template T
 * @param {T[]} items
 * @param {number} count
 */
function every(items, count) {
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, i) => /** @type {T} */ (items[Math.floor((i * items.length) / count)]));
}

/**
 * Our own sentences as they are; what the reader of the format says, with the name of the file.
 * @param {unknown} error
 * @param {string} path
 */
function passedOn(error, path) {
  if (error instanceof Said || (error instanceof Error && error.name === "AbortError")) return error;
  return new Said(sources.badParquet(path, reason(error)));
}
