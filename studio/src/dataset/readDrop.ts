// The files of a folder that was dropped or chosen, with their places in it.
import type { FileProblem, GivenFile } from "../engine/data/types.ts";

/** More files than this are not listed: the engine says what it takes at most. */
const mostFiles = 50_000;

export interface GivenFolder {
  readonly files: readonly GivenFile[];
  /** What could not be opened. */
  readonly problems: readonly FileProblem[];
}

/** Files of a file input for folders. */
export function filesOfInput(list: FileList): GivenFolder {
  const files = Array.from(list, (file) => ({ path: file.webkitRelativePath || file.name, file }));
  return { files, problems: [] };
}

/** Walks what was dropped. Call it before anything is awaited: the browser empties the list after the event. */
export async function filesOfDrop(transfer: DataTransfer): Promise<GivenFolder> {
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry());
  const found = { files: [] as GivenFile[], problems: [] as FileProblem[] };
  for (const entry of entries) if (entry !== null) await walk(entry, found);
  return found;
}

async function walk(
  entry: FileSystemEntry,
  found: { readonly files: GivenFile[]; readonly problems: FileProblem[] },
): Promise<void> {
  if (found.files.length >= mostFiles) return;
  const path = entry.fullPath.replace(/^\//, "");
  try {
    if (entry.isFile) {
      const file = await new Promise<File>((done, failed) =>
        (entry as FileSystemFileEntry).file(done, failed),
      );
      found.files.push({ path, file });
      return;
    }
    for (const each of await entriesOf(entry as FileSystemDirectoryEntry)) await walk(each, found);
  } catch {
    // It is gone, may not be read, or is a link to nowhere.
    found.problems.push({ path, message: { en: "it cannot be opened", zh: "无法打开" } });
  }
}

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    // Browsers give some at a time, and none at the end.
    const some = await new Promise<FileSystemEntry[]>((done, failed) =>
      reader.readEntries(done, failed),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

/** What a data set of these files is called: the folder's name, or those of several. */
export function titleOf(files: readonly GivenFile[]): string {
  const tops = files.map(({ path }) => path.split("/")).filter((names) => names.length > 1);
  const names = [...new Set(tops.map(([top = ""]) => top))].sort();
  const title = names.slice(0, 4).join(", ") || "?";
  return names.length > 4 ? `${title}, …` : title;
}
