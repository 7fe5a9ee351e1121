// Choosing what computes: by name, by environment, or by what the machine offers.
import type { Backend } from "./backend/backend.ts";
import { createNativeBackend, nativeRuntime } from "./backend/native/index.ts";
import { createReferenceBackend } from "./backend/reference/index.ts";
import { createWasmBackend } from "./backend/wasm/index.ts";
import { type BackendEngine, useBackend } from "./engine.ts";
import { gpuInUse } from "./gpu.ts";
import type { OperandPrecision } from "./kernel/ir.ts";
import { setEngineFactory } from "./tensor/engine.ts";
import { environment } from "./tensor/environment.ts";
import { BackendError, checkOptions, nearest, OptionError } from "./tensor/errors.ts";

/**
 * `auto` takes the first of these that there is: webgpu, if {@link openGpu} opened a GPU, and not an adapter that computes on
 * the processor; native, if there are a C compiler and koffi; wasm.
 */
export type BackendName = "auto" | "webgpu" | "native" | "wasm" | "reference";

export interface BackendOptions {
  /** Threads that compute, this one included (native, wasm); `$FOVEA_THREADS`, or all cores, unless given. Results do not depend on it. */
  readonly threads?: number;
  /** Use relaxed SIMD (fused multiply-add) where the engine has it; `$FOVEA_RELAXED_SIMD`, "on" or "off", or true, unless given. */
  readonly relaxedSimd?: boolean;
  /** Instructions that native code uses: "avx512", "avx2", "neon" or "plain"; `$FOVEA_NATIVE_ISA`, or the best that the processor has unless given. */
  readonly isa?: string;
  /** Compute chains of ops in one kernel (default true); without, each has its own: slower, to find faults. */
  readonly fusion?: boolean;
  /**
   * Compute 3 × 3 convolutions by Winograd's minimal filtering where it pays (default true): two to three times as
   * fast, with up to ten times the rounding error of a direct sum.
   */
  readonly winograd?: boolean;
  /** How matrix products, convolutions and the gradients of both take their factors (webgpu): "float32" (default) or "float16", see {@link MatmulPrecision}. */
  readonly matmulPrecision?: MatmulPrecision;
}

/**
 * How products of matrices take their factors, as in PyTorch's `set_float32_matmul_precision`: what is stored, parameters and
 * gradients among it, is float32 all the same, and so is the sum.
 *
 *     y = Σ_k half(a_k) · half(b_k)        |error| <= (2u + u²) Σ_k |a_k| |b_k|, besides that of the sum in float32
 *
 * "float16" rounds each factor to 11 binary digits, so u = 2⁻¹¹, or 2⁻¹⁰ on a GPU that does not round to the nearest; the product is
 * exact. Factors above 65504 become infinite, those below 6e-8 lose digits or vanish. Gradients are multiplied by 1024 on their way, which shows
 * nowhere: those from 6e-11 to 64 are held. It needs a GPU with the feature shader-f16 ({@link GpuSummary}). Convolutions
 * with fewer than eight channels in a group stay in float32.
 */
export type MatmulPrecision = OperandPrecision;

const precisions: readonly MatmulPrecision[] = ["float32", "float16"];

const names: readonly BackendName[] = ["auto", "webgpu", "native", "wasm", "reference"];

let current: BackendEngine | null = null;

/**
 * Chooses the backend for all tensors made from now on.
 * "webgpu" needs a GPU that {@link openGpu} opened before.
 * "native" needs a C compiler and the package koffi; where it cannot run, a line on the error stream says why and "wasm" is
 * taken. "auto" never opens a GPU by itself, and takes an adapter that computes on the processor only by the name "webgpu". It also lets networks made by `compile` begin on wasm while their kernels are compiled, see {@link compile}.
 * Without a call, the backend is `$FOVEA_BACKEND`, else "wasm"; "webgpu:software" there stands for `openGpu({ software: true })`.
 * In a browser, wasm runs on several threads in pages that are served with the headers `Cross-Origin-Opener-Policy: same-origin`
 * and `Cross-Origin-Embedder-Policy: require-corp`; elsewhere on one, and a line on the console says so.
 *
 * @param name    "auto" (a GPU that is open, else native where it can run, else wasm), "webgpu" (the GPU), "native" (compiled C), "wasm" (SIMD and threads) or "reference" (plain float64 loops, slow)
 * @throws OptionError for a name or option that does not exist
 * @throws BackendError for "webgpu" if no GPU is open, for matmulPrecision "float16" if what computes has none
 * @example setBackend("wasm", { threads: 2 })
 */
export function setBackend(name: BackendName | string, options: BackendOptions = {}): Backend {
  checkOptions("setBackend", options, [
    ...["threads", "relaxedSimd", "isa", "fusion", "winograd", "matmulPrecision"],
  ]);
  checkKnown("backend", name, names);
  const { fusion = true, winograd = true, matmulPrecision = "float32" } = options;
  const threads = options.threads ?? threadsByDefault();
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= 256)) {
    throw new OptionError(
      `setBackend: threads must be a whole number from 1 to 256, got ${threads}`,
    );
  }
  checkKnown("matmulPrecision", matmulPrecision, precisions);
  const chosen = create(name as BackendName, { ...options, ...(threads && { threads }) });
  current = useBackend(chosen, { fusion, winograd });
  return current.backend;
}

function checkKnown(what: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  const near = nearest(value, known);
  throw new OptionError(`setBackend: there is no ${what} "${value}"`, {
    facts: [{ name: "known", value: known.join(", ") }],
    ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
  });
}

function create(
  name: BackendName,
  { threads, relaxedSimd, isa, matmulPrecision }: BackendOptions,
): Backend {
  const background = name === "auto";
  const shared = threads === undefined ? {} : { threads };
  const gpu = gpuInUse();
  if (name === "webgpu" || (name === "auto" && gpu?.isSoftware === false)) {
    if (gpu !== null) return gpu.create(matmulPrecision === undefined ? {} : { matmulPrecision });
    throw new BackendError("webgpu: no GPU is open", {
      hint: 'await openGpu(), then setBackend("webgpu")',
    });
  }
  if (matmulPrecision === "float16") {
    throw new BackendError(`${name}: products in float16 need a GPU`, {
      hint: 'await openGpu(), then setBackend("webgpu", { matmulPrecision: "float16" })',
    });
  }
  if (name === "reference") return createReferenceBackend();
  if (name === "native" || (name === "auto" && isNode())) {
    try {
      return createNativeBackend({ ...shared, background, ...(isa === undefined ? {} : { isa }) });
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      // Nobody asked for it: nothing is missing, and the doctor says why.
      if (name === "native")
        console.error(`${error.message}\nUsing wasm. Run "fovea doctor" for details.`);
    }
  }
  return createWasmBackend(relaxedSimd === undefined ? shared : { ...shared, relaxedSimd });
}

function isNode(): boolean {
  return typeof process !== "undefined" && process.versions?.node !== undefined;
}

/** What the native backend finds on this machine. */
export interface NativeSupport {
  /** Null if it can run; else why it cannot. */
  readonly fault: string | null;
  /** The compiler's command and version, in one line. */
  readonly compiler: string | null;
  /** Instruction sets of this processor that it can use, best first. */
  readonly isas: readonly string[];
  /** Where compiled kernels are kept; null if nowhere. */
  readonly folder: string | null;
}

/**
 * Can native code be made and run here? Looks for koffi and a compiler, and compiles a small library unless that was done before.
 * @example nativeSupport().isas.length >= 0 // true
 */
export function nativeSupport(): NativeSupport {
  try {
    const runtime = nativeRuntime();
    const { command, version } = runtime.compiler;
    const compiler = `${command.join(" ")}: ${version.split("\n")[0]}`;
    return { fault: null, compiler, isas: runtime.supported(), folder: runtime.folder };
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    return { fault: error.message, compiler: null, isas: [], folder: null };
  }
}

/** The backend in use; chosen now if none was yet. @example backend().capabilities.lanes >= 1 // true */
export function backend(): Backend {
  return engineInUse().backend;
}

function engineInUse(): BackendEngine {
  if (current === null) {
    const { FOVEA_BACKEND: name = "" } = environment();
    // Which adapter is opened is the only difference, and that was done before.
    setBackend(name === "webgpu:software" ? "webgpu" : name || "wasm");
  }
  return current as BackendEngine;
}

/** `$FOVEA_THREADS`, if it is set. */
function threadsByDefault(): number | undefined {
  const given = environment().FOVEA_THREADS ?? "";
  return given === "" ? undefined : Number(given);
}

setEngineFactory(engineInUse);
