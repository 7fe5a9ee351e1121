// The door from tensors to the machinery that computes them. Tensors only know this interface;
// `src/engine.ts` puts the real engine behind it.
import type { Dtype, TypedArray } from "./dtype.ts";
import type { Node, Storage } from "./node.ts";
import type { Tensor, Variable } from "./tensor.ts";

export interface Engine {
  /** Stores elements; the array is copied. */
  upload(dtype: Dtype, data: TypedArray): Storage;
  /** The same for elements that are made when they are first needed. */
  uploadLater(dtype: Dtype, bytes: number, make: () => TypedArray): Storage;
  /** Overwrites stored elements (a learning rate, a list of batch indices). */
  overwrite(storage: Storage, dtype: Dtype, data: TypedArray): void;
  /** The same; what was to be made later and is not yet needed is never made. */
  overwriteLater(storage: Storage, dtype: Dtype, make: () => TypedArray): void;
  /** Computes the nodes; afterwards each has its storage. */
  realize(nodes: readonly Node[]): void;
  /** Waits for the elements of a stored node and copies them out. */
  read(node: Node): Promise<TypedArray>;
  /** Adds to `grad` of every leaf below `root` that requires it. */
  backward(root: Tensor, grad: Tensor | undefined): void;
  /** Computes all new values, then makes them the values of their variables, all at once. */
  assign(updates: readonly (readonly [Variable, Tensor])[]): void;
  /** Notes that a variable's new value waits to be computed with the next `assign`. */
  defer(variable: Variable): void;
  /** Compiles the same for many runs: each run reads the variables' present values and updates them in place. */
  capture(
    updates: readonly (readonly [Variable, Tensor])[],
    options?: CaptureOptions,
  ): CapturedStep;
  /**
   * Runs `body` with an engine that plans but neither stores nor computes, and says what memory it would have taken:
   * by tensors made in it, and by temporaries.
   */
  rehearse(body: () => void): { readonly tensors: number; readonly arena: number };
  /** Bytes that the backend can hold at most; Infinity where it has no limit of its own. */
  readonly memoryLimit: number;
}

/** A compiled step. `run()` starts it; reading a variable waits for it. */
export interface CaptureOptions {
  /** Variables that stay as they are: what follows from them alone is computed before the first run only. */
  readonly constants?: Iterable<Variable>;
}

export interface CapturedStep {
  run(): void;
  /** The constants have changed: what follows from them is computed again before the next run. */
  refresh(): void;
  /** One more run, kernel by kernel on this thread; empty on a backend that has no kernels. */
  profile(): readonly KernelTiming[];
  dispose(): void;
}

/** What one kernel of a run took. */
export interface KernelTiming {
  readonly name: string;
  readonly ms: number;
  /** Floating-point operations, a multiply-add counted as two. */
  readonly flops: number;
  /** Bytes of the buffers that it reads and writes. */
  readonly bytes: number;
}

let current: Engine | null = null;
let makeDefault: (() => Engine) | null = null;

export function setEngine(engine: Engine): void {
  current = engine;
}

/** Called on first use if no engine was set by then. */
export function setEngineFactory(factory: () => Engine): void {
  makeDefault = factory;
}

export function engine(): Engine {
  current ??= makeDefault?.() ?? null;
  if (current === null)
    throw new Error('no engine: import from "fovea", not from a file inside it');
  return current;
}
