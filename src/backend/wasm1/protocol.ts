// What the calling thread and its workers tell each other, through a few shared integers.

/** Positions in the control array. */
export const field = {
  /** Raised to begin a run (or to stop). */
  sequence: 0,
  command: 1,
  program: 2,
  /** Threads in this run, the caller included. */
  threads: 3,
  /** Workers that have come up. */
  ready: 4,
  length: 16,
} as const;

export const command = { run: 0, stop: 1 } as const;

/** Turns that a worker looks for the next run before it sleeps: some twenty microseconds. */
export const commandSpins = 4000;

export interface WorkerData {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly memory: WebAssembly.Memory;
}

/** A program to instantiate, or, without a module, to forget. */
export interface ProgramMessage {
  readonly id: number;
  readonly module: WebAssembly.Module | null;
  readonly controlAddress: number;
}
