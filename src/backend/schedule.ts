// The order in which a program's launches run, in the form in which threads share them.
import type { KernelProgram, Launch } from "../kernel/ir.ts";

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
