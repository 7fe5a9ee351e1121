// The native backend: kernels as C with vectors as wide as the processor's, compiled by the system's compiler, on threads
// of its own.
import type { Graph } from "../../graph/graph.ts";
import type { KernelProgram } from "../../kernel/ir.ts";
import { type Dtype, newTypedArray, type TypedArray } from "../../tensor/dtype.ts";
import { BackendError, checkOptions, nearest, OptionError } from "../../tensor/errors.ts";
import type { Backend, BackendBuffer, Capabilities, Executable, Preparation } from "../backend.ts";
import { TensorStore } from "../tensorStore.ts";
import { builtin } from "./builtin.ts";
import { type EmittedProgram, emitProgram } from "./emitProgram.ts";
import { NativeExecutable } from "./executable.ts";
import { Fallback } from "./fallback.ts";
import { type Isa, type IsaName, isaByName, isaNames } from "./isa.ts";
import { NativeMemory } from "./memory.ts";
import { type NativeRuntime, nativeRuntime, notify } from "./runtime.ts";

export interface NativeBackendOptions {
  /** Threads that compute, the calling one included; all cores unless given. */
  readonly threads?: number;
  /** Instructions to use: "avx512", "avx2", "neon" or "plain"; `$FOVEA_NATIVE_ISA`, or the best that the processor has, unless given. */
  readonly isa?: IsaName | string;
  /** Where results may change in the last bits, compute on wasm while kernels are compiled in the background; default false: wait. */
  readonly background?: boolean;
}

const mostThreads = 256;

/**
 * Makes a backend that runs kernels as native code. Needs a C compiler and the package `koffi`; kernels are compiled
 * when a graph is first computed, and kept on disk.
 *
 * @param options threads (1 to 256), isa, background; results have the same bits with any number of threads, but not with another
 *   instruction set
 * @throws OptionError for an unknown option, an impossible number of threads, or instructions that this processor lacks
 * @throws BackendError if there is no compiler or no koffi, or what is compiled cannot be loaded
 * @example
 * createNativeBackend({ threads: 1 }).capabilities.threads // not run: needs a C compiler
 */
export function createNativeBackend(options: NativeBackendOptions = {}): Backend {
  checkOptions("createNativeBackend", options, ["threads", "isa", "background"]);
  const threads = options.threads ?? builtin("node:os").availableParallelism();
  if (!Number.isInteger(threads) || threads < 1 || threads > mostThreads) {
    throw new OptionError(
      `createNativeBackend: threads must be a whole number from 1 to ${mostThreads}, got ${threads}`,
    );
  }
  const asked = options.isa ?? process.env.FOVEA_NATIVE_ISA ?? "";
  if (asked !== "") checkIsa(asked);
  const runtime = nativeRuntime();
  const supported = runtime.supported();
  if (asked !== "" && !supported.includes(asked as IsaName)) {
    throw new OptionError(`createNativeBackend: this processor does not have ${asked}`, {
      facts: [{ name: "it has", value: supported.join(", ") }],
    });
  }
  const isa = isaByName((asked || supported[0]) as IsaName);
  return new NativeBackend(runtime, isa, threads, options.background ?? false);
}

function checkIsa(name: string): void {
  if (isaNames.includes(name as IsaName)) return;
  const near = nearest(name, isaNames);
  throw new OptionError(`createNativeBackend: there is no instruction set "${name}"`, {
    facts: [{ name: "known", value: isaNames.join(", ") }],
    ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
  });
}

class NativeBackend implements Backend {
  readonly name = "native";
  readonly capabilities: Capabilities;
  readonly #runtime: NativeRuntime;
  readonly #isa: Isa;
  readonly #memory: NativeMemory;
  readonly #tensors: TensorStore;
  /** Address of the threads; 0 for none. */
  readonly #pool: number;
  readonly #inBackground: boolean;
  readonly #fallback: Fallback;
  /** Programs that were printed when they were prepared. */
  readonly #emitted = new WeakMap<KernelProgram, EmittedProgram>();
  #hasComplained = false;

  constructor(runtime: NativeRuntime, isa: Isa, threads: number, inBackground: boolean) {
    this.#runtime = runtime;
    this.#inBackground = inBackground;
    this.#fallback = new Fallback(threads, {
      read: (buffer, into) => this.#read(buffer, into),
      write: (buffer, from) => this.write(buffer, "uint8", from),
    });
    this.#isa = isa;
    this.#memory = new NativeMemory(runtime.call);
    this.#tensors = new TensorStore(this.#memory);
    this.#pool = threads > 1 ? runtime.call.pool(threads - 1) : 0;
    const { lanes, laneChoices, accumulators, fusedMultiplyAdd } = isa;
    const memoryLimit = this.#memory.limit;
    this.capabilities = {
      lanes,
      laneChoices,
      accumulators,
      threads,
      fusedMultiplyAdd,
      memoryLimit,
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
    if (data.byteLength === 0) return;
    const source = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#runtime.call.write(address, source, source.length);
  }

  async read(buffer: BackendBuffer, dtype: Dtype, length: number): Promise<TypedArray> {
    const result = newTypedArray(dtype, length);
    this.#read(buffer, new Uint8Array(result.buffer));
    return result;
  }

  prepare(
    graph: Graph,
    programs: readonly KernelProgram[],
    kernels: (capabilities?: Capabilities) => KernelProgram,
  ): Preparation | null {
    this.#tensors.checkAlive();
    if (!this.#inBackground) return null;
    const sources = programs.flatMap((program) => {
      const emitted = emitProgram(program);
      this.#emitted.set(program, emitted);
      return emitted.sources;
    });
    const made = this.#runtime.prepare(sources, this.#isa.flags);
    if (made === null) return null;
    const ready = made.catch((error) => {
      this.#complain(error);
      throw error;
    });
    return { meanwhile: this.#fallback.compile(graph, kernels), ready };
  }

  compile(graph: Graph, kernels: (capabilities?: Capabilities) => KernelProgram): Executable {
    this.#tensors.checkAlive();
    const program = kernels();
    const emitted = this.#emitted.get(program) ?? emitProgram(program);
    let libraries: ReturnType<NativeRuntime["libraries"]>;
    try {
      libraries = this.#runtime.libraries(emitted.sources, this.#isa.flags);
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      // In the middle of things: this graph is computed by wasm, and the program goes on.
      this.#complain(error);
      return this.#fallback.compile(graph, kernels);
    }
    this.#memory.reserveArena(program.arenaBytes);
    return new NativeExecutable(
      emitted,
      program,
      libraries,
      this.#runtime,
      this.#memory,
      this.#pool,
    );
  }

  memory(): { readonly tensors: number; readonly arena: number; readonly buffers: number } {
    return this.#tensors.usage();
  }

  dispose(): void {
    if (this.#tensors.isDisposed) return;
    this.#tensors.dispose();
    if (this.#pool !== 0) this.#runtime.call.poolFree(this.#pool);
    this.#fallback.dispose();
    this.#memory.dispose();
  }

  /** Says once what is wrong with the compiler. */
  #complain(error: unknown): void {
    if (this.#hasComplained) return;
    this.#hasComplained = true;
    const reason = error instanceof Error ? error.message : String(error);
    notify(`${reason}\nnative: kernels that do not compile run on wasm, more slowly`);
  }

  #read(buffer: BackendBuffer, into: Uint8Array): void {
    const address = this.#tensors.addressFor("read from", buffer, into.length);
    if (into.length > 0) this.#runtime.call.read(into, address, into.length);
  }
}
