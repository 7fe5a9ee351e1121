// The worker threads of one data set, as many epochs as there are: they start with the first batch, sleep when there
// is nothing to do, and never keep the process alive by themselves.

import type { Worker } from "node:worker_threads";
import { nodeModule } from "../../tensor/environment.ts";
import { DataError } from "../../tensor/errors.ts";
import { workerFlags } from "../../workerFlags.ts";
import type { EpochRandom } from "../dataset.ts";
import type { EpochPart } from "./parts.ts";
import { errorOf, type Failure, itemName } from "./pictures.ts";
import { close, newControl, type Report, type Task, type WorkerStart, words } from "./task.ts";

/** A batch that the workers are at. */
export interface PendingBatch {
  readonly ticket: number;
  readonly control: Int32Array;
  readonly pixels: Uint8Array;
  readonly indices: Int32Array;
  readonly failures: Failure[];
}

export interface PicturePoolOptions extends Omit<WorkerStart, "current"> {
  readonly workers: number;
  /** Paths below the root by index, where images come from files. */
  readonly files: readonly string[] | null;
  /** The script that workers run. */
  readonly script?: URL | undefined;
}

const ownScript = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js",
  import.meta.url,
);

/**
 * Files that come slowly, from a disk or a network, are waited for together while others are decoded. Pictures in memory
 * are waited for by nobody.
 */
const lanesForFiles = 8;

export class PicturePool {
  readonly #options: PicturePoolOptions;
  readonly #workers = new Map<Worker, Int32Array>();
  readonly #pending = new Map<number, PendingBatch>();
  /** Memory that is not in use, by its size. */
  readonly #free = new Map<number, Uint8Array[]>();
  #tickets = 0;
  #waiting = 0;
  readonly #listeners: (() => void)[] = [];
  #lost: DataError | null = null;
  #isDisposed = false;

  constructor(options: PicturePoolOptions) {
    this.#options = options;
    const threads = nodeModule("node:worker_threads");
    if (threads === null) throw new DataError("there are no worker threads here");
    const { source, transforms, imageShape, length } = options;
    const lanes = source.kind === "files" ? lanesForFiles : 1;
    const flags = workerFlags();
    for (let number = 0; number < options.workers; number++) {
      const current = new Int32Array(new SharedArrayBuffer(4 * lanes)).fill(-1);
      const workerData: WorkerStart = { source, transforms, imageShape, length, current };
      const worker = new threads.Worker(options.script ?? ownScript, {
        workerData,
        ...flags,
        name: `fovea data ${number + 1}`,
      });
      this.#workers.set(worker, current);
      worker.on("message", (report: Report) => this.#note(report));
      worker.on("error", (error) => this.#lose(worker, error.message));
      worker.on("exit", (code) => this.#lose(worker, `it ended with code ${code}`));
      worker.unref();
    }
  }

  /** Can it be used no more? */
  get isOver(): boolean {
    return this.#isDisposed || this.#lost !== null;
  }

  /** Lets the workers begin a batch. */
  begin(
    { indices, repeats }: EpochPart,
    imageBytes: number,
    { seed, epoch }: EpochRandom,
  ): PendingBatch {
    const bytes = indices.length * imageBytes;
    const pixels = this.#free.get(bytes)?.pop() ?? new Uint8Array(new SharedArrayBuffer(bytes));
    const ticket = ++this.#tickets;
    const batch: PendingBatch = { ticket, control: newControl(), pixels, indices, failures: [] };
    this.#pending.set(ticket, batch);
    const names = this.#options.files;
    const files = names && Array.from(indices, (index) => names[index] as string);
    const { control } = batch;
    const task: Task = { ticket, control, pixels, indices, repeats, files, seed, epoch };
    for (const worker of this.#workers.keys()) worker.postMessage(task);
    return batch;
  }

  /**
   * Waits until a batch is made.
   * @throws DataError that names the first image that could not be made, or the images that a worker died on
   */
  async finish(batch: PendingBatch): Promise<void> {
    // While training keeps this thread busy no message arrives: the words in shared memory say it first.
    while (!isFinished(batch)) {
      if (this.#lost !== null) throw this.#lost;
      if (this.#isDisposed) throw new DataError("the workers of this data set were stopped");
      await this.#nextNews();
    }
    this.#pending.delete(batch.ticket);
    const [first] = batch.failures.sort((a, b) => a.position - b.position);
    if (first !== undefined) throw errorOf(first);
  }

  /** Takes a batch's memory back; what is not made of it is not made any more. */
  release({ ticket, control, pixels, indices }: PendingBatch): void {
    this.#pending.delete(ticket);
    close(control);
    // Otherwise a worker may still be writing to it.
    if (Atomics.load(control, words.done) < indices.length) return;
    const free = this.#free.get(pixels.length) ?? [];
    free.push(pixels);
    this.#free.set(pixels.length, free);
  }

  /** Stops the workers. */
  dispose(): void {
    this.#isDisposed = true;
    this.#stop();
  }

  #note({ ticket, failure }: Report): void {
    if (failure !== null) this.#pending.get(ticket)?.failures.push(failure);
    this.#tell();
  }

  #lose(worker: Worker, cause: string): void {
    const current = this.#workers.get(worker);
    // Nothing to report if it was stopped on purpose, or known already.
    if (current === undefined || this.isOver) return;
    const { source, files } = this.#options;
    const names = Array.from(current)
      .filter((index) => index >= 0)
      .map((index) => itemName(source, index, files?.[index]));
    const what = names.length === 0 ? "" : `${names.join(" or ")}: `;
    this.#lost = new DataError(`${what}a worker thread died`, {
      facts: [{ name: "cause", value: cause }],
      hint: "give { workers: 0 } to see where",
    });
    this.#stop();
  }

  #stop(): void {
    const workers = [...this.#workers.keys()];
    this.#workers.clear();
    this.#free.clear();
    for (const worker of workers) worker.terminate().catch(() => {});
    this.#tell();
  }

  /** Wakes those that wait. */
  #tell(): void {
    for (const listener of this.#listeners.splice(0)) listener();
  }

  async #nextNews(): Promise<void> {
    // Only what somebody waits for may keep the process alive.
    if (this.#waiting++ === 0) for (const worker of this.#workers.keys()) worker.ref();
    try {
      await new Promise<void>((resolve) => this.#listeners.push(resolve));
    } finally {
      if (--this.#waiting === 0) for (const worker of this.#workers.keys()) worker.unref();
    }
  }
}

function isFinished({ control, indices, failures }: PendingBatch): boolean {
  return (
    Atomics.load(control, words.done) === indices.length &&
    Atomics.load(control, words.failed) === failures.length
  );
}
