// A compiled program: its module, its frame in memory, and the launches for profiles.
import type { Slot } from "../../kernel/ir.ts";
import type { KernelTiming } from "../../tensor/engine.ts";
import { BackendError } from "../../tensor/errors.ts";
import type { Allocation } from "../allocator.ts";
import type { BackendBuffer, Executable } from "../backend.ts";
import type { EmittedProgram, ProgramExports } from "./emitProgram.ts";
import { arenaOffset, doneOffset } from "./frame.ts";
import type { WasmMemory } from "./memory.ts";
import type { Job, WorkerPool } from "./pool.ts";

/** Elements in the backend's memory. */
export class WasmBuffer implements BackendBuffer {
  readonly memory: WasmMemory;
  readonly block: Allocation;
  readonly bytes: number;

  constructor(memory: WasmMemory, bytes: number) {
    this.memory = memory;
    this.block = memory.allocate(bytes);
    this.bytes = bytes;
  }
}

/** Below this estimate, waking other threads takes longer than doing the work. */
const shareFromMs = 0.03;

/** Besides what every program has: launch0, launch1, … */
type Exports = ProgramExports & Readonly<Record<string, (chunk: number) => void>>;

let count = 0;

export class WasmExecutable implements Executable {
  readonly #memory: WasmMemory;
  readonly #pool: WorkerPool | null;
  readonly #program: EmittedProgram;
  readonly #bound: readonly Slot[];
  readonly #exports: Exports;
  readonly #frame: Allocation;
  readonly #job: Job;
  readonly #isWorthSharing: boolean;
  #isDisposed = false;

  constructor(
    program: EmittedProgram,
    slots: readonly Slot[],
    memory: WasmMemory,
    pool: WorkerPool | null,
  ) {
    this.#program = program;
    this.#bound = slots.filter(({ kind }) => kind === "bound");
    this.#memory = memory;
    this.#pool = pool;
    const module = new WebAssembly.Module(program.bytes);
    this.#frame = memory.allocate(program.frame.bytes);
    const { address } = this.#frame;
    memory.bytes.fill(0, address, address + program.frame.bytes);
    const imports = { fovea: { memory: memory.memory, frame: address } };
    const instance = new WebAssembly.Instance(module, imports);
    this.#exports = instance.exports as unknown as Exports;
    this.#job = {
      id: ++count,
      module,
      exports: this.#exports,
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

  profile(bindings: readonly BackendBuffer[]): readonly KernelTiming[] {
    this.#bind(bindings);
    return this.#program.launches.map(({ kernel, chunks, flops, bytes }, i) => {
      const launch = this.#exports[`launch${i}`] as (chunk: number) => void;
      const start = performance.now();
      for (let chunk = 0; chunk < chunks; chunk++) launch(chunk);
      return { name: kernel.name, ms: performance.now() - start, flops, bytes };
    });
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
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
    if (bindings.length !== this.#bound.length) {
      throw new BackendError(`wasm: ${bindings.length} buffers for ${this.#bound.length} slots`);
    }
    const { memory, arena } = this.#memory;
    const start = this.#frame.address + arenaOffset;
    const table = new Uint32Array(memory.buffer, start, bindings.length + 1);
    table[0] = arena.address;
    bindings.forEach((buffer, i) => {
      const { bytes } = this.#bound[i] as Slot;
      const isOwn = buffer instanceof WasmBuffer && buffer.memory === this.#memory;
      if (!isOwn || !buffer.block.isInUse || buffer.bytes < bytes) {
        throw new BackendError(`wasm: buffer ${i} is not a live buffer of at least ${bytes} bytes`);
      }
      table[i + 1] = buffer.block.address;
    });
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
