// The files of a folder that was dropped or chosen, with their places in it.
import type { GivenFile } from "../engine/data/types.ts";

/** More files than this are not listed: the engine says what it takes at most. */
const mostFiles = 50_000;

/** Files of a file input for folders. */
export function filesOfInput(list: FileList): GivenFile[] {
  return Array.from(list, (file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** Walks what was dropped. Call it before anything is awaited: the browser empties the list after the event. */
export async function filesOfDrop(transfer: DataTransfer): Promise<GivenFile[]> {
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry());
  const files: GivenFile[] = [];
  for (const entry of entries) if (entry !== null) await walk(entry, files);
  return files;
}

async function walk(entry: FileSystemEntry, files: GivenFile[]): Promise<void> {
  if (files.length >= mostFiles) return;
  const path = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) {
    const file = await new Promise<File>((done, failed) =>
      (entry as FileSystemFileEntry).file(done, failed),
    );
    files.push({ path, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // Browsers give some at a time, and none at the end.
    const some = await new Promise<FileSystemEntry[]>((done, failed) =>
      reader.readEntries(done, failed),
    );
    if (some.length === 0) return;
    for (const each of some) await walk(each, files);
  }
}
