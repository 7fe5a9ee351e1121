// A batch in shared memory: its pixels, and three words by which threads share its images among them. And the
// messages about it.
import type { TransformSpec } from "../transforms/transform.ts";
import type { Failure, PictureSource } from "./pictures.ts";

/** Places of the words. */
export const words = {
  /** Images that a thread has taken on. */
  claimed: 0,
  /** Images that are finished, well or not. */
  done: 1,
  /** Images that could not be made; a message says why. */
  failed: 2,
} as const;

/** More than a batch ever has: claims from here on find nothing. */
const closed = 2 ** 30;

/** New words for a batch. Never used again: a worker that is late must find its batch closed, not another one. */
export function newControl(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * Object.keys(words).length));
}

/** Lets no thread take on another image. */
export function close(control: Int32Array): void {
  Atomics.store(control, words.claimed, closed);
}

/** What a worker is given once. */
export interface WorkerStart {
  readonly source: PictureSource;
  readonly transforms: readonly TransformSpec[];
  readonly imageShape: readonly [number, number, number];
  readonly length: number;
  /** Index of the image that each lane is at, or -1: one word a lane. */
  readonly current: Int32Array;
}

/** A batch to be made, told to all workers. */
export interface Task {
  readonly seed: number;
  readonly epoch: number;
  readonly ticket: number;
  readonly control: Int32Array;
  readonly pixels: Uint8Array;
  readonly indices: Int32Array;
  /** How often the epoch took each image before; null if it takes none twice. */
  readonly repeats: Int32Array | null;
  /** Path of each image below the root, where they come from files. */
  readonly files: readonly string[] | null;
}

/** What a worker says: an image that failed, or that the last image of a batch is finished. */
export interface Report {
  readonly ticket: number;
  readonly failure: Failure | null;
}
