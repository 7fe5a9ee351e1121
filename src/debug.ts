// Looking inside: DEBUG=1 tells of each compiled plan, 2 of its kernels, 3 shows them in the kernel language, 4 shows
// the generated code. All of it goes to the error stream, so that output stays what it is.
import type { Executable } from "./backend/backend.ts";
import type { Graph } from "./graph/graph.ts";
import { bytesText } from "./inspect/textTable.ts";
import type { KernelProgram } from "./kernel/ir.ts";
import { printKernel } from "./kernel/print.ts";
import { OptionError } from "./tensor/errors.ts";
import { labelOf } from "./tensor/origin.ts";

const highest = 4;

let chosen: number | null = null;
let plans = 0;

/**
 * How much Fovea tells of its inside, from now on: 0 nothing, 1 a line for each compiled plan, 2 its kernels with what
 * was fused, 3 the kernels in the kernel language, 4 the generated code too. Goes before the environment variable `DEBUG`,
 * and, in browsers, before `globalThis.FOVEA_DEBUG`.
 * @throws OptionError for anything but a whole number from 0 to 4
 * @example setDebug(0)
 */
export function setDebug(level: number): void {
  if (!Number.isInteger(level) || level < 0 || level > highest)
    throw new OptionError(
      `setDebug: the level is a whole number from 0 to ${highest}, not ${level}`,
    );
  chosen = level;
}

/** The level in force. Other programs use DEBUG with words (`DEBUG=express:*`): these mean nothing here. @internal */
export function debugLevel(): number {
  if (chosen !== null) return chosen;
  const environment = typeof process === "undefined" ? undefined : process.env?.DEBUG;
  const given = (globalThis as { FOVEA_DEBUG?: unknown }).FOVEA_DEBUG ?? environment ?? "";
  return /^[0-9]$/.test(String(given)) ? Math.min(Number(given), highest) : 0;
}

export interface CompiledPlan {
  readonly graph: Graph;
  /** Null on a backend that interprets ops. */
  readonly program: KernelProgram | null;
  readonly executable: Executable;
  /** Planning, and making code of it. */
  readonly ms: number;
}

/** Tells of a plan, as much as the level asks for. @internal */
export function tellPlan(plan: CompiledPlan, level = debugLevel()): void {
  if (level > 0) console.error(planText(plan, level, ++plans));
}

/** @internal */
export function planText(
  { graph, program, executable, ms }: CompiledPlan,
  level: number,
  number: number,
): string {
  const ops = `plan ${number}: ${countOf(graph.steps.length, "op")}`;
  if (program === null) return `${ops}, interpreted`;
  const launches = program.stages.flatMap(({ launches }) => launches);
  const parts = [
    `${ops} -> ${countOf(launches.length, "kernel")} in ${countOf(program.stages.length, "stage")}`,
    `${bytesText(program.arenaBytes) || "no bytes"} of temporaries`,
    `compiled in ${ms.toFixed(1)} ms`,
  ];
  const texts = [parts.join(", ")];
  if (level >= 2) texts.push(...kernelLines(program));
  if (level >= 3) {
    const kernels = new Set(launches.map(({ kernel }) => kernel));
    for (const kernel of kernels) texts.push("", printKernel(kernel));
  }
  const code = level >= 4 ? (executable.code?.() ?? "") : "";
  if (code !== "") texts.push("", code);
  return texts.join("\n");
}

/** A line for each launch: stage, part of the step, chunks, what it does, and its traffic. */
function kernelLines({ stages }: KernelProgram): string[] {
  return stages.flatMap(({ launches }, stage) =>
    launches.map(({ kernel, chunks, origin = null }) => {
      const traffic =
        origin === null
          ? ""
          : `  reads ${bytesText(origin.readBytes) || "nothing"}, writes ${bytesText(origin.writtenBytes)}`;
      const at = `${String(stage).padStart(4)}  ${(origin?.phase ?? "").padEnd(8)}`;
      const count = `×${chunks}`.padEnd(5);
      return `${at}  ${count}  ${labelOf(kernel.name, origin)}${traffic}`;
    }),
  );
}

function countOf(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}
