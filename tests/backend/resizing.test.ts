// Adaptive pooling and transposed convolution against their definitions, where PyTorch's numbers do not reach.
import { beforeAll, describe, expect, test } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { AdaptiveAvgPool2d, AdaptiveMaxPool2d, ConvTranspose2d } from "../../src/nn/index.ts";
import {
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  type ConvTranspose2dOptions,
  convTranspose2d,
} from "../../src/ops/index.ts";
import { Generator } from "../../src/tensor/random.ts";
import type { Shape } from "../../src/tensor/shape.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { gpuNames } from "./gpu.ts";

const random = new Generator(7);

/** Whole numbers, so that sums are exact in any order. */
function integers(shape: Shape): Tensor {
  const data = Float32Array.from({ length: sizeOf(shape) }, () => random.integer(19) - 9);
  return Tensor.from(data, { shape });
}

describe.each(["reference", "wasm", ...gpuNames])("on %s", (backend) => {
  beforeAll(() => {
    setBackend(backend);
  });

  /** Pixels of each window of an image `[height, width]`. */
  function windowsOf(image: number[][], [outHeight, outWidth]: readonly [number, number]) {
    const [height, width] = [image.length, (image[0] as number[]).length];
    return Array.from({ length: outHeight }, (_, i) =>
      Array.from({ length: outWidth }, (_, j) =>
        image
          .slice(Math.floor((i * height) / outHeight), Math.ceil(((i + 1) * height) / outHeight))
          .flatMap((row) =>
            row.slice(Math.floor((j * width) / outWidth), Math.ceil(((j + 1) * width) / outWidth)),
          ),
      ),
    );
  }

  test.each([
    [
      [7, 5],
      [3, 2],
    ],
    [
      [6, 4],
      [3, 2],
    ],
    [
      [3, 5],
      [7, 5],
    ],
    [
      [13, 1],
      [5, 1],
    ],
    [
      [2, 9],
      [1, 1],
    ],
  ] as const)("windows of %j to %j", async (size, outputSize) => {
    const x = integers([2, 3, ...size]);
    const windows = ((await x.array()) as number[][][][]).map((image) =>
      image.map((channel) => windowsOf(channel, outputSize)),
    );
    const map = (f: (window: number[]) => number) =>
      windows.map((image) => image.map((channel) => channel.map((row) => row.map(f))));
    expect(await adaptiveMaxPool2d(x, outputSize).array()).toEqual(map((w) => Math.max(...w)));
    const means = map((w) => w.reduce((sum, v) => sum + v, 0) / w.length).flat(3);
    const found = (await adaptiveAvgPool2d(x, outputSize).data()) as Float32Array;
    expect(found.length).toBe(means.length);
    for (const [i, value] of means.entries()) expect(found[i]).toBeCloseTo(value, 5);
  });

  test("an infinity stays in its windows", async () => {
    const x = Tensor.from([[[[Infinity, 1, 2, 3, 5]]]]);
    // Windows of 2, 3 and 2 pixels: [0, 2), [1, 4), [3, 5).
    expect(await adaptiveAvgPool2d(x, [1, 3]).array()).toEqual([[[[Infinity, 2, 4]]]]);
  });

  test("the gradient goes to the first maximum, and means share theirs", async () => {
    const x = Tensor.from([[[[1, 4, 4, 4, 0]]]], { requiresGrad: true });
    adaptiveMaxPool2d(x, [1, 3]).sum().backward();
    expect(await x.grad?.array()).toEqual([[[[0, 2, 0, 1, 0]]]]);
    const y = Tensor.from([[[[1, 2, 3, 4, 5, 6]]]], { requiresGrad: true });
    adaptiveAvgPool2d(y, [1, 3]).sum().backward();
    expect(await y.grad?.array()).toEqual([[[[0.5, 0.5, 0.5, 0.5, 0.5, 0.5]]]]);
  });

  test("one image, an empty batch, bytes, and sizes that are kept", async () => {
    expect(adaptiveAvgPool2d(Tensor.ones([6, 7, 7]), 2).shape).toEqual([6, 2, 2]);
    expect(await adaptiveAvgPool2d(Tensor.ones([0, 2, 7, 5]), 3).array()).toEqual([]);
    expect(await adaptiveMaxPool2d(Tensor.ones([0, 2, 7, 5]), 3).array()).toEqual([]);
    expect(adaptiveMaxPool2d(Tensor.ones([1, 1, 7, 5]), [null, 2]).shape).toEqual([1, 1, 7, 2]);
    const bytes = Tensor.from(Uint8Array.of(1, 2, 3), { shape: [1, 1, 1, 3] });
    expect(await adaptiveAvgPool2d(bytes, [1, 2]).array()).toEqual([[[[1.5, 2.5]]]]);
  });

  test("sizes that cannot be are refused", () => {
    const x = Tensor.ones([1, 1, 4, 4]);
    expect(() => adaptiveAvgPool2d(x, 0)).toThrow(/adaptiveAvgPool2d: outputSize is 0/);
    expect(() => adaptiveMaxPool2d(x, [2, 1.5])).toThrow(/outputSize is \[2,1.5\]/);
    expect(() => adaptiveAvgPool2d(Tensor.ones([2, 2]), 1)).toThrow(/x has 2 axes/);
    expect(() => adaptiveMaxPool2d(Tensor.ones([1, 1, 0, 4]), 1)).toThrow(/has no pixels/);
  });

  /** Every input pixel adds the kernel to the output. */
  async function scattered(x: Tensor, weight: Tensor, out: Shape, options: Numbers) {
    const { stride, padding, dilation, groups } = options;
    const [values, kernels] = [await x.data(), await weight.data()];
    const [batch, inChannels, height, width] = x.shape as [number, number, number, number];
    const [, perGroup, kernelHeight, kernelWidth] = weight.shape as [
      number,
      number,
      number,
      number,
    ];
    const [, outChannels, outHeight, outWidth] = out as [number, number, number, number];
    const y = new Float32Array(sizeOf(out));
    for (let at = 0; at < sizeOf(x.shape); at++) {
      const [w, h] = [at % width, Math.floor(at / width) % height];
      const c = Math.floor(at / (width * height)) % inChannels;
      const n = Math.floor(at / (width * height * inChannels));
      if (n >= batch) throw new Error("outside");
      for (let k = 0; k < perGroup * kernelHeight * kernelWidth; k++) {
        const [v, u] = [k % kernelWidth, Math.floor(k / kernelWidth) % kernelHeight];
        const o =
          Math.floor(k / (kernelWidth * kernelHeight)) +
          Math.floor(c / (inChannels / groups)) * perGroup;
        const oh = h * stride + u * dilation - padding;
        const ow = w * stride + v * dilation - padding;
        if (oh < 0 || oh >= outHeight || ow < 0 || ow >= outWidth) continue;
        const to = ((n * outChannels + o) * outHeight + oh) * outWidth + ow;
        const weightAt = c * perGroup * kernelHeight * kernelWidth + k;
        y[to] = (y[to] as number) + (values[at] as number) * (kernels[weightAt] as number);
      }
    }
    return y;
  }

  type Numbers = Readonly<Record<keyof ConvTranspose2dOptions, number>>;
  const unit: Numbers = { stride: 1, padding: 0, outputPadding: 0, dilation: 1, groups: 1 };
  test.each<[string, Numbers]>([
    ["dilation", { ...unit, dilation: 2, stride: 2, padding: 1 }],
    ["outputPadding within the padding", { ...unit, dilation: 3, padding: 2, outputPadding: 2 }],
    ["outputPadding beyond every kernel", { ...unit, dilation: 3, padding: 1, outputPadding: 2 }],
    ["outputPadding beyond, with stride", { ...unit, stride: 2, dilation: 4, outputPadding: 3 }],
    ["two groups", { ...unit, groups: 2, stride: 3, outputPadding: 2 }],
    ["more padding than kernel", { ...unit, padding: 3 }],
  ])("transposed convolution with %s", async (_, options) => {
    const x = integers([2, 4, 5, 6]);
    const weight = integers([4, 3, 3, 2]);
    const y = convTranspose2d(x, weight, null, options);
    const { stride, padding, dilation, outputPadding, groups } = options;
    const size = (n: number, kernel: number) =>
      (n - 1) * stride - 2 * padding + dilation * (kernel - 1) + outputPadding + 1;
    expect(y.shape).toEqual([2, 3 * groups, size(5, 3), size(6, 2)]);
    expect(await y.data()).toEqual(await scattered(x, weight, y.shape, options));
  });

  test("transposed convolution of one image, of no image, and of a single pixel", async () => {
    const weight = Tensor.ones([1, 2, 2, 2]);
    expect(convTranspose2d(Tensor.ones([1, 3, 3]), weight).shape).toEqual([2, 4, 4]);
    expect(await convTranspose2d(Tensor.ones([0, 1, 3, 3]), weight).array()).toEqual([]);
    const y = convTranspose2d(Tensor.ones([1, 1, 1, 1]), weight, Tensor.from([1, 2]));
    expect(await y.data()).toEqual(Float32Array.of(2, 2, 2, 2, 3, 3, 3, 3));
  });

  test("transposed convolutions that cannot be are refused", () => {
    const x = Tensor.ones([1, 2, 3, 3]);
    const weight = Tensor.ones([2, 3, 3, 3]);
    const refuse = (options: ConvTranspose2dOptions) => () =>
      convTranspose2d(x, weight, null, options);
    expect(refuse({ outputPadding: 1 })).toThrow(/outputPadding 1 is not less than the stride/);
    expect(refuse({ padding: 3 })).toThrow(/the padding leaves an image of -1×-1/);
    expect(refuse({ groups: 3 })).toThrow(/2 input channels do not divide into 3 groups/);
    expect(() => convTranspose2d(x, weight.transpose(0, 1))).toThrow(
      /x has 2 channels, weight expects 3[\s\S]*weight\.transpose\(0, 1\)/,
    );
    expect(() => convTranspose2d(x, weight, Tensor.ones([2]))).toThrow(/for each of 3 channels/);
  });

  test("the layers are these functions", async () => {
    const x = integers([2, 4, 5, 7]);
    const options = { stride: 2, padding: 1, outputPadding: [1, 0], groups: 2 } as const;
    const layer = new ConvTranspose2d(4, 6, [3, 2], options);
    expect(layer.weight.shape).toEqual([4, 3, 3, 2]);
    expect(layer.bias?.shape).toEqual([6]);
    // ±1/√fanIn, with 3 · 3 · 2 numbers counted.
    const bound = 1 / Math.sqrt(18);
    for (const value of await layer.weight.data()) expect(Math.abs(value)).toBeLessThan(bound);
    expect(await layer.forward(x).data()).toEqual(
      await convTranspose2d(x, layer.weight, layer.bias, options).data(),
    );
    expect(await new AdaptiveAvgPool2d([2, null]).forward(x).data()).toEqual(
      await adaptiveAvgPool2d(x, [2, 7]).data(),
    );
    expect(await new AdaptiveMaxPool2d(3).forward(x).data()).toEqual(
      await adaptiveMaxPool2d(x, 3).data(),
    );
    expect(String(layer)).toBe(
      "ConvTranspose2d(4 -> 6, kernel 3x2, stride 2, padding 1, outputPadding [1, 0], groups 2)",
    );
    expect(String(new AdaptiveAvgPool2d([2, null]))).toBe("AdaptiveAvgPool2d(output 2xkeep)");
    expect(String(new AdaptiveMaxPool2d(3))).toBe("AdaptiveMaxPool2d(output 3x3)");
    expect(() => new ConvTranspose2d(4, 6, 3, { groups: 4 })).toThrow(/outChannels \(6\) is not/);
    expect(() => new ConvTranspose2d(4, 6, 3, { outputPadding: 1 })).toThrow(
      /ConvTranspose2d: outputPadding 1 is not less than the stride/,
    );
    expect(() => new AdaptiveMaxPool2d(0)).toThrow(/AdaptiveMaxPool2d: outputSize is 0/);
  });
});
