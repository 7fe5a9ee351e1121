// The order in which a program's launches run, in the form in which threads share them.
import type { KernelProgram, Launch } from "../kernel/ir.ts";
import type { ProgramTiming } from "../tensor/engine.ts";

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

/** The schedule of a profile: each launch a stage of its own. */
export function singleSchedule(launches: readonly Launch[]): Schedule {
  const stages = launches.map(({ chunks }, i) => ({ launches: [i], chunks, epilogue: [] }));
  return { prologue: [], stages };
}

/** Runs the launches of a program one after another; `run` returns the milliseconds of one. */
export function timed(
  { slots, arenaBytes }: Pick<KernelProgram, "slots" | "arenaBytes">,
  launches: readonly Launch[],
  run: (launch: Launch, number: number) => number,
): ProgramTiming {
  const kernels = launches.map((launch, number) => {
    const { kernel, chunks, flops, origin = null } = launch;
    const arena = [...new Set(launch.slots)].reduce((sum, slot) => {
      const touched = slots[slot];
      return sum + (touched?.kind === "arena" ? touched.bytes : 0);
    }, 0);
    const ms = run(launch, number);
    return { name: kernel.name, ms, chunks, flops, arenaBytes: arena, origin };
  });
  return { kernels, arenaBytes };
}
