/**
 * Pictures with labels out of Parquet files, a few row groups at a time. hyparquet knows the format; here is which
 * columns are meant and which rows are read.
 *
 * The convention is that of the Hugging Face hub: a picture is a struct of its encoded bytes and a path, a label is a
 * whole number, and the names of the classes stand as JSON in the file's metadata under "huggingface".
 */
import { parquetMetadataAsync, parquetReadObjects, parquetSchema, snappyUncompress } from "hyparquet";
import { reason } from "../run/reason";
import { decompressGzip, decompressLz4, decompressLz4Raw, decompressZstd } from "hyparquet-compressors";
import { Refusal, refusal } from "./phrase";
import type { AsyncBuffer, Compressors, FileMetaData, RowGroup, SchemaTree } from "hyparquet";
import type { Picture } from "./open";

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

export interface Table {
  file: AsyncBuffer;
  metadata: FileMetaData;
  /** column */
  image: string;
  /** column */
  label: string;
  /** null where the file does not name them */
  classes: string[] | null;
  rows: number;
}

/** All codecs but Brotli, whose dictionary alone would be a third of the page's scripts, and which hardly any data set uses. */
const DECOMPRESSORS: Compressors = {
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

/** Every decompressor, with a limit before it allocates. */
const limited: Compressors = Object.fromEntries(
  Object.entries(DECOMPRESSORS).map(([name, decompress]) => [
    name,
    (input: Uint8Array, length: number) => {
      if (length > PAGE_LIMIT) throw refusal("pageTooLarge", length, PAGE_LIMIT);
      return decompress(input, length);
    },
  ]),
);

/** Reads the footer and finds the columns. */
export async function openTable(file: AsyncBuffer, path: string): Promise<Table> {
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
  if (!image || !label)
    throw refusal(
      "noColumns",
      path,
      image ? "label" : "picture",
      columns.map(({ element }) => element.name),
    );
  const names = features[label]?.names;
  const named = Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === "string");
  const classes = named ? (names as string[]) : null;
  return { file, metadata, image, label, classes, rows: Number(metadata.num_rows) };
}

/** Compressed bytes that `readRows` will read for as many rows. */
export function plan(table: Table, count: number) {
  return spread(table.metadata.row_groups, count).reduce((sum, { group }) => sum + bytesOf(group, table), 0);
}

/** About `count` rows from row groups spread over the whole file, so that a file sorted by class shows all of them. */
export async function readRows(
  table: Table,
  count: number,
  path: string,
): Promise<{ bytes: Uint8Array; label: string | number }[]> {
  const { file, metadata, image, label } = table;
  const groups = spread(metadata.row_groups, count);
  const planned = groups.reduce((sum, { group }) => sum + bytesOf(group, table), 0);
  if (planned > READ_LIMIT) throw refusal("groupsTooLarge", path, planned, READ_LIMIT);
  const rows: Record<string, unknown>[] = [];
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
    const bytes = value && typeof value === "object" && "bytes" in value ? value.bytes : value;
    if (!(bytes instanceof Uint8Array)) throw refusal("noPicture", path, i);
    const given = row[label];
    if (typeof given === "bigint" || typeof given === "number") return { bytes, label: Number(given) };
    if (typeof given === "string") return { bytes, label: given };
    if (given instanceof Uint8Array) return { bytes, label: new TextDecoder().decode(given) };
    throw refusal("noLabel", path, i);
  });
}

/**
 * The rows of all parts as pictures with class numbers.
 * @param names  of the classes, where they are known
 */
export function asPictures(
  parts: { split: "train" | "test" | null; path: string; rows: { bytes: Uint8Array; label: string | number }[] }[],
  names: string[] | null,
): { classes: string[]; pictures: Picture[] } {
  const found = [...new Set(parts.flatMap(({ rows }) => rows.map(({ label }) => label)))];
  const numbered = found.every((label) => typeof label === "number");
  const words = found.map(String).sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const classes = names && numbered ? names : words;
  if (classes.length > CLASS_LIMIT) throw refusal("tooManyClasses", classes.length, CLASS_LIMIT);
  const numbers = new Map(classes.map((name, number) => [name, number]));
  const pictures = parts.flatMap(({ split, path, rows }) =>
    rows.map(({ bytes, label }, row) => {
      const number = names && numbered ? Number(label) : (numbers.get(String(label)) ?? -1);
      if (!(number >= 0 && number < classes.length)) throw refusal("wrongLabel", path, row, String(label), classes.length);
      const blob = new Blob([bytes as BlobPart]);
      return { path: `${path}, row ${row}`, label: number, split, blob: () => blob };
    }),
  );
  return { classes, pictures };
}

/** What the hub says of a column. */
type Feature = { _type?: unknown; names?: unknown };

function readFeatures(metadata: FileMetaData): Record<string, Feature | undefined> {
  const text = metadata.key_value_metadata?.find(({ key }) => key === "huggingface")?.value;
  try {
    return JSON.parse(text ?? "{}").info?.features ?? {};
  } catch {
    return {};
  }
}

/** @param tests  the first that any column passes decides */
function pick(columns: SchemaTree[], ...tests: ((column: SchemaTree) => boolean)[]) {
  for (const test of tests) {
    const found = columns.find(test);
    if (found) return found.element.name;
  }
  return null;
}

function isPicture({ element, children }: SchemaTree) {
  if (children.length) return children.some((child) => child.element.name === "bytes" && child.element.type === "BYTE_ARRAY");
  return element.type === "BYTE_ARRAY" && element.converted_type !== "UTF8" && IMAGE_NAMES.test(element.name);
}

function isLabel({ element, children }: SchemaTree) {
  return children.length === 0 && LABEL_NAMES.test(element.name) && ["INT32", "INT64", "BYTE_ARRAY"].includes(element.type ?? "");
}

/** Row groups at even distances that hold `count` rows or a few more. */
function spread(groups: RowGroup[], count: number) {
  let start = 0;
  const placed = groups.map((group) => {
    const place = { start, group };
    start += Number(group.num_rows);
    return place;
  });
  const wanted = Math.min(groups.length, Math.ceil(count / Math.max(1, start / Math.max(1, groups.length))));
  return Array.from({ length: wanted }, (_, i) => placed[Math.floor(((i + 0.5) * groups.length) / wanted)]).filter(
    (place) => place !== undefined,
  );
}

function bytesOf({ columns }: RowGroup, { image, label }: Pick<Table, "image" | "label">) {
  const read = columns.filter(({ meta_data }) => [image, label].includes(meta_data?.path_in_schema[0] ?? ""));
  return read.reduce((sum, { meta_data }) => sum + Number(meta_data?.total_compressed_size ?? 0), 0);
}

/** At most `count` of the items, at even distances. */
function every<T>(items: T[], count: number) {
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)] as T);
}

/** Our own sentences as they are; what the reader of the format says, with the name of the file. */
function passedOn(error: unknown, path: string) {
  if (error instanceof Refusal || (error instanceof Error && error.name === "AbortError")) return error;
  return refusal("badParquet", path, reason(error));
}
