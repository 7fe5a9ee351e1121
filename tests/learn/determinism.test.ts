// Same seed, same bits: whatever the number of threads.
import { afterAll, describe, expect, it } from "vitest";
import {
  type BackendOptions,
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

/** All parameters after so many steps of LeNet. */
async function trained(
  backend: string,
  steps: number,
  options: BackendOptions,
): Promise<number[][]> {
  setBackend(backend, options);
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
  for (let i = 0; i < steps; i++) {
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

  const { fault, isas } = nativeSupport();
  if (fault !== null) console.warn(`SKIPPED: ${fault}`);

  it("wasm gives the same bits with 1, 2 and 3 threads", async () => {
    const one = await trained("wasm", 50, { threads: 1 });
    expect(one.flat().every(Number.isFinite)).toBe(true);
    expect(await trained("wasm", 50, { threads: 2 })).toEqual(one);
    expect(await trained("wasm", 50, { threads: 3 })).toEqual(one);
  }, 60_000);

  // Not even the instruction sets agree to the bit: they sum in vectors of other widths.
  it.each(isas)(
    "native as %s gives the same bits with 1, 2 and 3 threads",
    async (isa) => {
      const one = await trained("native", 20, { isa, threads: 1 });
      expect(one.flat().every(Number.isFinite)).toBe(true);
      expect(await trained("native", 20, { isa, threads: 2 })).toEqual(one);
      expect(await trained("native", 20, { isa, threads: 3 })).toEqual(one);
    },
    60_000,
  );
});
