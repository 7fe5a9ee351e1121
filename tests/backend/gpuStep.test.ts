// What a training step asks of the GPU, counted: one submission, nothing made, nothing read until somebody asks; and kernels
// that are compiled meanwhile change neither the order nor the values.
import { afterEach, describe, expect, it } from "vitest";
import { createWebgpuBackend, type Gpu, openGpu } from "../../src/backend/webgpu/index.ts";
import { useBackend } from "../../src/engine.ts";
import { models, nn, optim, setBackend, Tensor, train, Variable } from "../../src/index.ts";
import { syntheticDataset } from "../learn/synthetic.ts";
import { gpuBackends } from "./gpu.ts";
import { type Calls, GpuCalls } from "./gpuCalls.ts";

const batchSize = 16;
const set = syntheticDataset(64);

/** Of the float32 numbers of a parameter's step, and the indices of a batch. */
const bytesOfNumber = 4;

async function counted(): Promise<{ readonly gpu: Gpu; readonly calls: GpuCalls }> {
  const gpu = await openGpu({ software: true });
  const calls = new GpuCalls(gpu);
  useBackend(createWebgpuBackend(gpu));
  return { gpu, calls };
}

const oneSubmission: Calls = { createCommandEncoder: 1, submit: 1 };

describe.skipIf(gpuBackends.length === 0)("a training step on webgpu", () => {
  afterEach(() => {
    setBackend("wasm", { threads: 1 });
  });

  it.each([
    // The rate of SGD stays as it is, and is written once.
    { name: "SGD", optimizer: optim.sgd({ lr: 0.1, momentum: 0.9 }), dropout: 0, writes: 1 },
    // Adam's corrections change with each step, and dropout has a key.
    { name: "Adam, dropout", optimizer: optim.adam({ lr: 1e-3 }), dropout: 0.5, writes: 3 },
  ])("of fit is one submission: $name", async ({ optimizer, dropout, writes }) => {
    const { gpu, calls } = await counted();
    const net = new nn.Sequential(models.lenet(), new nn.Dropout(dropout));
    const steps: Calls[] = [];
    const reports: Calls[] = [];
    await train.fit(net, {
      data: set,
      optimizer,
      epochs: 3,
      batchSize,
      callbacks: [
        {
          everySteps: 3,
          onAfterStep: () => void steps.push(calls.take()),
          onStep: () => void reports.push(calls.take()),
          onEpoch: () => void reports.push(calls.take()),
        },
      ],
    });
    // The first two epochs compile, measure and settle; this is how all others are.
    const settled = steps.slice(9);
    expect(settled).toEqual(settled.map(() => ({ ...oneSubmission, writeBuffer: writes })));
    // Two sums are read, each by a copy to a buffer that is kept.
    const reads = { createCommandEncoder: 2, submit: 2, mapAsync: 2 };
    expect(reports.at(-2)).toEqual(reads);
    gpu.close();
  }, 300_000);
});
