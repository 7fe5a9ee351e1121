// Same seed, same bits: whatever the number of threads.
import { afterAll, describe, expect, it } from "vitest";
import {
  models,
  nativeSupport,
  nn,
  optim,
  setBackend,
  type Tensor,
  train,
} from "../../src/index.ts";
import { syntheticDataset } from "./synthetic.ts";

const set = syntheticDataset(1024);

/** All parameters after 50 steps of LeNet, with `threads` threads. */
async function trained(backend: string, threads: number): Promise<number[][]> {
  setBackend(backend, { threads });
  const net = models.lenet();
  await fillFixed(net);
  const step = new train.TrainStep({
    net,
    optimizer: new optim.SGD(net.parameters(), { lr: 0.5, momentum: 0.9 }),
    loss: nn.functional.crossEntropy,
    data: train.resident(set),
    classes: 10,
    totals: new train.Totals(),
    batchSize: 128,
  });
  for (let i = 0; i < 50; i++) {
    // A pause now and then lets the workers come up: some steps run on fewer threads than others.
    if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    step.run(Int32Array.from({ length: 128 }, (_, k) => (i * 128 + k * 7) % 1024));
  }
  return Promise.all(net.parameters().map(async (p: Tensor) => Array.from(await p.data())));
}

/** The same start for every run. */
async function fillFixed(net: nn.Module): Promise<void> {
  let i = 0;
  for (const parameter of net.parameters()) {
    const values = new Float32Array(parameter.numel).map(() => Math.sin(i++ * 12.9898) * 0.2);
    parameter.write(values);
  }
}

describe("determinism", () => {
  afterAll(() => {
    setBackend("wasm", { threads: 1 });
  });

  const { fault } = nativeSupport();
  if (fault !== null) console.warn(`SKIPPED: ${fault}`);

  it.each(fault === null ? ["wasm", "native"] : ["wasm"])(
    "%s gives the same bits with 1, 2 and 3 threads",
    async (backend) => {
      const one = await trained(backend, 1);
      expect(one.flat().every(Number.isFinite)).toBe(true);
      expect(await trained(backend, 2)).toEqual(one);
      expect(await trained(backend, 3)).toEqual(one);
    },
    60_000,
  );
});
