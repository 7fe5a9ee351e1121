// Looking inside: DEBUG=1 tells of each compiled plan, 2 of its kernels, 3 shows them in the kernel language, 4 shows
// the generated code. All of it goes to the error stream, so that output stays what it is.
import type { Executable } from "./backend/backend.ts";
import type { Graph } from "./graph/graph.ts";
import type { KernelProgram } from "./kernel/ir.ts";
import { environment } from "./tensor/environment.ts";
import { OptionError } from "./tensor/errors.ts";

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
  const given = (globalThis as { FOVEA_DEBUG?: unknown }).FOVEA_DEBUG ?? environment().DEBUG ?? "";
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

/** The text of one plan after the other: what turns a plan into text is loaded when the first is to be told. */
let told: Promise<void> = Promise.resolve();

/** Tells of a plan, as much as the level asks for, soon. @internal */
export function tellPlan(plan: CompiledPlan, level = debugLevel()): void {
  if (level === 0) return;
  const number = ++plans;
  const text = import("./planText.ts").then(({ planText }) => planText(plan, level, number));
  told = told.then(async () => console.error(await text)).catch(console.error);
}

/** When all plans so far are told. @internal */
export function allTold(): Promise<void> {
  return told;
}
