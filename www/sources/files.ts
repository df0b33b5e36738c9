/** Files that were dropped or picked, with their paths inside the folder they came in. */
import { refusal } from "./phrase";
import type { Entry } from "../run/records";

/** Files of one drop; more are hardly meant, and listing them takes minutes. */
export const FILE_LIMIT = 100_000;

/** What systems leave in folders and nobody means. */
const NOT_MEANT = /(^|\/)(\.[^/]*|__MACOSX|Thumbs\.db|desktop\.ini)(\/|$)/i;

/** What was dropped. The entries of a drop are gone after its event, so they are taken at once and read after. */
export async function dropped(transfer: DataTransfer): Promise<Entry[]> {
  const roots = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const files = [...transfer.files];
  if (roots.every((root) => root === null)) return meant(files.map((file) => ({ path: file.name, file })));
  const entries: Entry[] = [];
  for (const root of roots) if (root) await walk(root, "", entries);
  return meant(entries);
}

/** What was picked with a file or folder control. */
export function picked(files: FileList | null) {
  return meant([...(files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
}

function meant(entries: Entry[]) {
  if (entries.length > FILE_LIMIT) throw refusal("tooManyFiles", FILE_LIMIT);
  const kept = entries.filter(({ path }) => !NOT_MEANT.test(path));
  // Browsers list folders in no order; what is opened must not depend on it.
  return kept.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** @param folder  with a slash at its end */
async function walk(entry: FileSystemEntry, folder: string, into: Entry[]) {
  if (into.length > FILE_LIMIT) throw refusal("tooManyFiles", FILE_LIMIT);
  const path = `${folder}${entry.name}`;
  if (entry.isFile) {
    const read = entry as FileSystemFileEntry;
    into.push({ path, file: await new Promise((resolve, reject) => read.file(resolve, reject)) });
  } else {
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    // A reader gives a hundred at a time, and none at the end.
    for (;;) {
      const some = await new Promise((resolve: (entries: FileSystemEntry[]) => void, reject) =>
        reader.readEntries(resolve, reject),
      );
      if (some.length === 0) break;
      for (const inner of some) await walk(inner, `${path}/`, into);
    }
  }
}
