// Training frees what it makes: 1,000 steps leave no tensor behind and hardly any memory.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import {
  backend,
  models,
  nativeSupport,
  nn,
  optim,
  setBackend,
  Tensor,
  train,
} from "../../src/index.ts";
import { syntheticDataset } from "./synthetic.ts";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

/** Finalizers run some turns of the event loop after a collection. */
async function collect(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const { fault, isas } = nativeSupport();
if (fault !== null) console.warn(`SKIPPED: ${fault}`);

describe("1,000 steps", () => {
  // Native code in small steps: what a step leaves behind does not depend on their size.
  it.each([
    { on: "wasm", batchSize: 256, isa: undefined },
    ...isas.map((isa) => ({ on: `native as ${isa}`, batchSize: 16, isa })),
  ])(
    "captured, on $on: leak no tensor, and less than 20 MB",
    async ({ batchSize, isa }) => {
      if (isa === undefined) setBackend("wasm", { threads: 2 });
      else setBackend("native", { threads: 2, isa });
      const net = models.lenet();
      const step = new train.TrainStep({
        net,
        optimizer: new optim.SGD(net.parameters(), { lr: 0.1 }),
        loss: nn.functional.crossEntropy,
        data: train.resident(syntheticDataset(1024)),
        classes: 10,
        totals: new train.Totals(),
        batchSize,
      });
      const indices = Int32Array.from({ length: batchSize }, (_, i) => (i * 13) % 1024);
      for (let i = 0; i < 50; i++) step.run(indices);
      await collect();
      const before = { buffers: backend().memory().buffers, rss: process.memoryUsage().rss };
      for (let i = 0; i < 1000; i++) step.run(indices);
      await collect();
      expect(backend().memory().buffers).toBe(before.buffers);
      expect(process.memoryUsage().rss - before.rss).toBeLessThan(20e6);
    },
    120_000,
  );

  it("written out as in PyTorch: leak no tensor", async () => {
    setBackend("wasm", { threads: 1 });
    const net = new nn.Sequential(new nn.Flatten(), new nn.Linear(36, 10));
    const optimizer = new optim.Adam(net.parameters(), { lr: 0.01 });
    const step = async (i: number): Promise<void> => {
      const x = Tensor.from(new Float32Array(8 * 36).fill(i / 1000), { shape: [8, 1, 6, 6] });
      const y = Tensor.from(Int32Array.from({ length: 8 }, (_, k) => k));
      const loss = nn.functional.crossEntropy(net.forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      if (i % 10 === 0) await loss.item();
    };
    for (let i = 0; i < 20; i++) await step(i);
    await collect();
    const before = backend().memory().buffers;
    for (let i = 0; i < 1000; i++) await step(i);
    await collect();
    expect(backend().memory().buffers).toBeLessThanOrEqual(before);
  }, 60_000);
});
