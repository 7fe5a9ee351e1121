// Runs single kernels in each form in which they can be printed: what the tests of the emitters share.
import type { Backend, BackendBuffer, Executable } from "../../src/backend/backend.ts";
import { createNativeBackend, nativeRuntime } from "../../src/backend/native/index.ts";
import { isaByName } from "../../src/backend/native/isa.ts";
import { createWasmBackend } from "../../src/backend/wasm/index.ts";
import { graphOf } from "../../src/graph/graph.ts";
import type { Kernel, KernelProgram } from "../../src/kernel/ir.ts";
import type { Dtype, TypedArray } from "../../src/tensor/dtype.ts";

/** A form in which a kernel can be printed. */
export interface Form {
  readonly name: string;
  /** Numbers of lanes that it has, 1 for scalars. */
  readonly widths: readonly number[];
  /** Is a · b + c rounded once? */
  readonly fuses: (lanes: number) => boolean;
  readonly create: () => Backend;
}

const relaxed: Form = {
  name: "wasm, relaxed SIMD",
  widths: [1, 4],
  fuses: (lanes) => lanes > 1,
  create: () => createWasmBackend({ threads: 1, relaxedSimd: true }),
};

export const forms: readonly Form[] = [
  relaxed,
  {
    name: "wasm, plain SIMD",
    widths: [1, 4],
    fuses: () => false,
    create: () => createWasmBackend({ threads: 1, relaxedSimd: false }),
  },
  ...nativeForms(),
];

/** The backends that compile kernels. */
export const compilers: readonly {
  readonly name: string;
  create(options?: { readonly threads?: number }): Backend;
}[] = [
  { name: "wasm", create: createWasmBackend },
  ...(forms.length > 2 ? [{ name: "native", create: createNativeBackend }] : []),
];

/** One for each instruction set of this processor; none, with a notice, where nothing can be compiled. */
function nativeForms(): Form[] {
  try {
    return nativeRuntime()
      .supported()
      .map((isa) => {
        const { laneChoices, fusedMultiplyAdd } = isaByName(isa);
        return {
          name: `native, ${isa}`,
          widths: [1, ...laneChoices],
          fuses: () => fusedMultiplyAdd,
          create: () => createNativeBackend({ threads: 1, isa }),
        };
      });
  } catch (error) {
    console.warn(`SKIPPED: ${(error as Error).message}`);
    return [];
  }
}

/** Work that is worth sharing, as programs state it. */
export const large = { flops: 1e9, bytes: 0 };

export function compile(backend: Backend, program: KernelProgram): Executable {
  return backend.compile(graphOf([]), () => program);
}

/** A program of one launch whose buffers are all bound. */
export function programOf(kernel: Kernel, chunks: number, bytes: readonly number[]): KernelProgram {
  return {
    slots: bytes.map((size) => ({ kind: "bound", bytes: size })),
    stages: [{ launches: [{ kernel, chunks, slots: bytes.map((_, i) => i), ...large }] }],
    arenaBytes: 0,
  };
}

export function dtypeOf(array: TypedArray): Dtype {
  if (array instanceof Float32Array) return "float32";
  return array instanceof Int32Array ? "int32" : "uint8";
}

export function upload(backend: Backend, array: TypedArray): BackendBuffer {
  const buffer = backend.allocate(array.byteLength);
  backend.write(buffer, dtypeOf(array), array);
  return buffer;
}

/** A kernel and what its buffers hold at first. */
export interface Work {
  readonly kernel: Kernel;
  readonly arrays: readonly TypedArray[];
  readonly chunks?: number;
}

/** Runs kernels once, each on copies of its arrays, in one program; returns what they hold then. */
export async function runKernels(
  works: readonly Work[],
  form: Form = relaxed,
): Promise<TypedArray[][]> {
  const backend = form.create();
  const all = works.flatMap(({ arrays }) => arrays);
  const buffers = all.map((array) => upload(backend, array));
  let next = 0;
  const launches = works.map(({ kernel, arrays, chunks = 1 }) => ({
    kernel,
    chunks,
    slots: arrays.map(() => next++),
    ...large,
  }));
  const slots = all.map(({ byteLength }) => ({ kind: "bound" as const, bytes: byteLength }));
  compile(backend, { slots, stages: [{ launches }], arenaBytes: 0 }).run(buffers);
  const read = await Promise.all(
    all.map((array, i) => backend.read(buffers[i] as BackendBuffer, dtypeOf(array), array.length)),
  );
  backend.dispose();
  return launches.map((launch) => launch.slots.map((slot) => read[slot] as TypedArray));
}

/** Runs a kernel once on copies of the arrays, and returns what they hold then. */
export async function runKernel(
  kernel: Kernel,
  arrays: readonly TypedArray[],
  { chunks = 1, form = relaxed } = {},
): Promise<TypedArray[]> {
  const [result] = await runKernels([{ kernel, arrays, chunks }], form);
  return result as TypedArray[];
}
