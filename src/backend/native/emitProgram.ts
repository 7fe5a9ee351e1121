// Prints the kernels of a program as C files of about the same length, to be compiled side by side. Kernels
// with the same text are printed once. How launches follow each other is not in the files: it is data for the runtime.
import type { KernelProgram, Launch } from "../../kernel/ir.ts";
import { launchesOf, type Schedule, scheduleOf } from "../schedule.ts";
import { shares } from "./compiler.ts";
import { type PrintedKernel, printKernel } from "./emitKernel.ts";
import { preamble } from "./preamble.ts";

export interface EmittedProgram {
  /** C files. Each defines the functions k0, k1, … */
  readonly sources: readonly string[];
  readonly launches: readonly Launch[];
  /** Where the kernel of each launch is. */
  readonly kernels: readonly KernelAddress[];
  readonly schedule: Schedule;
}

export interface KernelAddress {
  readonly source: number;
  readonly symbol: string;
}

/** Characters of kernels in one file, at least: below that, starting the compiler takes longer than compiling. */
const smallestFile = 24_000;
/** Files of one program, at most. */
const mostFiles = 16;

export function emitProgram(program: KernelProgram): EmittedProgram {
  const launches = launchesOf(program);
  const printed = new Map<string, PrintedKernel>();
  const texts = launches.map(({ kernel }) => {
    const one = printKernel(kernel);
    if (!printed.has(one.text)) printed.set(one.text, one);
    return one.text;
  });
  const addresses = new Map<string, KernelAddress>();
  const sources = share([...printed.values()]).map((kernels, source) => {
    kernels.forEach(({ text }, i) => {
      addresses.set(text, { source, symbol: `k${i}` });
    });
    return fileOf(kernels);
  });
  const kernels = texts.map((text) => addresses.get(text) as KernelAddress);
  return { sources, launches, kernels, schedule: scheduleOf(program) };
}

function fileOf(kernels: readonly PrintedKernel[]): string {
  const widths = new Set(kernels.flatMap((kernel) => [...kernel.widths]));
  return preamble([...widths]) + kernels.map(({ text }, i) => `void k${i}${text}`).join("");
}

/** The kernels in files of about the same length. */
function share(kernels: readonly PrintedKernel[]): PrintedKernel[][] {
  const total = kernels.reduce((sum, { text }) => sum + text.length, 0);
  const count = Math.min(mostFiles, Math.max(1, Math.round(total / smallestFile)));
  const parts = kernels.map((kernel) => ({ kernel, length: kernel.text.length }));
  return shares(parts, count).map((file) => file.map(({ kernel }) => kernel));
}
