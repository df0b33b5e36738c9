/**
 * Image-classification sets on the Hugging Face hub, by name. The hub keeps every public set in Parquet, lists those
 * files (`/api/datasets/NAME/parquet`) and answers requests for a range of bytes, so that a few thousand pictures out of a
 * set of millions are a few megabytes.
 */
import { Downloads, Refused } from "./download";
import { asPictures, openTable, plan, readRows } from "./parquet";
import { Refusal, phrase, refusal } from "./phrase";
import type { Pictures, Reporter } from "./open";

/** Files of one part that are read from; a large set has hundreds, and each costs a footer. */
const FILES = 4;

/**
 * `count` pictures of the training part and half as many of the test part, if there is one.
 * @param wanted  `hub` is the address of the server
 */
export async function fromHub(
  { hub, name, count }: { hub: string; name: string; count: number },
  signal: AbortSignal,
  report: Reporter,
): Promise<Pictures> {
  const downloads = new Downloads(signal, report);
  report({ doing: "list", done: 0, total: 0 });
  const address = `${hub}/api/datasets/${name}`;
  const [configs, about] = await Promise.all([
    downloads.json(`${address}/parquet`).catch((error) => {
      throw error instanceof Refused && [401, 403, 404].includes(error.status) ? refusal("noHubSet", name, error.status) : error;
    }),
    // The licence is good to know, not needed: a hub without this page still has the pictures.
    downloads.json(address).catch((error) => {
      if (error instanceof Refusal) return null;
      throw error;
    }),
  ]);
  const revision = textAt(about, "sha") ?? "";
  const splits = firstConfig(configs);
  if (!splits) throw refusal("noParquet", name);
  const test = splits.test ?? splits.validation ?? splits.valid ?? null;
  const train = splits.train ?? Object.values(splits).find((files) => files !== test) ?? test;
  if (!train) throw refusal("noParquet", name);
  const wanted = [
    { split: "train" as const, files: train, count },
    ...(test && test !== train ? [{ split: "test" as const, files: test, count: Math.ceil(count / 2) }] : []),
  ];

  const tables = [];
  for (const part of wanted) {
    const files = evenly(part.files, FILES);
    for (const url of files) {
      const path = `${part.split}/${url.split("/").at(-1)}`;
      tables.push({
        ...part,
        path,
        count: Math.ceil(part.count / files.length),
        table: await openTable(await downloads.file(url, revision), path),
      });
    }
  }
  downloads.expect(tables.reduce((sum, { table, count }) => sum + plan(table, count), 0));
  const parts = [];
  for (const { split, path, count, table } of tables) parts.push({ split, path, rows: await readRows(table, count, path) });
  const classes = tables.find(({ table }) => table.classes)?.table.classes ?? null;
  return {
    ...asPictures(parts, classes),
    name,
    source: `${hub}/datasets/${name}`,
    licence: licence(about),
  };
}

/**
 * The files per split of the first configuration that has any.
 * @param configs  {configuration: {split: addresses}}
 */
function firstConfig(configs: unknown): Record<string, string[]> | null {
  for (const splits of Object.values(configs ?? {})) {
    if (typeof splits !== "object" || splits === null) continue;
    const usable = Object.entries(splits).filter(([, files]) => Array.isArray(files) && files.length > 0 && files.every(isAddress));
    if (usable.length) return Object.fromEntries(usable) as Record<string, string[]>;
  }
  return null;
}

function isAddress(file: unknown) {
  return typeof file === "string" && URL.canParse(file) && /^https?:$/.test(new URL(file).protocol);
}

/** The licence on the card of a data set or a network. */
export function licence(about: unknown) {
  const card = about && typeof about === "object" && "cardData" in about ? about.cardData : null;
  const stated = card && typeof card === "object" && "license" in card ? card.license : null;
  const names: unknown[] = Array.isArray(stated) ? stated : [stated];
  return names.filter((name) => typeof name === "string" && name !== "unknown").join(", ") || phrase("noLicence");
}

export function textAt(value: unknown, key: string): string | null {
  const found = value && typeof value === "object" ? (value as Record<string, unknown>)[key] : null;
  return typeof found === "string" ? found : null;
}

function evenly<T>(items: T[], count: number) {
  const taken = Math.min(items.length, count);
  return Array.from({ length: taken }, (_, i) => items[Math.floor(((i + 0.5) * items.length) / taken)] as T);
}
