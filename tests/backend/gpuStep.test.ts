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
    // Adam's corrections change with each step, and dropout has a key of two words.
    { name: "Adam, dropout", optimizer: optim.adam({ lr: 1e-3 }), dropout: 0.5, writes: 4 },
  ])(
    "of fit is one submission: $name",
    async ({ optimizer, dropout, writes }) => {
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
            // A copy of what is good may have been made between two steps.
            onBeforeStep: () => void calls.take(),
            onAfterStep: () => void steps.push(calls.take()),
            onStep: () => void reports.push(calls.take()),
          },
        ],
      });
      // The first epoch compiles.
      const settled = steps.slice(set.length / batchSize);
      expect(settled).toEqual(settled.map(() => ({ ...oneSubmission, writeBuffer: writes })));
      // Two sums are read, each by a copy to a buffer that is kept.
      expect(reports.at(-1)).toEqual({ createCommandEncoder: 2, submit: 2, mapAsync: 2 });
      gpu.close();
    },
    300_000,
  );

  it("of a loop written by hand is one submission", async () => {
    const { gpu, calls } = await counted();
    const net = new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 10));
    const optimizer = new optim.SGD(net.parameters(), { lr: 0.01 });
    const x = Tensor.ofData(set.images, [64, 1, 28, 28], "uint8").to("float32").realize();
    const y = Tensor.from(Int32Array.from(set.labels));
    const step = (): Tensor => {
      const loss = nn.functional.crossEntropy(net.forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    };
    for (let i = 0; i < 3; i++) await step().item();
    calls.take();
    const steps: Calls[] = [];
    for (let i = 0; i < 5; i++) {
      step();
      steps.push(calls.take());
    }
    // Each has a loss of its own to leave behind: the table is told where.
    expect(steps).toEqual(steps.map(() => ({ ...oneSubmission, writeBuffer: 1 })));
    gpu.close();
  }, 120_000);

  it("reads losses in the order of the steps, however many are under way", async () => {
    const { gpu, calls } = await counted();
    const count = new Variable(Tensor.zeros([]));
    const next = (): void => count.assign(count.add(1));
    next();
    await count.item();
    calls.take();
    const reads = Array.from({ length: 8 }, () => {
      next();
      return count.item();
    });
    // All are on their way before the first has come back.
    expect(calls.take()).toMatchObject({ submit: 16, mapAsync: 8 });
    expect(await Promise.all(reads)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    // The buffers of the last reads are used again.
    const later = Array.from({ length: 4 }, () => count.item());
    expect(await Promise.all(later)).toEqual([9, 9, 9, 9]);
    expect(calls.take()).not.toHaveProperty("createBuffer");
    gpu.close();
  }, 60_000);

  it("keeps its order while kernels are compiled", async () => {
    const { gpu, calls } = await counted();
    const v = new Variable(Tensor.from([1, 2, 3]));
    v.assign(v.mul(2));
    const elements = Float32Array.of(4, 5, 6);
    v.write(elements);
    // What is written then is what was there when it was asked for.
    elements.fill(0);
    const written = v.data();
    v.assign(v.add(1));
    const grown = Tensor.zeros([2 ** 21]).realize();
    v.assign(v.square());
    // Nothing is there yet to be computed with.
    expect(calls.take()).toMatchObject({ createComputePipelineAsync: 4 });
    expect(await written).toEqual(Float32Array.of(4, 5, 6));
    expect(await v.array()).toEqual([25, 36, 49]);
    expect((await grown.data())[2 ** 21 - 1]).toBe(0);
    // What one text compiled to serves all programs of the device.
    useBackend(createWebgpuBackend(gpu));
    const w = new Variable(Tensor.from([3, 2, 1]));
    calls.take();
    w.assign(w.square());
    expect(await w.array()).toEqual([9, 4, 1]);
    expect(calls.take()).not.toHaveProperty("createShaderModule");
    gpu.close();
  }, 60_000);

  it("tells who comes next that a kernel was refused", async () => {
    const gpu = await openGpu({ software: true });
    const { device } = gpu;
    Object.defineProperty(device, "createComputePipelineAsync", {
      value: async () => {
        throw new Error("too many registers");
      },
    });
    useBackend(createWebgpuBackend(gpu));
    const t = Tensor.from([1, 2]).add(1);
    await expect(t.data()).rejects.toThrow(/refused a kernel\n.*too many registers/);
    expect(() => Tensor.from([1, 2]).mul(3).realize()).toThrow(/refused a kernel/);
    gpu.close();
  });
});
