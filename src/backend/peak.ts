// What a backend could reach at best on this machine: multiply-adds in registers, and copying a large
// array. Both are kernels of the kernel language, so all processors can be measured.
import { graphOf } from "../graph/graph.ts";
import { KernelBuilder } from "../kernel/builder.ts";
import { dot } from "../kernel/indexing.ts";
import type { Kernel } from "../kernel/ir.ts";
import type { MachinePeak } from "../tensor/engine.ts";
import type { Backend } from "./backend.ts";

const chunks = 64;
const rounds = 20_000;
const copiedFloats = 16 * 2 ** 20;

/** Independent chains of multiply-adds, as many as there are accumulators: each waits for itself alone. */
function multiplyAdds(lanes: number, chains: number): Kernel {
  const k = new KernelBuilder("peak", lanes);
  const output = k.buffer("output");
  const factor = k.let(k.const(0.999, lanes));
  const sums = Array.from({ length: chains }, (_, i) => k.let(k.const(i, lanes)));
  k.for("round", 0, rounds, () => {
    for (const sum of sums) k.set(sum, k.fma(sum, factor, factor));
  });
  const total = sums.reduce((a, b) => k.add(a, b));
  k.store(output, dot([k.chunk], [lanes]), total);
  return k.finish();
}

function copy(lanes: number): Kernel {
  const k = new KernelBuilder("copy", lanes);
  const input = k.buffer("input");
  const output = k.buffer("output");
  const size = copiedFloats / chunks;
  k.for(
    "i",
    0,
    size,
    (i) => {
      const at = dot([k.chunk, i], [size, 1]);
      k.store(output, at, k.load(input, at, lanes));
    },
    { step: lanes },
  );
  return k.finish();
}

/** The best of several runs in milliseconds, after the engine had time to optimise the code; null without kernels. */
async function bestMs(
  backend: Backend,
  kernel: Kernel,
  bytes: readonly number[],
  work: { readonly flops: number; readonly bytes: number },
): Promise<number | null> {
  const buffers = bytes.map((size) => backend.allocate(size));
  const slots = bytes.map((size) => ({ kind: "bound", bytes: size }) as const);
  const launch = { kernel, chunks, slots: bytes.map((_, i) => i), ...work };
  const program = { slots, stages: [{ launches: [launch] }], arenaBytes: 0 };
  let isPlanned = false;
  const executable = backend.compile(graphOf([]), () => {
    isPlanned = true;
    return program;
  });
  if (!isPlanned) return null;
  const last = buffers.at(-1);
  let best = Number.POSITIVE_INFINITY;
  const start = performance.now();
  for (let i = 0; i < 8 || performance.now() - start < 400; i++) {
    const begin = performance.now();
    executable.run(buffers);
    // One element of the output: reading waits for the run.
    if (last !== undefined) await backend.read(last, "float32", 1);
    best = Math.min(best, performance.now() - begin);
  }
  executable.dispose();
  for (const buffer of buffers) backend.free(buffer);
  return best;
}

/**
 * Measures both; null for a backend that interprets ops, and for GPUs: these kernels are made for a few threads, and would
 * not fill one. A copy counts what is read and what is written.
 */
export async function measurePeak(backend: Backend): Promise<MachinePeak | null> {
  if (backend.device !== undefined) return null;
  const { lanes, accumulators } = backend.capabilities;
  // Two registers are left: the factor, and one that the compiler may need.
  const chains = Math.max(1, Math.min(accumulators, 12));
  const flops = chunks * rounds * chains * lanes * 2;
  const bytes = 2 * 4 * copiedFloats;
  const adds = multiplyAdds(lanes, chains);
  const flopMs = await bestMs(backend, adds, [4 * chunks * lanes], { flops, bytes: 0 });
  const large = [4 * copiedFloats, 4 * copiedFloats];
  const copyMs = await bestMs(backend, copy(lanes), large, { flops: 0, bytes });
  if (flopMs === null || copyMs === null) return null;
  return { gflopsPerSecond: flops / flopMs / 1e6, copyGigabytesPerSecond: bytes / copyMs / 1e6 };
}
