// The runs in the browser's storage, and what is done with them.
import { signal } from "@preact/signals";
import { ask } from "../engine/client.ts";
import type { RunSummary, RunView } from "../engine/run/types.ts";
import { problemOf, TextError } from "../problem.ts";
import type { Text } from "../text.ts";
import { show } from "../train/store.ts";

/** All kept runs, the latest first; null before they are known. */
export const runs = signal<readonly RunSummary[] | null>(null);
/** What went wrong. */
export const problem = signal<Text | null>(null);

async function attempt<Result>(act: () => Promise<Result>): Promise<Result | null> {
  problem.value = null;
  try {
    return await act();
  } catch (error) {
    problem.value = problemOf(error);
    return null;
  }
}

export async function refresh(): Promise<void> {
  await attempt(async () => {
    runs.value = await ask("runList", {});
  });
}

/** Makes a kept run the one that Train and Probe look at; null if that failed. */
export function openRun(id: string): Promise<RunView | null> {
  return attempt(async () => {
    const view = await ask("runLoad", { id });
    show(view);
    return view;
  });
}

export async function deleteRun(id: string): Promise<void> {
  await attempt(() => ask("runDelete", { id }));
  await refresh();
}

export async function renameRun(id: string, title: string): Promise<void> {
  await attempt(() => ask("runRename", { id, title }));
  await refresh();
}

/** Hands the weights to the browser as a file. */
export async function download(id: string): Promise<void> {
  await attempt(async () => {
    const { name, bytes } = await ask("runExport", { id });
    const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    // The browser has begun to read it by then.
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  });
}

/** Checkpoints are read whole; larger files are no networks that a page could hold. */
const mostBytes = 2 ** 31;

/** Opens the file of a checkpoint, and keeps it among the runs. */
export async function openFile(file: File): Promise<RunView | null> {
  const view = await attempt(async () => {
    if (file.size > mostBytes)
      throw new TextError({
        en: `${file.name}: too large to open in a page`,
        zh: `${file.name}：文件太大，无法在页面中打开`,
      });
    const bytes = new Uint8Array(await file.arrayBuffer());
    const opened = await ask("runImport", { name: file.name, bytes });
    show(opened);
    return opened;
  });
  const found = problem.value;
  await refresh();
  problem.value = found;
  return view;
}
