// Worker threads that run programs together with the calling thread.
import { Worker } from "node:worker_threads";
import { command, field, type ProgramMessage, type WorkerData } from "./protocol.ts";

export class WorkerPool {
  readonly #control = new Int32Array(new SharedArrayBuffer(field.length * 4));
  readonly #workers: Worker[] = [];
  readonly #size: number;
  readonly #memory: WebAssembly.Memory;

  /** @param threads threads in all, the calling one included */
  constructor(threads: number, memory: WebAssembly.Memory) {
    this.#size = threads - 1;
    this.#memory = memory;
  }

  /** Threads that can take part now. Workers that are still coming up do not hold anybody up. */
  get ready(): number {
    return Atomics.load(this.#control, field.ready) + 1;
  }

  /** Makes a program known to all workers, also to those that start later. */
  post(message: ProgramMessage): void {
    this.#start();
    for (const worker of this.#workers) worker.postMessage(message);
  }

  /** Wakes the workers for a program; the caller then takes part as thread 0. Returns the number of threads. */
  begin(program: number): number {
    const threads = this.ready;
    if (threads === 1) return 1;
    const control = this.#control;
    Atomics.store(control, field.command, command.run);
    Atomics.store(control, field.program, program);
    Atomics.store(control, field.threads, threads);
    Atomics.add(control, field.sequence, 1);
    Atomics.notify(control, field.sequence);
    return threads;
  }

  dispose(): void {
    Atomics.store(this.#control, field.command, command.stop);
    Atomics.add(this.#control, field.sequence, 1);
    Atomics.notify(this.#control, field.sequence);
    for (const worker of this.#workers) void worker.terminate();
    this.#workers.length = 0;
  }

  #start(): void {
    // Unbuilt sources are .ts, the package is .js; the worker is what this file is.
    const url = new URL(`./worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);
    const workerData: WorkerData = { control: this.#control, memory: this.#memory };
    while (this.#workers.length < this.#size) {
      const worker = new Worker(url, { workerData, execArgv: [] });
      worker.unref();
      this.#workers.push(worker);
    }
  }
}
