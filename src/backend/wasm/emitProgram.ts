// Prints a whole program as one WebAssembly module. Every kernel is a function of its own, so that
// V8's optimised code is taken up at the next call and not only at the next run.
//
//   launch0(chunk), launch1(chunk), …   one chunk of one launch, on the addresses in the frame
//   runAlone()                          everything, in order, on the calling thread
//   begin()                             with threads: what precedes the first parallel stage
//   work()                              with threads: takes part until all is done (0) or too much
//                                       time passed without a change (1), at once if it may not sleep
//   abort()                             with threads: makes all threads leave `work`
//
// Threads claim chunks from a counter, stage by stage. Which thread runs a chunk does not change what
// it computes, so results have the same bits with any number of threads. A thread that comes late
// joins the stage that is open; nobody waits for it.
import type { Kernel, KernelProgram, Launch, Slot } from "../../kernel/ir.ts";
import {
  launchesOf,
  type ParallelStage,
  type Schedule,
  scheduleOf,
  singleSchedule,
} from "../schedule.ts";
import { FunctionWriter, type Label } from "./assembler.ts";
import { emitKernel } from "./emitKernel.ts";
import {
  aborted,
  arenaOffset,
  claimedOffset,
  doneOffset,
  type Frame,
  frameOf,
  progressOffset,
  sleepersOffset,
} from "./frame.ts";
import type { WasmFeatures } from "./kernelState.ts";
import { ModuleWriter } from "./module.ts";

/** Loads of `progress` before a thread goes to sleep: about ten microseconds. */
const spins = 10_000;
/** Longest sleep in nanoseconds before `work` returns to look after the other threads. */
const patience = 250_000_000;
/** Operand of notify that wakes all. */
const everyone = -1;

/** A program as a module. */
export interface EmittedProgram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly frame: Frame;
  readonly schedule: Schedule;
  readonly launches: readonly Launch[];
  /** The same with a stage for each launch, of which a run does one: for profiles. */
  single(): EmittedProgram;
  /** The code as text. */
  code(): Promise<string>;
}

/** What the module exports. */
export interface ProgramExports {
  runAlone(): void;
  /** `stage` is the one that runs if a run does a single one. */
  begin(stage?: number): void;
  work(): number;
  abort(): void;
}

/**
 * Prints a program. The module imports the memory and the address of its frame, in which the caller
 * writes the address of the arena and of each bound slot before a run.
 * @param features threads: for several threads; single: each launch is a stage, and a run does the one that `begin` is given
 */
export function emitProgram(
  program: KernelProgram,
  features: WasmFeatures & { readonly threads: boolean; readonly single?: boolean },
): EmittedProgram {
  const launches = launchesOf(program);
  const { single = false } = features;
  const schedule = single ? singleSchedule(launches) : scheduleOf(program);
  const bound = program.slots.filter(({ kind }) => kind === "bound").length;
  const frame = frameOf(bound, schedule.stages.length);
  const module = new ModuleWriter();
  module.importMemory("memory", features.threads);
  module.importGlobal("frame");
  // 0 on the main thread of a page, which may not sleep.
  if (features.threads) module.importGlobal("mayWait");

  const kernels = new Map<Kernel, number>();
  const addresses = addressesOf(program.slots);
  const functions = launches.map((launch, i) => {
    let kernel = kernels.get(launch.kernel);
    if (kernel === undefined) {
      kernel = module.add(emitKernel(launch.kernel, features));
      kernels.set(launch.kernel, kernel);
    }
    const launchFunction = module.add(emitLaunch(launch, kernel, addresses));
    module.export(`launch${i}`, launchFunction);
    return launchFunction;
  });
  const callAll = (f: FunctionWriter, numbers: readonly number[]): void => {
    for (const i of numbers) emitChunks(f, functions[i] as number, (launches[i] as Launch).chunks);
  };

  const alone = new FunctionWriter([]);
  callAll(alone, [...launches.keys()]);
  module.export("runAlone", module.add(alone));

  if (features.threads) {
    const stages = schedule.stages.map((stage, number) => {
      const f = new FunctionWriter([]);
      const next = single ? schedule.stages.length : number + 1;
      emitStage(f, { stage, number, next, frame, launches, functions, callAll });
      return module.add(f);
    });
    const begin = new FunctionWriter(single ? ["i32"] : []);
    const countersBytes = frame.bytes - frame.countersOffset;
    begin.index("global.get", 0).i32(frame.countersOffset).op("i32.add");
    begin.i32(0).i32(countersBytes).memoryFill();
    callAll(begin, schedule.prologue);
    begin.index("global.get", 0);
    if (single) begin.get(0);
    else begin.i32(0);
    begin.atomic("i32.atomic.store", progressOffset);
    module.export("begin", module.add(begin));
    module.export("work", module.add(emitWork(stages), ["i32"]));
    const abort = new FunctionWriter([]);
    emitProgress(abort, aborted);
    module.export("abort", module.add(abort));
  }
  return {
    bytes: module.finish(),
    frame,
    schedule,
    launches,
    single: () => emitProgram(program, { ...features, single: true }),
    code: async () => {
      const { disassembleProgram } = await import("./disassemble.ts");
      return disassembleProgram(program, features);
    },
  };
}

/** Leaves the address of a slot on the stack. */
type EmitAddress = (f: FunctionWriter) => void;

function addressesOf(slots: readonly Slot[]): readonly EmitAddress[] {
  let bound = 0;
  return slots.map((slot) => {
    const entry = slot.kind === "arena" ? arenaOffset : arenaOffset + 4 * ++bound;
    return (f) => {
      f.index("global.get", 0).memory("i32.load", entry);
      if (slot.kind === "arena" && slot.offset > 0) f.i32(slot.offset).op("i32.add");
    };
  });
}

/** launch(chunk): the kernel, on the buffers of this launch. */
function emitLaunch(
  launch: Launch,
  kernel: number,
  addresses: readonly EmitAddress[],
): FunctionWriter {
  const f = new FunctionWriter(["i32"]);
  f.get(0);
  for (const slot of launch.slots) (addresses[slot] as EmitAddress)(f);
  return f.index("call", kernel);
}

/** All chunks of a launch, in order. */
function emitChunks(f: FunctionWriter, launch: number, chunks: number): void {
  if (chunks === 1) {
    f.i32(0).index("call", launch);
    return;
  }
  const chunk = f.newLocal("i32");
  f.i32(0).set(chunk);
  const top = f.open("loop");
  f.get(chunk).index("call", launch);
  f.get(chunk)
    .i32(1)
    .op("i32.add")
    .tee(chunk)
    .i32(chunks)
    .op("i32.lt_u")
    .branch("br_if", top)
    .end();
  f.releaseLocal(chunk);
}

interface StageParts {
  readonly stage: ParallelStage;
  readonly number: number;
  /** The stage that is opened after it. */
  readonly next: number;
  readonly frame: Frame;
  readonly launches: readonly Launch[];
  readonly functions: readonly number[];
  readonly callAll: (f: FunctionWriter, launches: readonly number[]) => void;
}

/** Claims chunks of a stage until there are none. Who finishes the last one opens the next stage. */
function emitStage(f: FunctionWriter, parts: StageParts): void {
  const { stage, number, next, frame, launches, functions, callAll } = parts;
  const chunk = f.newLocal("i32");
  const top = f.open("loop");
  f.index("global.get", 0).i32(1).atomic("i32.atomic.rmw.add", claimedOffset(frame, number));
  f.tee(chunk).i32(stage.chunks).op("i32.ge_u").open("if");
  f.op("return").end();
  const claimed = f.open("block");
  let first = 0;
  for (const i of stage.launches) {
    const { chunks } = launches[i] as Launch;
    const end = first + chunks;
    const isLast = end === stage.chunks;
    if (!isLast) f.get(chunk).i32(end).op("i32.lt_u").open("if");
    f.get(chunk)
      .i32(first)
      .op("i32.sub")
      .index("call", functions[i] as number);
    if (!isLast) f.branch("br", claimed).end();
    first = end;
  }
  f.end();
  f.index("global.get", 0).i32(1).atomic("i32.atomic.rmw.add", doneOffset(frame, number));
  f.i32(stage.chunks - 1)
    .op("i32.ne")
    .branch("br_if", top)
    .end();
  callAll(f, stage.epilogue);
  emitProgress(f, next);
}

/** Sets `progress` and wakes who waits for it. */
function emitProgress(f: FunctionWriter, value: number): void {
  f.index("global.get", 0).i32(value).atomic("i32.atomic.store", progressOffset);
  // A thread counts itself as a sleeper before it compares `progress`, so none is missed.
  f.index("global.get", 0).atomic("i32.atomic.load", sleepersOffset).open("if");
  f.index("global.get", 0).i32(everyone).atomic("memory.atomic.notify", progressOffset).op("drop");
  f.end();
}

/** work(): runs the open stage, waits until another is open, and so on to the end. */
function emitWork(stages: readonly number[]): FunctionWriter {
  const f = new FunctionWriter([]);
  const open = f.newLocal("i32");
  const left = f.newLocal("i32");
  const again = f.open("loop");
  f.index("global.get", 0).atomic("i32.atomic.load", progressOffset).set(open);
  const dispatched = f.open("block");
  const over = f.open("block");
  // br_table leaves as many blocks as the number of the stage says.
  const cases: Label[] = stages.map(() => f.open("block")).reverse();
  f.get(open).branchTable(cases, over);
  for (const stage of stages) f.end().index("call", stage).branch("br", dispatched);
  f.end();
  f.i32(0).op("return").end();
  // Spin first: most stages end within microseconds of each other.
  f.i32(spins).set(left);
  const spin = f.open("loop");
  f.index("global.get", 0).atomic("i32.atomic.load", progressOffset);
  f.get(open).op("i32.ne").branch("br_if", again);
  f.get(left).i32(1).op("i32.sub").tee(left).branch("br_if", spin).end();
  f.index("global.get", 1).op("i32.eqz").open("if");
  f.i32(1).op("return").end();
  f.index("global.get", 0).i32(1).atomic("i32.atomic.rmw.add", sleepersOffset).op("drop");
  f.index("global.get", 0).get(open).i64(patience);
  f.atomic("memory.atomic.wait32", progressOffset).set(left);
  f.index("global.get", 0).i32(-1).atomic("i32.atomic.rmw.add", sleepersOffset).op("drop");
  // 2: the time was up.
  f.get(left).i32(2).op("i32.ne").branch("br_if", again).end();
  f.i32(1);
  return f;
}
