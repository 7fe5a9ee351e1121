// LeNet learns with its products in float16, on a GPU that has it.
import { afterAll, expect, test } from "vitest";
import { napUntil } from "../../src/backend/webgpu/naps.ts";
import { manualSeed, models, nn, optim, setBackend, Tensor } from "../../src/index.ts";
import { openFloat16 } from "../backend/float16Gpu.ts";
import { syntheticDataset } from "./synthetic.ts";

const gpu = await openFloat16();
const batch = 16;

afterAll(() => {
  setBackend("wasm", { threads: 1 });
});

test.skipIf(gpu === null)(
  "LeNet learns on webgpu with products in float16",
  async () => {
    setBackend("webgpu", { matmulPrecision: "float16" });
    manualSeed(0);
    const net = models.lenet({ activation: "relu", pooling: "max" });
    const optimizer = new optim.SGD(net.parameters(), { lr: 0.2 });
    const { images, labels } = syntheticDataset(batch);
    const pixels = Float32Array.from(images, (pixel) => pixel / 255);
    const x = Tensor.from(pixels, { shape: [batch, 1, 28, 28] });
    const y = Tensor.from(Int32Array.from(labels));
    const losses: number[] = [];
    for (let step = 0; step < 10; step++) {
      const loss = nn.functional.crossEntropy(net.forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      const read = loss.item();
      // The first step waits for the compiler.
      napUntil(read);
      losses.push(await read);
    }
    // Ten classes that look alike to it at first; in float32 it comes to 1.26.
    expect(losses[0]).toBeCloseTo(Math.log(10), 1);
    expect(losses.at(-1)).toBeLessThan(1.5);
  },
  300_000,
);
