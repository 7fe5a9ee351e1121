// The door from tensors to the machinery that computes them. Tensors only know this interface;
// `src/engine.ts` puts the real engine behind it.
import type { Dtype, TypedArray } from "./dtype.ts";
import type { Node, Storage } from "./node.ts";
import type { KernelOrigin, TemporaryUse } from "./origin.ts";
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
  rehearse(body: () => void): Rehearsal;
  /**
   * From now on `listener` is told what each kernel of each run takes; null ends that. Costs nothing when it has ended. Where
   * something else than the program's threads computes, the times come later.
   */
  listen(listener: ((run: ProgramTiming | Promise<ProgramTiming>) => void) | null): void;
  /** Waits until all that was started is computed; null if it is already. */
  idle(): Promise<void> | null;
  /** What was started waits, in order, for code that is on its way in a page: until all that is done. Null if nothing waits. */
  readonly arriving: Promise<void> | null;
  /** What computes, and what it could reach at best: measured when first asked for. */
  machine(): {
    readonly backend: string;
    readonly threads: number;
    /** The GPU's name, where one computes. */
    readonly device: string | null;
    peak(): Promise<MachinePeak | null>;
  };
  /** Power of two by which gradients are multiplied on their way, that products do not lose small ones; else 1. */
  readonly gradientScale: number;
  /** Bytes that the backend can hold at most; Infinity where it has no limit of its own. */
  readonly memoryLimit: number;
  /** Bytes of temporaries at most, where they do not count for `memoryLimit`; else null. */
  readonly arenaLimit: number | null;
}

/** A compiled step. `run()` starts it; reading a variable waits for it. */
export interface CaptureOptions {
  /** Variables that stay as they are: what follows from them alone is computed before the first run only. */
  readonly constants?: Iterable<Variable>;
  /**
   * Runs may begin before native code is ready, on other code whose last bits differ (default false: wait). For results that
   * nothing is built on.
   */
  readonly mayChange?: boolean;
}

export interface CapturedStep {
  run(): void;
  /** While other code runs than will in the end: resolves when that is there. Null from then on. */
  readonly pending: Promise<void> | null;
  /** The constants have changed: what follows from them is computed again before the next run. */
  refresh(): void;
  dispose(): void;
}

/** What was planned in a rehearsal. */
export interface Rehearsal {
  /** Bytes of tensors made in it. */
  readonly tensors: number;
  /** Bytes of temporaries, of the plan that takes most. */
  readonly arena: number;
  /** What lies among these temporaries. */
  readonly uses: readonly (TemporaryUse & { readonly bytes: number })[];
  /** Kernels of that plan, by stage. */
  readonly stages: readonly (readonly KernelOrigin[])[];
}

/** What a machine reaches at best. */
export interface MachinePeak {
  readonly gflopsPerSecond: number;
  /** Copying a large array: bytes read and bytes written. */
  readonly copyGigabytesPerSecond: number;
}

/** One run of a program, kernel by kernel. */
export interface ProgramTiming {
  /** In the order in which they ran; null on a backend that has no kernels. */
  readonly kernels: readonly KernelTiming[] | null;
  /** Bytes of the program's temporaries. */
  readonly arenaBytes: number;
}

/** What one kernel of a run took. */
export interface KernelTiming {
  readonly name: string;
  readonly ms: number;
  readonly chunks: number;
  /** Floating-point operations, a multiply-add counted as two. */
  readonly flops: number;
  /** Bytes of the temporaries that it touches. */
  readonly arenaBytes: number;
  readonly origin: KernelOrigin | null;
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

/** Its gradientScale; 1 as long as nothing computes. */
export function gradientScale(): number {
  return current?.gradientScale ?? 1;
}

export function engine(): Engine {
  current ??= makeDefault?.() ?? null;
  if (current === null)
    throw new Error('no engine: import from "fovea", not from a file inside it');
  return current;
}
