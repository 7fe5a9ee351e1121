// A whole plan as one module. `run(thread, threads)` walks the stages; in each, threads claim chunks
// from shared counters until none is left, then wait for each other.
import type { Kernel, KernelProgram, Launch } from "../../kernel/ir.ts";
import { FunctionBody, ModuleBuilder } from "./assembler.ts";
import { emitKernel } from "./emitKernel.ts";

export interface ProgramOptions {
  readonly relaxed: boolean;
  /** Several threads over shared memory. */
  readonly shared: boolean;
  /** Address of the program's control block (`controlBytes` long). */
  readonly control: number;
}

/** Control block: barrier count, barrier generation, abort flag, one counter per launch, one address per slot. */
export const barrierCount = 0;
export const barrierGeneration = 4;
export const abortFlag = 8;
const countersAt = 64;

export function launchCount(program: KernelProgram): number {
  return program.stages.reduce((sum, { launches }) => sum + launches.length, 0);
}

/** Byte offset of the slots' addresses in the control block. */
export function slotTableAt(program: KernelProgram): number {
  return countersAt + launchCount(program) * 4;
}

export function controlBytes(program: KernelProgram): number {
  return slotTableAt(program) + program.slots.length * 4;
}

/** Turns that a waiting thread looks again before it sleeps: some ten microseconds. */
const spins = 4000;

export function emitProgram(program: KernelProgram, options: ProgramOptions): Uint8Array {
  const module = new ModuleBuilder(options.shared);
  const functions = new Map<Kernel, number>();
  const table = options.control + slotTableAt(program);
  for (const { launches } of program.stages) {
    for (const { kernel } of launches) {
      if (!functions.has(kernel)) functions.set(kernel, module.add(emitKernel(kernel, options)));
    }
  }
  const barrier = options.shared ? module.add(emitBarrier(options.control)) : -1;
  const run = new FunctionBody(["i32", "i32"]);
  const chunk = run.local("i32");
  let counter = options.control + countersAt;
  let index = 0;
  for (const { launches } of program.stages) {
    for (const launch of launches) {
      const callee = functions.get(launch.kernel) as number;
      if (options.shared) claimChunks(run, launch, callee, chunk, counter, table);
      else allChunks(run, launch, callee, chunk, table);
      const single = new FunctionBody([]);
      allChunks(single, launch, callee, single.local("i32"), table);
      module.add(single, `launch${index++}`);
      counter += 4;
    }
    if (options.shared) run.get(1).call(barrier);
  }
  module.add(run, "run");
  return module.encode();
}

function callKernel(f: FunctionBody, launch: Launch, callee: number, chunk: number, table: number): void {
  f.get(chunk);
  for (const slot of launch.slots) f.i32(table + slot * 4).memory("i32.load", 0, 2);
  f.call(callee);
}

/** for (chunk = add(counter, 1); chunk < chunks; chunk = add(counter, 1)) kernel(chunk, …) */
function claimChunks(f: FunctionBody, launch: Launch, callee: number, chunk: number, counter: number, table: number): void {
  f.open("block").open("loop");
  f.i32(counter).i32(1).memory("i32.atomic.rmw.add", 0, 2).tee(chunk).i32(launch.chunks).op("i32.ge_s").branch("br_if", 1);
  callKernel(f, launch, callee, chunk, table);
  f.branch("br", 0).op("end").op("end");
}

function allChunks(f: FunctionBody, launch: Launch, callee: number, chunk: number, table: number): void {
  f.i32(0).set(chunk).open("loop");
  callKernel(f, launch, callee, chunk, table);
  f.get(chunk).i32(1).op("i32.add").tee(chunk).i32(launch.chunks).op("i32.lt_s").branch("br_if", 0).op("end");
}

/** Waits until `threads` threads have come: looks for a while, then sleeps. Traps if another thread failed. */
function emitBarrier(control: number): FunctionBody {
  const f = new FunctionBody(["i32"]);
  const generation = f.local("i32");
  const turns = f.local("i32");
  const load = (at: number): FunctionBody => f.i32(control + at).memory("i32.atomic.load", 0, 2);
  const trapIfAborted = (): void => {
    load(abortFlag).open("if").op("unreachable").op("end");
  };
  f.get(0).i32(1).op("i32.eq").open("if").op("return").op("end");
  load(barrierGeneration).set(generation);
  f.i32(control + barrierCount).i32(1).memory("i32.atomic.rmw.add", 0, 2).get(0).i32(1).op("i32.sub").op("i32.eq").open("if");
  f.i32(control + barrierCount).i32(0).memory("i32.atomic.store", 0, 2);
  f.i32(control + barrierGeneration).i32(1).memory("i32.atomic.rmw.add", 0, 2).op("drop");
  f.i32(control + barrierGeneration).i32(-1).memory("memory.atomic.notify", 0, 2).op("drop").op("return").op("end");
  f.i32(spins).set(turns).open("loop");
  load(barrierGeneration).get(generation).op("i32.ne").open("if");
  trapIfAborted();
  f.op("return").op("end");
  f.get(turns).i32(1).op("i32.sub").tee(turns).branch("br_if", 0).op("end");
  f.open("loop");
  f.i32(control + barrierGeneration).get(generation).forever().memory("memory.atomic.wait32", 0, 2).op("drop");
  trapIfAborted();
  load(barrierGeneration).get(generation).op("i32.eq").branch("br_if", 0).op("end");
  return f;
}
