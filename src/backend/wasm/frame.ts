// The memory that a program needs for itself: addresses of its buffers, and the counters by which
// threads share out its chunks. All offsets are in bytes from the start of the frame.

/** One cache line: counters of different stages do not disturb each other. */
const line = 64;

/** Which parallel stage is open; a number past the last when all are done. */
export const progressOffset = 0;
/** Threads that sleep until `progress` changes. */
export const sleepersOffset = 4;
/** Value of `progress` that sends all threads home after a failure. */
export const aborted = 0x7fffffff;
/** Address of the arena; the addresses of the bound slots follow it. */
export const arenaOffset = line;

/** Where things lie in a frame. */
export interface Frame {
  readonly bytes: number;
  /** First of the stages' counters, a line each: chunks claimed, then (4 bytes on) chunks done. */
  readonly countersOffset: number;
}

export function frameOf(boundSlots: number, stages: number): Frame {
  const slotBytes = Math.ceil((4 * (boundSlots + 1)) / line) * line;
  const countersOffset = arenaOffset + slotBytes;
  return { countersOffset, bytes: countersOffset + stages * line };
}

export function claimedOffset(frame: Frame, stage: number): number {
  return frame.countersOffset + stage * line;
}

export function doneOffset(frame: Frame, stage: number): number {
  return claimedOffset(frame, stage) + 4;
}
