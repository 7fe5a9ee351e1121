// Trainings in the browser's storage: one record with the curves, and one with the checkpoint, for each.
import { DataError } from "../../../../src/index.ts";
import type { RunSummary } from "./types.ts";

export interface KeptRun {
  readonly summary: RunSummary;
  readonly checkpoint: Uint8Array;
}

const summaries = "summaries";
const checkpoints = "checkpoints";

let opened: Promise<IDBDatabase> | null = null;

/** @throws DataError where the browser keeps nothing for this page */
function database(): Promise<IDBDatabase> {
  opened ??= open().catch((error: unknown) => {
    opened = null;
    throw error;
  });
  return opened;
}

async function open(): Promise<IDBDatabase> {
  try {
    const request = indexedDB.open("fovea-runs", 1);
    request.addEventListener("upgradeneeded", () => {
      request.result.createObjectStore(summaries, { keyPath: "id" });
      request.result.createObjectStore(checkpoints);
    });
    const db = await resultOf(request);
    const forget = (): void => {
      opened = null;
    };
    db.addEventListener("close", forget);
    // The person clears the page's data: what is open must not stand in the way.
    db.addEventListener("versionchange", () => {
      db.close();
      forget();
    });
    return db;
  } catch (cause) {
    throw unavailable(cause);
  }
}

function unavailable(cause: unknown): DataError {
  const { name, message } = cause as Error;
  const headline =
    name === "QuotaExceededError"
      ? "the browser's storage for this page is full"
      : `the browser keeps nothing for this page: ${message}`;
  return new DataError(headline, {
    hint: "runs last as long as this page is open: download what you want to keep",
    cause,
  });
}

function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((done, failed) => {
    request.addEventListener("success", () => done(request.result));
    request.addEventListener("error", () => failed(request.error));
  });
}

/** Does something in one transaction: all of it is kept, or nothing. */
async function transact<Result>(
  mode: IDBTransactionMode,
  body: (store: (name: string) => IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const db = await database();
  try {
    const transaction = db.transaction([summaries, checkpoints], mode);
    const over = new Promise<void>((done, failed) => {
      transaction.addEventListener("complete", () => done());
      transaction.addEventListener("abort", () => failed(transaction.error));
    });
    const request = body((name) => transaction.objectStore(name));
    const [result] = await Promise.all([resultOf(request), over]);
    return result;
  } catch (cause) {
    throw unavailable(cause);
  }
}

/** Runs that the browser did not take, for as long as this page is open. */
const unkept = new Map<string, KeptRun>();

/** @throws DataError if the browser does not take it: it can be loaded for as long as this page is open */
export async function keepRun({ summary, checkpoint }: KeptRun): Promise<void> {
  try {
    await transact("readwrite", (store) => {
      store(summaries).put(summary);
      return store(checkpoints).put(checkpoint, summary.id);
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
    stored = await transact<RunSummary[]>("readonly", (store) => store(summaries).getAll());
  } catch (error) {
    if (here.length === 0) throw error;
  }
  return [...stored.filter(({ id }) => !unkept.has(id)), ...here].sort(
    (a, b) => b.createdAt - a.createdAt,
  );
}

/** @throws DataError if there is none of this id */
export async function keptRun(id: string): Promise<KeptRun> {
  const here = unkept.get(id);
  if (here !== undefined) return here;
  const summary = await transact<RunSummary | undefined>("readonly", (store) =>
    store(summaries).get(id),
  );
  const checkpoint = await transact<Uint8Array | undefined>("readonly", (store) =>
    store(checkpoints).get(id),
  );
  if (summary === undefined || checkpoint === undefined) {
    throw new DataError("this run is no longer in the browser's storage");
  }
  return { summary, checkpoint };
}

export async function forgetRun(id: string): Promise<void> {
  const wasHere = unkept.delete(id);
  try {
    await transact("readwrite", (store) => {
      store(summaries).delete(id);
      return store(checkpoints).delete(id);
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
  await transact("readwrite", (store) => {
    const found: IDBRequest<RunSummary | undefined> = store(summaries).get(id);
    found.addEventListener("success", () => {
      if (found.result !== undefined) store(summaries).put(renamed(found.result));
    });
    return found;
  });
}
