// Trainings in the browser's storage: one record with the curves, and one with the checkpoint, for each.
import { DataError } from "../../../../src/index.ts";
import { Database } from "../database.ts";
import type { RunSummary } from "./types.ts";

export interface KeptRun {
  readonly summary: RunSummary;
  readonly checkpoint: Uint8Array;
}

const storage = new Database(
  "fovea-runs",
  { summaries: { keyPath: "id" }, checkpoints: {} },
  "runs last as long as this page is open: download what you want to keep",
);

export async function keepRun({ summary, checkpoint }: KeptRun): Promise<void> {
  await storage.transact("readwrite", (store) => {
    store("summaries").put(summary);
    return store("checkpoints").put(checkpoint, summary.id);
  });
}

/** All kept runs, the latest first. */
export async function keptRuns(): Promise<RunSummary[]> {
  const all = await storage.transact<RunSummary[]>("readonly", (store) =>
    store("summaries").getAll(),
  );
  return all.sort((a, b) => b.createdAt - a.createdAt);
}

/** @throws DataError if there is none of this id */
export async function keptRun(id: string): Promise<KeptRun> {
  const summary = await storage.transact<RunSummary | undefined>("readonly", (store) =>
    store("summaries").get(id),
  );
  const checkpoint = await storage.transact<Uint8Array | undefined>("readonly", (store) =>
    store("checkpoints").get(id),
  );
  if (summary === undefined || checkpoint === undefined) {
    throw new DataError("this run is no longer in the browser's storage");
  }
  return { summary, checkpoint };
}

export async function forgetRun(id: string): Promise<void> {
  await storage.transact("readwrite", (store) => {
    store("summaries").delete(id);
    return store("checkpoints").delete(id);
  });
}

export async function renameRun(id: string, title: string): Promise<void> {
  const { summary } = await keptRun(id);
  const settings = { ...summary.settings, title };
  await storage.transact("readwrite", (store) => store("summaries").put({ ...summary, settings }));
}
