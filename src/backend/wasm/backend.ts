// The WASM backend: kernels as SIMD code that V8 compiles, on threads that share one memory.
import type { Graph } from "../../graph/graph.ts";
import type { KernelProgram } from "../../kernel/ir.ts";
import { type Dtype, newTypedArray, type TypedArray } from "../../tensor/dtype.ts";
import { checkOptions, OptionError } from "../../tensor/errors.ts";
import type { Backend, BackendBuffer, Capabilities, Executable } from "../backend.ts";
import { TensorStore } from "../tensorStore.ts";
import { emitProgram } from "./atOnce.ts";
import { WasmExecutable } from "./executable.ts";
import { detectFeatures, relaxedSimdByDefault } from "./features.ts";
import type { WasmFeatures } from "./kernelState.ts";
import { WasmMemory } from "./memory.ts";
import { WorkerPool } from "./pool.ts";
import { availableThreads, canShareMemory } from "./thread.ts";

export interface WasmBackendOptions {
  /** Threads that compute, the calling one included; all cores unless given. */
  readonly threads?: number;
  /** Use fused multiply-add where the engine has it; `$FOVEA_RELAXED_SIMD`, "on" or "off", or true, unless given. */
  readonly relaxedSimd?: boolean;
  /** Use vectors where the engine has them; default true. */
  readonly simd?: boolean;
}

const mostThreads = 256;

/**
 * Makes a backend that runs kernels as WebAssembly.
 * In a browser it uses several threads in pages that are cross-origin isolated, and one elsewhere.
 *
 * @param options threads (1 to 256), relaxedSimd, simd; results have the same bits with any number of
 *   threads, but not with and without fused multiply-add
 * @throws OptionError for an unknown option or an impossible number of threads
 * @throws BackendError if memory cannot be reserved
 * @example
 * createWasmBackend({ threads: 1 }).capabilities.threads // 1
 */
export function createWasmBackend(options: WasmBackendOptions = {}): Backend {
  checkOptions("createWasmBackend", options, ["threads", "relaxedSimd", "simd"]);
  const wanted = options.threads ?? Math.min(availableThreads(), mostThreads);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > mostThreads) {
    throw new OptionError(
      `createWasmBackend: threads must be a whole number from 1 to ${mostThreads}, got ${wanted}`,
    );
  }
  const features = detectFeatures();
  const simd = features.simd && options.simd !== false;
  const wantsRelaxed = options.relaxedSimd ?? relaxedSimdByDefault();
  const relaxedSimd = simd && features.relaxedSimd && wantsRelaxed;
  const threads = canShareMemory() ? wanted : 1;
  if (threads < wanted) noteOneThread();
  return new WasmBackend({ simd, relaxedSimd }, threads);
}

let hasNoted = false;

/** Says once why there is one thread, and how there would be more. */
function noteOneThread(): void {
  if (hasNoted) return;
  hasNoted = true;
  console.info(
    "Fovea computes on one thread, because this page may not share memory with workers. Served with the headers\n" +
      "  Cross-Origin-Opener-Policy: same-origin\n" +
      "  Cross-Origin-Embedder-Policy: require-corp\n" +
      "it uses all cores.",
  );
}

class WasmBackend implements Backend {
  readonly name = "wasm";
  readonly capabilities: Capabilities;
  readonly #features: WasmFeatures;
  readonly #memory: WasmMemory;
  readonly #tensors: TensorStore;
  readonly #pool: WorkerPool | null;

  constructor(features: WasmFeatures, threads: number) {
    this.#features = features;
    this.#memory = new WasmMemory(threads > 1);
    this.#tensors = new TensorStore(this.#memory);
    this.#pool = threads > 1 ? new WorkerPool(this.#memory.memory, threads) : null;
    this.capabilities = {
      lanes: features.simd ? 4 : 1,
      // V8 has 15 vector registers; without fused multiply-add each product takes one more.
      accumulators: features.relaxedSimd ? 12 : 8,
      threads,
      fusedMultiplyAdd: features.relaxedSimd,
      memoryLimit: this.#memory.limit,
    };
  }

  allocate(bytes: number): BackendBuffer {
    return this.#tensors.allocate(bytes);
  }

  free(buffer: BackendBuffer): void {
    this.#tensors.free(buffer);
  }

  write(buffer: BackendBuffer, _dtype: Dtype, data: TypedArray): void {
    const address = this.#tensors.addressFor("written to", buffer, data.byteLength);
    const source = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#memory.bytes.set(source, address);
  }

  async read(buffer: BackendBuffer, dtype: Dtype, length: number): Promise<TypedArray> {
    return this.readNow(buffer, dtype, length);
  }

  /** What `read` promises. */
  readNow(buffer: BackendBuffer, dtype: Dtype, length: number): TypedArray {
    const result = newTypedArray(dtype, length);
    const address = this.#tensors.addressFor("read from", buffer, result.byteLength);
    const source = this.#memory.bytes.subarray(address, address + result.byteLength);
    new Uint8Array(result.buffer).set(source);
    return result;
  }

  compile(_graph: Graph, kernels: () => KernelProgram): Executable {
    this.#tensors.checkAlive();
    const program = kernels();
    this.#memory.reserveArena(program.arenaBytes);
    const features = { ...this.#features, threads: this.#pool !== null };
    const emitted = emitProgram(program, features);
    return new WasmExecutable(emitted, program, this.#memory, this.#pool);
  }

  memory(): { readonly tensors: number; readonly arena: number; readonly buffers: number } {
    return this.#tensors.usage();
  }

  dispose(): void {
    this.#tensors.dispose();
    this.#pool?.dispose();
  }
}
