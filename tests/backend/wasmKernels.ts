// Runs single kernels on the wasm backend: what the tests of the emitter share.
import type { Backend, BackendBuffer, Executable } from "../../src/backend/backend.ts";
import { createWasmBackend, type WasmBackendOptions } from "../../src/backend/wasm/index.ts";
import { graphOf } from "../../src/graph/graph.ts";
import type { Kernel, KernelProgram } from "../../src/kernel/ir.ts";
import type { Dtype, TypedArray } from "../../src/tensor/dtype.ts";

/** The forms in which a kernel can be printed. */
export const forms: readonly (readonly [string, WasmBackendOptions])[] = [
  ["relaxed SIMD", { threads: 1 }],
  ["plain SIMD", { threads: 1, relaxedSimd: false }],
];

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

/** Runs a kernel once on copies of the arrays, and returns what they hold then. */
export async function runKernel(
  kernel: Kernel,
  arrays: readonly TypedArray[],
  { chunks = 1, options = { threads: 1 } as WasmBackendOptions } = {},
): Promise<TypedArray[]> {
  const backend = createWasmBackend(options);
  const buffers = arrays.map((array) => upload(backend, array));
  const program = programOf(
    kernel,
    chunks,
    arrays.map(({ byteLength }) => byteLength),
  );
  compile(backend, program).run(buffers);
  const results = arrays.map((array, i) =>
    backend.read(buffers[i] as BackendBuffer, dtypeOf(array), array.length),
  );
  const read = await Promise.all(results);
  backend.dispose();
  return read;
}
