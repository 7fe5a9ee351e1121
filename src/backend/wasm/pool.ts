// The threads that run programs: the calling thread, and workers that join it. Nobody waits for a
// worker to come up or wake up; one that is late takes what is left.

import { BackendError } from "../../tensor/errors.ts";
import {
  controlWords,
  hasFailed,
  mostWorkers,
  takeFailure,
  type WorkerMessage,
  words,
} from "./control.ts";
import type { ProgramExports } from "./emitProgram.ts";
import { controlAddress } from "./memory.ts";
import { maySleep, startThread, type Thread } from "./thread.ts";

/** A program that threads can run together. */
export interface Job {
  readonly id: number;
  readonly module: WebAssembly.Module;
  readonly exports: ProgramExports;
  /** Address of its frame. */
  readonly frame: number;
  /** Chunks that are done in the present run. */
  done(): number;
}

export interface PoolOptions {
  /** Milliseconds without any change after which a run is given up. */
  readonly stallMs?: number;
  /** The script that workers run in Node; the usual one unless given. */
  readonly script?: URL;
}

export class WorkerPool {
  readonly #memory: WebAssembly.Memory;
  readonly #control: Int32Array;
  readonly #size: number;
  readonly #stallMs: number;
  readonly #script: URL | undefined;
  /** May the calling thread sleep until others are done? Else it looks again and again. */
  readonly maySleep = maySleep();
  readonly #jobs = new Map<number, Job>();
  readonly #workers = new Map<number, Thread>();
  #isStarted = false;
  #isBroken = false;
  #lost: unknown = null;

  /** `threads` counts the calling thread. Workers start with the first run. */
  constructor(memory: WebAssembly.Memory, threads: number, options: PoolOptions = {}) {
    this.#memory = memory;
    this.#control = controlWords(memory, controlAddress);
    this.#size = Math.min(threads - 1, mostWorkers);
    this.#stallMs = options.stallMs ?? 60_000;
    this.#script = options.script;
  }

  /** Runs a program to its end, on this thread and on the workers that are awake by then. */
  run(job: Job): void {
    this.#start();
    this.#reportLoss();
    if (!this.#jobs.has(job.id)) {
      this.#jobs.set(job.id, job);
      this.#tell({ job: job.id, module: job.module, frame: job.frame });
    }
    this.#waitUntilIdle();
    const control = this.#control;
    job.exports.begin();
    // 0 means that no run is open, so a ticket is never 0.
    const ticket = (Atomics.load(control, words.ticket) + 1) & 0x7fffffff || 1;
    Atomics.store(control, words.job, job.id);
    Atomics.store(control, words.open, ticket);
    Atomics.store(control, words.ticket, ticket);
    this.#wake();
    try {
      this.#work(job);
    } catch (error) {
      // Buffers must not be touched any more once the caller knows.
      job.exports.abort();
      this.#close();
      throw error;
    }
    Atomics.store(control, words.open, 0);
    if (!hasFailed(control)) return;
    throw new BackendError(`wasm: a worker thread failed: ${this.#close()}`);
  }

  /** Lets no more workers join, waits for those that did; returns what went wrong with one. */
  #close(): string | null {
    Atomics.store(this.#control, words.open, 0);
    this.#waitUntilIdle();
    return takeFailure(this.#control);
  }

  /** Forgets a program; afterwards no thread touches its frame. */
  remove(job: Job): void {
    if (!this.#jobs.delete(job.id)) return;
    this.#waitUntilIdle();
    this.#tell({ job: job.id, module: null });
  }

  dispose(): void {
    this.#isBroken = true;
    const workers = [...this.#workers.values()];
    this.#workers.clear();
    for (const worker of workers) worker.stop();
  }

  #start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    for (let number = 0; number < this.#size; number++) {
      const start = { memory: this.#memory, controlAddress, number };
      const onLoss = (cause: unknown): void => this.#lose(number, cause);
      this.#workers.set(number, startThread(start, onLoss, this.#script));
    }
  }

  #lose(number: number, cause: unknown): void {
    // Nothing to report if it was stopped on purpose, or known already.
    if (!this.#workers.delete(number)) return;
    this.#lost = cause;
    Atomics.store(this.#control, words.active + number, 0);
  }

  #reportLoss(): void {
    if (this.#isBroken) {
      throw new BackendError("wasm: the threads of this backend were stopped", {
        hint: "make a new backend",
      });
    }
    const cause = this.#lost;
    if (cause === null) return;
    this.#lost = null;
    throw new BackendError("wasm: a worker thread died", {
      facts: [
        { name: "cause", value: cause instanceof Error ? cause.message : String(cause) },
        { name: "threads", value: `${this.#workers.size + 1}`, remark: "left" },
      ],
      hint: "runs after this one use the threads that are left",
      cause,
    });
  }

  #tell(message: WorkerMessage): void {
    for (const worker of this.#workers.values()) worker.tell(message);
    Atomics.add(this.#control, words.messages, 1);
    this.#wake();
  }

  #wake(): void {
    if (Atomics.load(this.#control, words.sleepers) > 0) {
      Atomics.notify(this.#control, words.ticket);
    }
  }

  #work(job: Job): void {
    let done = -1;
    let since = 0;
    while (job.exports.work() === 1) {
      if (job.done() !== done) {
        done = job.done();
        since = performance.now();
      } else if (performance.now() - since >= this.#stallMs) this.#giveUp();
    }
  }

  #waitUntilIdle(): void {
    const start = performance.now();
    for (const number of this.#workers.keys()) {
      const word = words.active + number;
      while (Atomics.load(this.#control, word) !== 0) {
        if (this.maySleep) Atomics.wait(this.#control, word, 1, 100);
        if (performance.now() - start >= this.#stallMs) this.#giveUp();
      }
    }
  }

  /** A worker that holds a chunk and does nothing has died or hangs. */
  #giveUp(): never {
    this.dispose();
    throw new BackendError("wasm: a worker thread stopped in the middle of a run", {
      facts: [{ name: "waited", value: `${this.#stallMs} ms`, remark: "without any progress" }],
      hint: "make a new backend, with { threads: 1 } if this happens again",
    });
  }
}
