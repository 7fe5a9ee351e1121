// The WebGPU backend, which is not offered yet: it computes on a GPU, or on the software adapter that Debian's Chromium
// brings along. Where there is neither, this says so.
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createWebgpuBackend, openGpu } from "../../src/backend/webgpu/index.ts";
import { BackendEngine } from "../../src/engine.ts";
import { corr2d, manualSeed, nn, Tensor } from "../../src/index.ts";
import { setEngine } from "../../src/tensor/engine.ts";

const software = "/usr/lib/chromium/vk_swiftshader_icd.json";
if (process.env.VK_ICD_FILENAMES === undefined && existsSync(software))
  process.env.VK_ICD_FILENAMES = software;

const gpu = await openGpu({ software: true }).catch((error: Error) => {
  console.warn(`SKIPPED, no GPU: ${error.message}`);
  return null;
});

describe.skipIf(gpu === null)("webgpu backend", () => {
  it("computes the textbook's cross-correlation, a convolution's gradients, and a matrix product", async () => {
    if (gpu === null) return;
    setEngine(new BackendEngine(createWebgpuBackend(gpu)));
    const picture = Tensor.arange(9).reshape(3, 3);
    const kernel = Tensor.from([
      [0, 1],
      [2, 3],
    ]);
    expect(await corr2d(picture, kernel).array()).toEqual([
      [19, 25],
      [37, 43],
    ]);
    expect(await kernel.matmul(kernel).array()).toEqual([
      [2, 3],
      [6, 11],
    ]);
    manualSeed(0);
    const layer = new nn.Conv2d(1, 1, 2, { bias: false });
    layer
      .forward(picture.reshape(1, 1, 3, 3))
      .sum()
      .backward();
    // The weight's gradient is the sum over the picture that each tap sees.
    expect(await layer.weight.grad?.array()).toEqual([
      [
        [
          [8, 12],
          [20, 24],
        ],
      ],
    ]);
  }, 60_000);
});
