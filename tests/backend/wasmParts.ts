// The parts of the wasm backend one by one, and programs with which its threads are tried: in Node and in browsers.

import { StoredBuffer } from "../../src/backend/tensorStore.ts";
import { controlWords, words } from "../../src/backend/wasm/control.ts";
import { emitProgram } from "../../src/backend/wasm/emitProgram.ts";
import { WasmExecutable } from "../../src/backend/wasm/executable.ts";
import { controlAddress, WasmMemory } from "../../src/backend/wasm/memory.ts";
import { WorkerPool } from "../../src/backend/wasm/pool.ts";
import { KernelBuilder } from "../../src/kernel/builder.ts";
import type { KernelProgram } from "../../src/kernel/ir.ts";

/** Enough for threads to share the work. */
const cost = { flops: 1e9, bytes: 0 };

/** A backend's parts, to look at and to replace. */
export function parts(threads: number, options: ConstructorParameters<typeof WorkerPool>[2] = {}) {
  const memory = new WasmMemory(true);
  const pool = new WorkerPool(memory.memory, threads, options);
  const control = controlWords(memory.memory, controlAddress);
  const executable = (program: KernelProgram): WasmExecutable => {
    const emitted = emitProgram(program, { simd: true, relaxedSimd: false, threads: true });
    return new WasmExecutable(emitted, program, memory, pool);
  };
  const asleep = async (): Promise<void> => {
    const start = performance.now();
    while (Atomics.load(control, words.sleepers) < threads - 1) {
      if (performance.now() - start > 10_000) throw new Error("the workers did not come up");
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  const buffer = (bytes: number): StoredBuffer => new StoredBuffer(memory, bytes);
  return { memory, pool, control, executable, asleep, buffer };
}

/** Three chunks take some milliseconds each, one for each thread; the fourth reads where there is no memory. */
export function failingProgram(): KernelProgram {
  const k = new KernelBuilder("fail", 1);
  const out = k.buffer("out", "int32");
  k.for("i", 0, 10_000_000, (i) => k.store(out, k.chunk, k.index(i)));
  k.if(k.compare("eq", k.index(k.chunk), k.const(3, 1, "int")), () => {
    const far = k.letIndex("far", k.const(0x2fffffff, 1, "int"));
    k.store(out, 0, k.load(out, far));
  });
  return {
    slots: [{ kind: "bound", bytes: 64 }],
    arenaBytes: 0,
    stages: [{ launches: [{ kernel: k.finish(), chunks: 4, slots: [0], ...cost }] }],
  };
}

/** Eight chunks of some milliseconds each. */
export function slowProgram(): KernelProgram {
  const k = new KernelBuilder("slow", 1);
  const out = k.buffer("out", "int32");
  k.for("i", 0, 5_000_000, (i) => k.store(out, k.chunk, k.index(i)));
  return {
    slots: [{ kind: "bound", bytes: 64 }],
    arenaBytes: 0,
    stages: [{ launches: [{ kernel: k.finish(), chunks: 8, slots: [0], ...cost }] }],
  };
}
