// The losses of LeNet's first steps: the same bits wherever they are computed.
import { compiledStep, syntheticSet } from "../../benchmarks/training.ts";
import { backend, manualSeed, models, openGpu, setBackend, train } from "../../src/index.ts";

export interface Losses {
  readonly threads: number;
  readonly losses: readonly number[];
}

/** On that many threads of wasm. */
export function lossesOf(threads: number): Promise<Losses> {
  setBackend("wasm", { threads, relaxedSimd: true });
  return losses(30);
}

/** On the GPU, or on an adapter that computes on the processor. */
export async function gpuLosses(): Promise<Losses> {
  await openGpu({ software: true });
  setBackend("webgpu");
  return losses(6);
}

async function losses(steps: number): Promise<Losses> {
  manualSeed(7);
  const totals = new train.Totals();
  const batchSize = 64;
  const set = syntheticSet({ images: 256, size: 28 });
  const step = compiledStep(models.lenet(), set, batchSize, { totals });
  const found: number[] = [];
  // Enough steps for workers to come up on the way.
  for (let i = 0; i < steps; i++) {
    totals.write(0, 0);
    step.run(Int32Array.from({ length: batchSize }, (_, j) => ((i % 4) * batchSize + j) % 256));
    found.push((await totals.read()).lossSum);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return { threads: backend().capabilities.threads, losses: found };
}
