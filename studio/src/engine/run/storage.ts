// Trainings in the browser's storage: one record with the curves, and one with the checkpoint, for each.
import { Database } from "../database.ts";
import { StudioError } from "../studioError.ts";
import type { RunSummary } from "./types.ts";

export interface KeptRun {
  readonly summary: RunSummary;
  readonly checkpoint: Uint8Array;
}

const storage = new Database(
  "fovea-runs",
  { summaries: { keyPath: "id" }, checkpoints: {} },
  {
    en: "runs last as long as this page is open: download what you want to keep",
    zh: "记录只保留到此页面关闭为止：请下载想保留的内容",
  },
);

/** Runs that the browser did not take, for as long as this page is open. */
const unkept = new Map<string, KeptRun>();

/** @throws StudioError if the browser does not take it: it can be loaded for as long as this page is open */
export async function keepRun({ summary, checkpoint }: KeptRun): Promise<void> {
  try {
    await storage.transact("readwrite", (store) => {
      store("summaries").put(summary);
      return store("checkpoints").put(checkpoint, summary.id);
    });
    unkept.delete(summary.id);
  } catch (error) {
    unkept.set(summary.id, { summary, checkpoint });
    throw error;
  }
}

/** All kept runs, the latest first. */
export async function keptRuns(): Promise<RunSummary[]> {
  const here = [...unkept.values()].map(({ summary }) => summary);
  let stored: RunSummary[] = [];
  try {
    stored = await storage.transact<RunSummary[]>("readonly", (store) =>
      store("summaries").getAll(),
    );
  } catch (error) {
    if (here.length === 0) throw error;
  }
  return [...stored.filter(({ id }) => !unkept.has(id)), ...here].sort(
    (a, b) => b.createdAt - a.createdAt,
  );
}

/** @throws StudioError if there is none of this id */
export async function keptRun(id: string): Promise<KeptRun> {
  const here = unkept.get(id);
  if (here !== undefined) return here;
  const summary = await storage.transact<RunSummary | undefined>("readonly", (store) =>
    store("summaries").get(id),
  );
  const checkpoint = await storage.transact<Uint8Array | undefined>("readonly", (store) =>
    store("checkpoints").get(id),
  );
  if (summary === undefined || checkpoint === undefined) {
    throw new StudioError({
      en: "this run is no longer in the browser's storage",
      zh: "浏览器中已没有这条记录",
    });
  }
  return { summary, checkpoint };
}

export async function forgetRun(id: string): Promise<void> {
  const wasHere = unkept.delete(id);
  try {
    await storage.transact("readwrite", (store) => {
      store("summaries").delete(id);
      return store("checkpoints").delete(id);
    });
  } catch (error) {
    if (!wasHere) throw error;
  }
}

/** Another title; nothing happens if there is none of this id. */
export async function renameRun(id: string, title: string): Promise<void> {
  const renamed = (summary: RunSummary): RunSummary => ({
    ...summary,
    settings: { ...summary.settings, title },
  });
  const here = unkept.get(id);
  if (here !== undefined) {
    unkept.set(id, { ...here, summary: renamed(here.summary) });
    return;
  }
  await storage.transact("readwrite", (store) => {
    const found: IDBRequest<RunSummary | undefined> = store("summaries").get(id);
    found.addEventListener("success", () => {
      if (found.result !== undefined) store("summaries").put(renamed(found.result));
    });
    return found;
  });
}
