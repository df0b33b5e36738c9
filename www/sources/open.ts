/**
 * Opening the reader's own images, in the worker: what they come as, to a collection in the engine's session.
 *
 * Arrays of pixels (IDX, CIFAR, npz, mat, archives of those) are read by the engine alone. Pictures are decoded by the
 * browser, then resized and gathered by the engine, and may be gathered again at another size. Until the last step has
 * worked, the session keeps what it had.
 */
import { decode, isGrey } from "./decode";
import { phrase, refusal } from "./phrase";
import type { Session } from "../../pkg/convrfm";
import type { About, Entry, OpenRequest, Opened, Opening, Side } from "../run/records";

export type Reporter = (opening: Opening) => void;

export type Picture = { path: string; label: number; split: "train" | "test" | null; blob: () => Blob };

export interface Pictures {
  classes: string[];
  pictures: Picture[];
  name: string;
  source: string;
  licence: string;
}

/** What the engine says of files that hold pictures. */
type FoundPictures = {
  kind: "pictures";
  classes: string[];
  pictures: { path: string; class: string; split: "train" | "test" | null }[];
};

/** Pictures decoded at the same time: the browser uses its cores, and the memory is bounded. */
const BATCH = 16;
/** Pictures of this side or smaller keep their size. */
const SMALL = 48;
/** The side that larger ones get: the one of most research on small images. */
const USUAL = 32;
/** The smallest side that may be chosen. */
const SMALLEST = 8;
/** Pictures of one set, as many as there may be files. */
const PICTURE_LIMIT = 100_000;
/** Bytes of the pixels that are kept, as in the crate's `PIXEL_BYTES`. */
const KEPT_BYTES = 2 ** 30;
/** Rows read of one Parquet file that was dropped; the training part of a set of ten classes can be drawn from them. */
const PARQUET_ROWS = 4000;

export class Opener {
  readonly #session: Session;
  /** The pictures of the opened collection; null where it came as arrays. */
  #pictures: Pictures | null = null;
  /** The files that the session reads those pictures from, where it does. */
  #entries: Entry[] | null = null;

  constructor(session: Session) {
    this.#session = session;
  }

  /** @param wanted  of a link; what is missing is found out */
  async open(request: OpenRequest, wanted: Partial<Side>, signal: AbortSignal, report: Reporter): Promise<Opened> {
    const before = this.#entries;
    this.#entries = null;
    try {
      const found = await this.#find(request, signal, report);
      signal.throwIfAborted();
      if ("about" in found) {
        this.#pictures = null;
        return { about: found.about, side: null };
      }
      const first = await decodeFirst(found);
      const side = {
        side: wanted.side ?? usualSide(first),
        colour: wanted.colour ?? !first.every(({ rgba }) => isGrey(rgba)),
      };
      const about = await gather(this.#session, found, side, signal, report);
      this.#pictures = found;
      return { about, side };
    } catch (error) {
      // The session may now read pictures from files that gave no collection: back to those of the one that is shown.
      if (before) this.#session.open(before);
      this.#entries = before;
      throw error;
    }
  }

  /** The same pictures at another size or without colour. */
  gather(side: Side, signal: AbortSignal, report: Reporter) {
    if (!this.#pictures) throw refusal("noPictures");
    return gather(this.#session, this.#pictures, side, signal, report);
  }

  async #find(request: OpenRequest, signal: AbortSignal, report: Reporter): Promise<Pictures | { about: About }> {
    if (request.way === "hub") {
      const { fromHub } = await import("./hub");
      return fromHub(request, signal, report);
    }
    if (request.way === "camera") {
      const pictures = request.shots.map(({ label, picture }, i) => ({
        path: phrase("shot", i + 1),
        label,
        split: null,
        blob: () => picture,
      }));
      return {
        classes: request.classes,
        pictures,
        name: phrase("cameraName"),
        source: phrase("cameraSource"),
        licence: phrase("cameraLicence"),
      };
    }
    const { entries } = request;
    report({ doing: "read", done: 0, total: 0 });
    const tables = entries.filter(({ path }) => /\.parquet$/i.test(path));
    if (tables.length) return fromTables(tables, signal);
    const opened = this.#session.open(entries) as { kind: "collection"; about: About } | FoundPictures;
    // One file is best known by its name; of several the engine knows better what they are.
    if (opened.kind === "collection")
      return { about: entries.length === 1 ? { ...opened.about, name: commonName(entries) } : opened.about };
    this.#entries = entries;
    const { classes } = opened;
    const numbers = new Map(classes.map((name, number) => [name, number]));
    const session = this.#session;
    const pictures = opened.pictures.map(({ path, class: name, split }, index) => ({
      path,
      label: numbers.get(name) ?? -1,
      split,
      blob: () => new Blob([session.pictureBytes(index) as BlobPart]),
    }));
    return { classes, pictures, name: commonName(entries), source: phrase("ownFiles"), licence: phrase("ownLicence") };
  }
}

async function fromTables(entries: Entry[], signal: AbortSignal): Promise<Pictures> {
  // The reader of Parquet is larger than the rest of the worker; few need it.
  const { asPictures, openTable, readRows } = await import("./parquet");
  const parts = [];
  let classes: string[] | null = null;
  for (const { path, file } of entries) {
    signal.throwIfAborted();
    const buffer = {
      byteLength: file.size,
      slice: (start: number, end: number = file.size) => file.slice(start, end).arrayBuffer(),
    };
    const table = await openTable(buffer, path);
    classes ??= table.classes;
    const split = /(^|[^a-z])(test|valid)/i.test(path) ? ("test" as const) : ("train" as const);
    parts.push({ split: entries.length > 1 ? split : null, path, rows: await readRows(table, PARQUET_ROWS, path) });
  }
  return { ...asPictures(parts, classes), name: commonName(entries), source: phrase("ownFiles"), licence: phrase("ownLicence") };
}

async function gather(
  session: Session,
  { classes, pictures, name, source, licence }: Pictures,
  { side, colour }: Side,
  signal: AbortSignal,
  report: Reporter,
): Promise<About> {
  // Before the first of them is decoded.
  const limit = Math.min(PICTURE_LIMIT, Math.floor(KEPT_BYTES / (side * side * (colour ? 3 : 1))));
  if (pictures.length > limit) throw refusal("tooManyPictures", pictures.length, limit);
  session.gather({ classes, side, colour, name, source, licence });
  // Where some are for testing, the others are for training; where none are, all are one pool.
  for (let i = 0; i < pictures.length; i += BATCH) {
    report({ doing: "decode", done: i, total: pictures.length });
    const batch = pictures.slice(i, i + BATCH);
    const decoded = await Promise.all(batch.map(({ blob, path }) => decode(blob(), path)));
    signal.throwIfAborted();
    batch.forEach(({ label, split }, j) => {
      const pixels = decoded[j];
      if (pixels) session.picture(label, split ?? "train", pixels.width, pixels.height, pixels.rgba);
    });
  }
  return session.gathered() as About;
}

function decodeFirst({ pictures }: Pictures) {
  return Promise.all(pictures.slice(0, BATCH).map(({ blob, path }) => decode(blob(), path)));
}

/** Of small pictures the size they have. */
function usualSide(first: { width: number; height: number }[]) {
  const side = Math.min(...first.map(({ width, height }) => Math.min(width, height)));
  return side <= SMALL ? Math.max(SMALLEST, side) : USUAL;
}

/** The name of the file, or of the folder that holds all of them. */
function commonName(entries: Entry[]) {
  const [first = ""] = entries.map(({ path }) => path);
  const folder = first.split("/")[0] ?? "";
  if (entries.length === 1) return first.split("/").at(-1) ?? first;
  return first.includes("/") && entries.every(({ path }) => path.startsWith(`${folder}/`))
    ? folder
    : phrase("files", entries.length);
}
