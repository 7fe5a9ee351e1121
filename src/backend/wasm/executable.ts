// A compiled program: its module, its frame in memory, and the launches for profiles.
import type { KernelProgram } from "../../kernel/ir.ts";
import type { ProgramTiming } from "../../tensor/engine.ts";
import { BackendError } from "../../tensor/errors.ts";
import type { Allocation } from "../allocator.ts";
import type { BackendBuffer, Executable } from "../backend.ts";
import { Bindings } from "../bindings.ts";
import { timed } from "../schedule.ts";
import type { EmittedProgram, ProgramExports } from "./emitProgram.ts";
import { arenaOffset, doneOffset } from "./frame.ts";
import type { WasmMemory } from "./memory.ts";
import type { Job, WorkerPool } from "./pool.ts";

/** Below this estimate, waking other threads takes longer than doing the work. */
const shareFromMs = 0.1;

/** Besides what every program has: launch0, launch1, … */
type Exports = ProgramExports & Readonly<Record<string, (chunk: number) => void>>;

let count = 0;

export class WasmExecutable implements Executable {
  readonly #memory: WasmMemory;
  readonly #pool: WorkerPool | null;
  readonly #program: EmittedProgram;
  readonly #layout: Pick<KernelProgram, "slots" | "arenaBytes">;
  readonly #bindings: Bindings;
  #single: WasmExecutable | null = null;
  readonly #exports: Exports;
  readonly #frame: Allocation;
  readonly #job: Job;
  readonly #isWorthSharing: boolean;
  /** What runs, if a run does one stage. */
  #stage = 0;
  #isDisposed = false;

  constructor(
    program: EmittedProgram,
    layout: Pick<KernelProgram, "slots" | "arenaBytes">,
    memory: WasmMemory,
    pool: WorkerPool | null,
  ) {
    this.#program = program;
    this.#layout = layout;
    this.#bindings = new Bindings(memory, layout.slots);
    this.#memory = memory;
    this.#pool = pool;
    const module = new WebAssembly.Module(program.bytes);
    this.#frame = memory.allocate(program.frame.bytes);
    const { address } = this.#frame;
    memory.bytes.fill(0, address, address + program.frame.bytes);
    const mayWait = pool?.maySleep === false ? 0 : 1;
    const imports = { fovea: { memory: memory.memory, frame: address, mayWait } };
    const instance = new WebAssembly.Instance(module, imports);
    this.#exports = instance.exports as unknown as Exports;
    const { begin, work, abort, runAlone } = this.#exports;
    this.#job = {
      id: ++count,
      module,
      exports: { begin: () => begin(this.#stage), work, abort, runAlone },
      frame: address,
      done: () => this.#done(),
    };
    this.#isWorthSharing = program.schedule.stages.length > 0 && estimateMs(program) >= shareFromMs;
  }

  run(bindings: readonly BackendBuffer[]): void {
    this.#bind(bindings);
    try {
      if (this.#pool !== null && this.#isWorthSharing) this.#pool.run(this.#job);
      else this.#exports.runAlone();
    } catch (cause) {
      throw asBackendError(cause);
    }
  }

  profile(bindings: readonly BackendBuffer[]): ProgramTiming {
    this.#bind(bindings);
    const shared = this.#pool !== null && this.#isWorthSharing ? this.#singleBound(bindings) : null;
    return timed(this.#layout, this.#program.launches, ({ chunks }, i) => {
      const launch = this.#exports[`launch${i}`] as (chunk: number) => void;
      const start = performance.now();
      if (shared !== null && chunks > 1) shared.#runStage(i);
      else for (let chunk = 0; chunk < chunks; chunk++) launch(chunk);
      return performance.now() - start;
    });
  }

  code(): Promise<string> {
    return this.#program.code();
  }

  /** The program with a stage for each launch, on these buffers. */
  #singleBound(bindings: readonly BackendBuffer[]): WasmExecutable {
    this.#single ??= new WasmExecutable(
      this.#program.single(),
      this.#layout,
      this.#memory,
      this.#pool,
    );
    this.#single.#bind(bindings);
    return this.#single;
  }

  /** One stage of a program in which a run does one. */
  #runStage(stage: number): void {
    this.#stage = stage;
    this.#pool?.run(this.#job);
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#single?.dispose();
    this.#pool?.remove(this.#job);
    this.#memory.free(this.#frame);
  }

  #done(): number {
    const { frame, schedule } = this.#program;
    const words = new Int32Array(this.#memory.memory.buffer, this.#frame.address, frame.bytes / 4);
    return schedule.stages.reduce(
      (sum, _, stage) => sum + Atomics.load(words, doneOffset(frame, stage) / 4),
      0,
    );
  }

  /** Writes where everything is into the frame. */
  #bind(bindings: readonly BackendBuffer[]): void {
    if (this.#isDisposed) throw new BackendError("wasm: this program was disposed of");
    this.#bindings.bind(bindings);
    const { memory, arena } = this.#memory;
    const start = this.#frame.address + arenaOffset;
    const table = new Uint32Array(memory.buffer, start, bindings.length + 1);
    table[0] = arena.address;
    table.set(this.#bindings.addresses, 1);
  }
}

/** At 20 GFLOP/s and 10 GB/s, which is near enough for a decision. */
function estimateMs({ launches }: EmittedProgram): number {
  return launches.reduce((sum, { flops, bytes }) => sum + flops / 20e6 + bytes / 10e6, 0);
}

function asBackendError(cause: unknown): unknown {
  if (!(cause instanceof WebAssembly.RuntimeError)) return cause;
  return new BackendError(`wasm: a kernel failed: ${cause.message}`, { cause });
}
