// The wasm backend: plans printed as WebAssembly modules with SIMD, run by several threads.
import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";
import type { Graph } from "../../graph/graph.ts";
import type { KernelProgram } from "../../kernel/ir.ts";
import { bytesPerElement, type Dtype, newTypedArray, type TypedArray } from "../../tensor/dtype.ts";
import { BackendError } from "../../tensor/errors.ts";
import type { Backend, Executable, KernelTiming } from "../backend.ts";
import { barrierGeneration, controlBytes, emitProgram, slotTableAt } from "./emitProgram.ts";
import { detectFeatures, type WasmFeatures } from "./features.ts";
import { type Block, WasmMemory } from "./memory.ts";
import { WorkerPool } from "./pool.ts";

export interface WasmOptions {
  /** Threads that compute, the calling one included; all cores unless given. */
  readonly threads?: number;
  /** Use relaxed SIMD (fused multiply-add) where the engine has it. */
  readonly relaxedSimd?: boolean;
}

/** Features of this engine. Node 20 has relaxed SIMD behind a flag that can still be set now. */
export function wasmFeatures(): WasmFeatures {
  const features = detectFeatures();
  if (features.relaxedSimd || !process.versions.node.startsWith("20.")) return features;
  setFlagsFromString("--experimental-wasm-relaxed-simd");
  return detectFeatures();
}

export function createWasmBackend(options: WasmOptions = {}): Backend {
  const features = wasmFeatures();
  if (!features.simd) {
    throw new BackendError("this WebAssembly engine has no SIMD", { hint: "use Node 20 or newer" });
  }
  return new WasmBackend(options, features);
}

class WasmBackend implements Backend {
  readonly name = "wasm";
  readonly capabilities;
  readonly #relaxed: boolean;
  readonly #memory: WasmMemory;
  readonly #pool: WorkerPool | null;
  #arena: Block | null = null;
  #programs = 0;
  #buffers = 0;

  constructor({ threads = availableParallelism(), relaxedSimd = true }: WasmOptions, features: WasmFeatures) {
    this.#relaxed = relaxedSimd && features.relaxedSimd;
    const shared = threads > 1 && features.threads;
    this.#memory = new WasmMemory(shared);
    this.#pool = shared ? new WorkerPool(threads, this.#memory.memory) : null;
    // V8 has 15 vector registers to give: accumulators, operands that are held, one that streams,
    // and a product where multiply and add are two instructions.
    this.capabilities = { lanes: 4, accumulators: this.#relaxed ? 12 : 8, threads: shared ? threads : 1, fusedMultiplyAdd: this.#relaxed };
  }

  allocate(bytes: number): Block {
    this.#buffers++;
    return this.#memory.allocate(bytes);
  }

  free(buffer: Block): void {
    this.#buffers--;
    this.#memory.free(buffer);
  }

  write({ address }: Block, _: Dtype, data: TypedArray): void {
    this.#memory.bytes().set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), address);
  }

  async read({ address }: Block, dtype: Dtype, length: number): Promise<TypedArray> {
    const result = newTypedArray(dtype, length);
    new Uint8Array(result.buffer).set(this.#memory.bytes().subarray(address, address + length * bytesPerElement(dtype)));
    return result;
  }

  compile(_: Graph, kernels: () => KernelProgram): Executable {
    const program = kernels();
    this.#reserveArena(program.arenaBytes);
    const control = this.#memory.allocate(controlBytes(program));
    this.#memory.bytes().fill(0, control.address, control.address + controlBytes(program));
    const shared = this.#pool !== null;
    const bytes = emitProgram(program, { relaxed: this.#relaxed, shared, control: control.address });
    const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.#memory.memory } });
    const id = this.#programs++;
    this.#pool?.post({ id, module, controlAddress: control.address });
    return {
      run: (bindings) => {
        this.#prepare(program, control.address, bindings as readonly Block[]);
        this.#run(id, exports.run as (thread: number, threads: number) => void);
      },
      profile: (bindings) => {
        this.#prepare(program, control.address, bindings as readonly Block[]);
        return profile(program, exports as Record<string, () => void>);
      },
      dispose: () => {
        this.#pool?.post({ id, module: null, controlAddress: 0 });
        this.#memory.free(control);
      },
    };
  }

  memory(): { tensors: number; arena: number; buffers: number } {
    const arena = this.#arena?.bytes ?? 0;
    return { tensors: this.#memory.bytesUsed - arena, arena, buffers: this.#buffers };
  }

  dispose(): void {
    this.#pool?.dispose();
  }

  /** One area for temporaries serves all programs, since they do not run at the same time. */
  #reserveArena(bytes: number): void {
    if (bytes <= (this.#arena?.bytes ?? 0)) return;
    if (this.#arena !== null) this.#memory.free(this.#arena);
    this.#arena = null;
    this.#arena = this.#memory.allocate(bytes);
  }

  /** Writes the slots' addresses, and sets the counters to zero. */
  #prepare(program: KernelProgram, control: number, bindings: readonly Block[]): void {
    const words = new Int32Array(this.#memory.memory.buffer, control, controlBytes(program) >> 2);
    const table = slotTableAt(program) >> 2;
    words.fill(0, (barrierGeneration >> 2) + 1, table);
    let bound = 0;
    const arena = this.#arena?.address ?? 0;
    program.slots.forEach((slot, i) => {
      words[table + i] = slot.kind === "bound" ? (bindings[bound++] as Block).address : arena + slot.offset;
    });
  }

  #run(id: number, run: (thread: number, threads: number) => void): void {
    const threads = this.#pool?.begin(id) ?? 1;
    try {
      run(0, threads);
    } catch (cause) {
      throw new BackendError("a kernel failed", { facts: [{ name: "threads", value: String(threads) }], cause });
    }
  }
}

/** Times each launch by itself, on this thread. */
function profile(program: KernelProgram, exports: Record<string, () => void>): KernelTiming[] {
  const timings: KernelTiming[] = [];
  let index = 0;
  for (const { launches } of program.stages) {
    for (const { kernel, flops, bytes } of launches) {
      const begin = performance.now();
      (exports[`launch${index++}`] as () => void)();
      timings.push({ name: kernel.name, ms: performance.now() - begin, flops, bytes });
    }
  }
  return timings;
}

