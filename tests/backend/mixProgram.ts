// A program of many stages whose chunks read what others wrote: what the tests of threads run.
import { KernelBuilder } from "../../src/kernel/builder.ts";
import { plus, times } from "../../src/kernel/indexing.ts";
import type { Kernel, KernelProgram, Launch } from "../../src/kernel/ir.ts";
import { large } from "./kernels.ts";

const perChunk = 32;
export const chunks = 8;
export const length = perChunk * chunks;

/** y[i] = 0.5 · x[n − 1 − i] + 0.25 · x[i]: each chunk reads what another one wrote. */
function mixKernel(): Kernel {
  const k = new KernelBuilder("mix", 4);
  const [x, y] = [k.buffer("x"), k.buffer("y")];
  k.for("i", times(k.chunk, perChunk), plus(times(k.chunk, perChunk), perChunk), (i) => {
    const mirrored = k.load(x, plus(times(i, -1), length - 1));
    k.store(y, i, k.add(k.mul(mirrored, k.const(0.5)), k.mul(k.load(x, i), k.const(0.25))));
  });
  return k.finish();
}

/** count[chunk]++, and once per launch for single chunks. */
function countKernel(): Kernel {
  const k = new KernelBuilder("count", 1);
  const count = k.buffer("count", "int32");
  k.store(count, k.chunk, k.add(k.load(count, k.chunk), k.const(1, 1, "int")));
  return k.finish();
}

/** Slots: input, output, counts of parallel chunks, counts of single chunks, two temporaries. */
export function mixProgram(stages: number): KernelProgram {
  const mix = mixKernel();
  const count = countKernel();
  const slot = (stage: number): number =>
    stage === 0 ? 0 : stage === stages ? 1 : 4 + (stage % 2);
  const single: Launch = { kernel: count, chunks: 1, slots: [3], ...large };
  return {
    slots: [
      ...[length, length, chunks, 1].map(
        (elements) => ({ kind: "bound", bytes: elements * 4 }) as const,
      ),
      { kind: "arena", offset: 0, bytes: length * 4 },
      { kind: "arena", offset: length * 4, bytes: length * 4 },
    ],
    arenaBytes: length * 8,
    stages: Array.from({ length: stages }, (_, stage) => [
      { launches: [single] },
      {
        launches: [
          { kernel: mix, chunks, slots: [slot(stage), slot(stage + 1)], ...large },
          { kernel: count, chunks, slots: [2], ...large },
          { kernel: count, chunks: 0, slots: [2], ...large },
        ],
      },
      { launches: [single] },
    ]).flat(),
  };
}

export function mixed(x: Float32Array, stages: number): Float32Array {
  let now = x;
  for (let stage = 0; stage < stages; stage++) {
    const before = now;
    now = before.map(
      (value, i) => Math.fround((before[length - 1 - i] as number) * 0.5) + value * 0.25,
    );
  }
  return now;
}
