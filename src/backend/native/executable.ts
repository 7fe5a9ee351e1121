// A compiled program: its kernels' libraries, and its description in the runtime.
import type { KernelProgram, Slot } from "../../kernel/ir.ts";
import type { ProgramTiming } from "../../tensor/engine.ts";
import { BackendError } from "../../tensor/errors.ts";
import type { BackendBuffer, Executable } from "../backend.ts";
import { Bindings } from "../bindings.ts";
import { timed } from "../schedule.ts";
import type { EmittedProgram } from "./emitProgram.ts";
import type { NativeMemory } from "./memory.ts";
import type { Library, NativeRuntime } from "./runtime.ts";

/** Below this estimate, waking other threads takes longer than doing the work. */
const shareFromMs = 0.06;

export class NativeExecutable implements Executable {
  readonly #runtime: NativeRuntime;
  readonly #memory: NativeMemory;
  readonly #pool: number;
  readonly #emitted: EmittedProgram;
  readonly #libraries: readonly Library[];
  readonly #layout: Pick<KernelProgram, "slots" | "arenaBytes">;
  readonly #bindings: Bindings;
  readonly #program: number;
  #isDisposed = false;

  /** `pool` is the address of the threads, 0 for none. */
  constructor(
    emitted: EmittedProgram,
    { slots, arenaBytes }: KernelProgram,
    libraries: readonly Library[],
    runtime: NativeRuntime,
    memory: NativeMemory,
    pool: number,
  ) {
    this.#runtime = runtime;
    this.#memory = memory;
    this.#pool = estimateMs(emitted) >= shareFromMs ? pool : 0;
    this.#emitted = emitted;
    this.#libraries = libraries;
    this.#layout = { slots, arenaBytes };
    this.#bindings = new Bindings(memory, slots);
    const numbers = Float64Array.from(describe(emitted, slots, libraries, runtime));
    this.#program = runtime.call.program(numbers, numbers.length);
    if (this.#program === 0) throw new BackendError("native: out of memory");
  }

  run(bindings: readonly BackendBuffer[]): void {
    this.#bind(bindings);
    const { address } = this.#memory.arena;
    this.#runtime.call.run(this.#pool, this.#program, address, this.#bindings.addresses);
  }

  profile(bindings: readonly BackendBuffer[]): ProgramTiming {
    this.#bind(bindings);
    const { call } = this.#runtime;
    call.settle(this.#pool);
    call.bind(this.#program, this.#memory.arena.address, this.#bindings.addresses);
    return timed(this.#layout, this.#emitted.launches, (_, i) =>
      call.time(this.#pool, this.#program, i),
    );
  }

  code(): string {
    return this.#emitted.sources.join("\n");
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#runtime.call.settle(this.#pool);
    this.#runtime.call.programFree(this.#program);
    for (const library of this.#libraries) this.#runtime.release(library);
  }

  #bind(bindings: readonly BackendBuffer[]): void {
    if (this.#isDisposed) throw new BackendError("native: this program was disposed of");
    this.#bindings.bind(bindings);
  }
}

/** The program as numbers, in the order in which the runtime reads them. */
function* describe(
  { launches, kernels, schedule }: EmittedProgram,
  slots: readonly Slot[],
  libraries: readonly Library[],
  { call }: NativeRuntime,
): Generator<number> {
  yield* [slots.length, launches.length, schedule.stages.length, schedule.prologue.length];
  let binding = 0;
  for (const slot of slots) yield slot.kind === "arena" ? slot.offset : -1 - binding++;
  for (const [i, launch] of launches.entries()) {
    const { source, symbol } = kernels[i] as { source: number; symbol: string };
    const kernel = call.symbol((libraries[source] as Library).address, symbol);
    if (kernel === 0) throw new BackendError(`native: a library has no function ${symbol}`);
    yield* [kernel, launch.chunks, launch.slots.length, ...launch.slots];
  }
  yield* schedule.prologue;
  for (const { chunks, launches: together, epilogue } of schedule.stages) {
    yield* [chunks, together.length, epilogue.length, ...together, ...epilogue];
  }
}

/** At 60 GFLOP/s and 20 GB/s, which is near enough for a decision. */
function estimateMs({ launches }: EmittedProgram): number {
  return launches.reduce((sum, { flops, bytes }) => sum + flops / 60e6 + bytes / 20e6, 0);
}
