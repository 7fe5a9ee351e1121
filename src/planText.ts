// The text of a compiled plan, as much of it as DEBUG asks for.
import type { CompiledPlan } from "./debug.ts";
import { bytesText } from "./inspect/textTable.ts";
import type { KernelProgram } from "./kernel/ir.ts";
import { printKernel } from "./kernel/print.ts";
import { labelOf } from "./tensor/originLabel.ts";

/** @param number counts the plans of this process, from 1 */
export async function planText(
  { graph, program, executable, ms }: CompiledPlan,
  level: number,
  number: number,
): Promise<string> {
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
  const code = level >= 4 ? ((await executable.code?.()) ?? "") : "";
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
