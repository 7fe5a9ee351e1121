// What a backend is: a narrow interface, and the record of what it is good at. Nothing above asks
// which backend it is on; the planner reads the capabilities.
import type { Graph } from "../graph/graph.ts";
import type { Grain, KernelProgram, Workgroup } from "../kernel/ir.ts";
import type { Dtype, TypedArray } from "../tensor/dtype.ts";
import type { ProgramTiming } from "../tensor/engine.ts";

export interface Capabilities {
  /** Floats in a vector register; 1 means that there are no vectors. */
  readonly lanes: number;
  /** Widths that kernels may use where `lanes` is too many, widest first; `lanes` alone unless given. */
  readonly laneChoices?: readonly number[];
  /** Accumulator registers of a tile that do not spill. */
  readonly accumulators: number;
  /** Elements of a reduction that a kernel may write out one after another, where its compiler bears no long kernels; 16 unless given. */
  readonly unrolled?: number;
  /** Groups of invocations that share memory, where the machine has them: products of matrices are computed in tiles by such groups. */
  readonly workgroup?: Workgroup;
  /** Power of two by which gradients should be multiplied on their way, that products do not lose small ones; 1 unless given. */
  readonly gradientScale?: number;
  /** How finely kernels are divided; `thread` unless given. `element` asks for kernels without vectors: `lanes` is 1. */
  readonly grain?: Grain;
  /** Threads that run kernels, for estimates only: results do not depend on it. */
  readonly threads: number;
  /** Is a·b + c fused? */
  readonly fusedMultiplyAdd: boolean;
  /** Bytes that fit at most into its memory, if it has a limit of its own. */
  readonly memoryLimit?: number;
  /** Bytes of temporaries at most, where they do not count for `memoryLimit`. */
  readonly arenaLimit?: number;
}

/** Memory of a backend that holds the elements of one tensor. */
export interface BackendBuffer {
  readonly bytes: number;
}

/** A compiled graph. `bindings` are the buffers of the graph's leaves, then of its outputs. */
export interface Executable {
  run(bindings: readonly BackendBuffer[]): void;
  /**
   * A run, kernel by kernel: each alone, by as many threads as in `run`, from its start until its last chunk is done. The
   * run has its place among all others when this returns; a backend that computes beside the program tells the times later.
   */
  profile?(bindings: readonly BackendBuffer[]): ProgramTiming | Promise<ProgramTiming>;
  /** The generated code as text, for DEBUG. */
  code?(): string | Promise<string>;
  dispose(): void;
}

/** Kernels that are being made. */
export interface Preparation {
  readonly meanwhile: Executable;
  /** Rejects if they cannot be made: `meanwhile` then stays. */
  readonly ready: Promise<void>;
}

export interface Backend {
  readonly name: string;
  /** What computes, in words, where it is not this program's threads: a GPU. */
  readonly device?: string;
  readonly capabilities: Capabilities;
  allocate(bytes: number): BackendBuffer;
  free(buffer: BackendBuffer): void;
  write(buffer: BackendBuffer, dtype: Dtype, data: TypedArray): void;
  read(buffer: BackendBuffer, dtype: Dtype, length: number): Promise<TypedArray>;
  /** `kernels` plans the graph into kernels, for these capabilities or its own; a backend that interprets ops does not call it. */
  compile(graph: Graph, kernels: (capabilities?: Capabilities) => KernelProgram): Executable;
  /**
   * For a graph whose kernels somebody would have to wait for: makes them in the background, for a `compile` that comes
   * after `ready`, and computes meanwhile by other means. Null if nobody would wait.
   * @param programs what `compile` will be given
   * @param kernels  plans the whole graph for these capabilities
   */
  prepare?(
    graph: Graph,
    programs: readonly KernelProgram[],
    kernels: (capabilities?: Capabilities) => KernelProgram,
  ): Preparation | null;
  /** Resolves when all that was started is computed. Left out where `run` returns only then. */
  idle?(): Promise<void>;
  /** Bytes in use by tensors, and by temporaries. */
  memory(): { readonly tensors: number; readonly arena: number; readonly buffers: number };
  dispose(): void;
}
