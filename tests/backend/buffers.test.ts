// Backends that compile, as the engine sees them: buffers, profiles, errors, capabilities.
import { describe, expect, test } from "vitest";
import type { BackendBuffer } from "../../src/backend/backend.ts";
import { createWasmBackend } from "../../src/backend/wasm/index.ts";
import { KernelBuilder } from "../../src/kernel/builder.ts";
import { BackendError, OptionError } from "../../src/tensor/errors.ts";
import { compile, compilers, programOf, upload } from "./kernels.ts";

/** x[chunk] = chunk + 1. */
function fillKernel() {
  const k = new KernelBuilder("fill", 1);
  const x = k.buffer("x", "int32");
  k.store(x, k.chunk, k.add(k.index(k.chunk), k.const(1, 1, "int")));
  return k.finish();
}

describe.each(compilers)("$name", ({ name, create }) => {
  describe.each([1, 2])("buffers, %i threads", (threads) => {
    test("hold what was written, of each dtype, also after memory has grown", async () => {
      const backend = create({ threads });
      const arrays = [
        Float32Array.of(1.5, Number.NaN, -0),
        Int32Array.of(-1, 2 ** 31 - 1),
        Uint8Array.of(0, 1, 255),
      ] as const;
      const buffers = arrays.map((array) => upload(backend, array));
      backend.allocate(50 << 20);
      for (const [i, dtype] of (["float32", "int32", "uint8"] as const).entries()) {
        const array = arrays[i] as (typeof arrays)[number];
        expect(await backend.read(buffers[i] as never, dtype, array.length)).toEqual(array);
      }
    });

    test("are written from a view and read as a copy", async () => {
      const backend = create({ threads });
      const buffer = backend.allocate(8);
      backend.write(buffer, "float32", Float32Array.of(0, 1, 2, 3).subarray(2));
      const copy = await backend.read(buffer, "float32", 2);
      backend.write(buffer, "float32", Float32Array.of(8, 9));
      expect([...copy]).toEqual([2, 3]);
    });

    test("are counted while they live", () => {
      const backend = create({ threads });
      const buffers = [100, 0, 4000].map((bytes) => backend.allocate(bytes));
      expect(backend.memory()).toEqual({ tensors: 4100, arena: 0, buffers: 3 });
      for (const buffer of buffers) backend.free(buffer);
      expect(backend.memory()).toEqual({ tensors: 0, arena: 0, buffers: 0 });
    });

    test("are reused: 1,000 steps of allocating and freeing take no more memory", () => {
      const backend = create({ threads });
      const addressOf = (buffer: BackendBuffer): number =>
        (buffer as { block: { address: number } } & BackendBuffer).block.address;
      const highest = addressOf(backend.allocate(1 << 20)) + (8 << 20);
      for (let step = 0; step < 1000; step++) {
        const buffers = [300_000, 12, 700_001, 64].map((bytes) => backend.allocate(bytes));
        for (const buffer of buffers) {
          expect(addressOf(buffer)).toBeLessThan(highest);
          backend.free(buffer);
        }
      }
    });
  });

  test("profile runs the program once more and times each launch", async () => {
    const backend = create({ threads: 2 });
    const buffer = upload(backend, new Int32Array(5));
    const executable = compile(backend, programOf(fillKernel(), 5, [20]));
    const timing = executable.profile?.([buffer]);
    const rest = { ms: expect.any(Number), flops: 1e9, arenaBytes: 0, origin: null };
    expect(timing).toEqual({ kernels: [{ name: "fill", chunks: 5, ...rest }], arenaBytes: 0 });
    expect([...(await backend.read(buffer, "int32", 5))]).toEqual([1, 2, 3, 4, 5]);
  });

  describe("errors", () => {
    const backend = create({ threads: 1 });
    const other = create({ threads: 1 });

    test("a buffer that is too small", async () => {
      const buffer = backend.allocate(8);
      expect(() => backend.write(buffer, "float32", new Float32Array(3))).toThrow(
        `${name}: 12 bytes written to a buffer of 8`,
      );
      await expect(backend.read(buffer, "float32", 3)).rejects.toThrow(
        `${name}: 12 bytes read from a buffer of 8`,
      );
      const executable = compile(backend, programOf(fillKernel(), 5, [20]));
      expect(() => executable.run([buffer])).toThrow(
        `${name}: buffer 0 is not a live buffer of at least 20 bytes`,
      );
      expect(() => executable.run([])).toThrow(`${name}: 0 buffers for 1 slots`);
    });

    test("a buffer that was freed, or belongs elsewhere", () => {
      const buffer = backend.allocate(20);
      backend.free(buffer);
      expect(() => backend.free(buffer)).toThrow(`${name}: this buffer was freed`);
      expect(() => backend.write(buffer, "float32", new Float32Array(1))).toThrow(BackendError);
      const foreign = other.allocate(20);
      expect(() => backend.free(foreign)).toThrow(`${name}: a buffer of another backend`);
      expect(() => backend.write({ bytes: 20 }, "float32", new Float32Array(1))).toThrow(
        `${name}: a buffer of another backend`,
      );
    });

    test("a backend that was disposed of", () => {
      const gone = create({ threads: 2 });
      const buffer = gone.allocate(4);
      gone.dispose();
      expect(() => gone.allocate(4)).toThrow(`${name}: this backend was disposed of`);
      // Tensors may be collected later.
      gone.free(buffer);
    });
  });
});

describe("capabilities of wasm", () => {
  test("follow the options", () => {
    expect(createWasmBackend({ threads: 3 }).capabilities).toEqual({
      lanes: 4,
      accumulators: 12,
      threads: 3,
      fusedMultiplyAdd: true,
      memoryLimit: 2 ** 32,
    });
    expect(createWasmBackend({ threads: 1, relaxedSimd: false }).capabilities).toEqual({
      lanes: 4,
      accumulators: 8,
      threads: 1,
      fusedMultiplyAdd: false,
      memoryLimit: 2 ** 32,
    });
    expect(createWasmBackend({ threads: 1, simd: false }).capabilities).toEqual({
      lanes: 1,
      accumulators: 8,
      threads: 1,
      fusedMultiplyAdd: false,
      memoryLimit: 2 ** 32,
    });
  });

  test("use all cores unless told otherwise", () => {
    expect(createWasmBackend().capabilities.threads).toBeGreaterThanOrEqual(1);
  });
});

test("wasm: options that do not exist or cannot be", () => {
  expect(() => createWasmBackend({ thread: 2 } as never)).toThrowErrorMatchingInlineSnapshot(`
    [OptionError: createWasmBackend: unknown option "thread"
      known    threads, relaxedSimd, simd
      hint     did you mean "threads"?]
  `);
  for (const threads of [0, -1, 1.5, 257, Number.NaN]) {
    expect(() => createWasmBackend({ threads })).toThrow(OptionError);
  }
});
