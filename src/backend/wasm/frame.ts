// The memory that a program needs for itself: addresses of its buffers, and the counters by which
// threads share out its chunks. All offsets are in bytes from the start of the frame.
import type { KernelProgram, Launch } from "../../kernel/ir.ts";

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

/** Stages in the form in which threads share them. */
export interface Schedule {
  /** Launches, in order, before the first parallel stage: run by the calling thread alone. */
  readonly prologue: readonly number[];
  readonly stages: readonly ParallelStage[];
}

export interface ParallelStage {
  /** Numbers of launches; any thread may run any chunk of any of them. */
  readonly launches: readonly number[];
  readonly chunks: number;
  /** Launches that are not worth sharing: run by the thread that finishes the stage. */
  readonly epilogue: readonly number[];
}

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

/** All launches of a program in order, leaving out those without chunks. */
export function launchesOf(program: KernelProgram): readonly Launch[] {
  return program.stages.flatMap(({ launches }) => launches.filter(({ chunks }) => chunks > 0));
}

/** A stage of a single chunk is joined to the one before it: sharing it would only cost a barrier. */
export function scheduleOf(program: KernelProgram): Schedule {
  const prologue: number[] = [];
  const stages: (ParallelStage & { readonly epilogue: number[] })[] = [];
  let next = 0;
  for (const stage of program.stages) {
    const counts = stage.launches.map(({ chunks }) => chunks).filter((chunks) => chunks > 0);
    const launches = counts.map(() => next++);
    const chunks = counts.reduce((sum, count) => sum + count, 0);
    if (chunks > 1) stages.push({ launches, chunks, epilogue: [] });
    else (stages[stages.length - 1]?.epilogue ?? prologue).push(...launches);
  }
  return { prologue, stages };
}
