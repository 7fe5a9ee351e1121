// The losses of LeNet's first steps: the same bits wherever they are computed.
import { compiledStep, syntheticSet } from "../../benchmarks/training.ts";
import { backend, manualSeed, models, setBackend, train } from "../../src/index.ts";

export interface Losses {
  readonly threads: number;
  readonly losses: readonly number[];
}

export async function lossesOf(threads: number): Promise<Losses> {
  setBackend("wasm", { threads, relaxedSimd: true });
  manualSeed(7);
  const totals = new train.Totals();
  const batchSize = 64;
  const set = syntheticSet({ images: 256, size: 28 });
  const step = compiledStep(models.lenet(), set, batchSize, { totals });
  const losses: number[] = [];
  // Enough steps for workers to come up on the way.
  for (let i = 0; i < 30; i++) {
    totals.write(0, 0);
    step.run(Int32Array.from({ length: batchSize }, (_, j) => ((i % 4) * batchSize + j) % 256));
    losses.push((await totals.read()).lossSum);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return { threads: backend().capabilities.threads, losses };
}
