// Nobody frees anything by hand, and nothing is left behind.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeAll, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { residentOf } from "../../src/data/resident.ts";
import { crossEntropy } from "../../src/ops/index.ts";
import { Adam } from "../../src/optim/index.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { Totals, TrainStep } from "../../src/train/index.ts";
import { barNet, bars } from "./toy.ts";

let collectGarbage: () => void;
beforeAll(() => {
  setFlagsFromString("--expose-gc");
  collectGarbage = runInNewContext("gc");
});

/** Buffers in use once everything unreachable is gone. */
async function liveBuffers(memory: () => { readonly buffers: number }): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return memory().buffers;
}

it("1,000 captured steps leave no buffer behind", async () => {
  const backend = setBackend("wasm");
  const net = barNet();
  const optimizer = new Adam(net.parameters());
  const options = {
    net,
    optimizer,
    loss: crossEntropy,
    data: residentOf(bars(8, 1)),
    classes: 2,
    totals: new Totals(),
  };
  const step = new TrainStep({ ...options, batchSize: 4 });
  const indices = Int32Array.of(0, 3, 5, 6);
  step.run(indices);
  const before = await liveBuffers(() => backend.memory());
  for (let i = 0; i < 1000; i++) step.run(indices);
  expect(await liveBuffers(() => backend.memory())).toBe(before);
});

it("1,000 steps written by hand leave no buffer behind", async () => {
  const backend = setBackend("wasm");
  const net = barNet();
  const optimizer = new Adam(net.parameters());
  const x = Tensor.from(new Float32Array(4 * 64).fill(0.5), { shape: [4, 1, 8, 8] });
  const y = Tensor.from(Int32Array.of(0, 1, 0, 1));
  const step = (): void => {
    optimizer.zeroGrad();
    crossEntropy(net.forward(x), y).backward();
    optimizer.step();
  };
  for (let i = 0; i < 10; i++) step();
  const before = await liveBuffers(() => backend.memory());
  for (let i = 0; i < 1000; i++) {
    step();
    // Finalizers run between turns of the event loop.
    if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await liveBuffers(() => backend.memory())).toBeLessThanOrEqual(before);
});
