// The words in shared memory by which the threads agree on what to run. Numbers are positions in an
// Int32Array; words that different threads write lie in different cache lines.

export const words = {
  /** Counts the runs; workers sleep on it. */
  ticket: 0,
  /** The ticket of the run that may be joined; 0 if there is none. */
  open: 16,
  /** Number of the program to run. */
  job: 17,
  /** Counts the messages sent to the workers. */
  messages: 32,
  /** Workers that sleep on `ticket`. */
  sleepers: 48,
  /** Length in bytes of the text of a failure; 0 if there was none. */
  failureLength: 64,
  /** The text itself, in UTF-8. */
  failureText: 65,
  /** For each worker: 1 while it takes part in a run. */
  active: 256,
} as const;

export const failureTextBytes = (words.active - words.failureText) * 4;
export const mostWorkers = 255;
export const controlBytes = (words.active + mostWorkers + 1) * 4;

/** What a worker is started with. */
export interface WorkerStart {
  readonly memory: WebAssembly.Memory;
  readonly controlAddress: number;
  /** Its number, from 0. */
  readonly number: number;
}

/** What a worker is told: a new program, or the end of one. */
export type WorkerMessage =
  | { readonly job: number; readonly module: WebAssembly.Module; readonly frame: number }
  | { readonly job: number; readonly module: null };

/** The words of a control block. */
export function controlWords(memory: WebAssembly.Memory, address: number): Int32Array {
  return new Int32Array(memory.buffer, address, controlBytes / 4);
}

/** Leaves the text of a failure for the calling thread; the first one stays. */
export function writeFailure(control: Int32Array, text: string): void {
  if (Atomics.compareExchange(control, words.failureLength, 0, -1) !== 0) return;
  // Not encoded in place: TextEncoder does not write to shared memory.
  const encoded = new TextEncoder().encode(text).subarray(0, failureTextBytes);
  const target = new Uint8Array(control.buffer, control.byteOffset + words.failureText * 4);
  target.set(encoded);
  Atomics.store(control, words.failureLength, encoded.length);
}

/** Has a worker failed? */
export function hasFailed(control: Int32Array): boolean {
  return Atomics.load(control, words.failureLength) !== 0;
}

/** Takes the text of a failure, if there was one, once all workers have left the run. */
export function takeFailure(control: Int32Array): string | null {
  const length = Atomics.load(control, words.failureLength);
  if (length === 0) return null;
  const start = control.byteOffset + words.failureText * 4;
  const text = new TextDecoder().decode(new Uint8Array(control.buffer, start, length).slice());
  Atomics.store(control, words.failureLength, 0);
  return text;
}
