// Sequences, windows as columns, indices of maxima, padding modes: against the numbers of PyTorch 1.13.
import { beforeAll, describe, expect, test } from "vitest";
import { grad } from "../../src/autograd/index.ts";
import { setBackend } from "../../src/backends.ts";
import {
  AvgPool1d,
  Conv1d,
  Conv2d,
  Fold,
  LPPool2d,
  MaxPool1d,
  MaxUnpool2d,
  Unfold,
} from "../../src/nn/index.ts";
import {
  arange,
  avgPool1d,
  conv1d,
  conv2d,
  fold,
  lpPool2d,
  maxPool1d,
  maxPool2d,
  maxUnpool2d,
  pixelShuffle,
  pixelUnshuffle,
  unfold,
} from "../../src/ops/index.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { gpuNames } from "./gpu.ts";

/** 0, 1, 2, … from `start`, as floats of this shape. */
function counting(shape: readonly number[], start = 0): Tensor {
  const length = shape.reduce((a, b) => a * b, 1);
  return arange(length).add(start).to("float32").reshape(shape);
}

const list = async (x: Tensor): Promise<number[]> => Array.from(await x.data());

describe.each(["reference", "wasm", ...gpuNames])("on %s", (backend) => {
  beforeAll(() => {
    setBackend(backend);
  });

  test("conv1d", async () => {
    const x = counting([1, 2, 5], 1);
    const y = conv1d(x, counting([2, 2, 3], -6), Tensor.from([1, 2]), {
      stride: 2,
      padding: 1,
      dilation: 2,
    });
    expect(await list(y)).toEqual([-48, -70, 85, 63]);
    const same = conv1d(x, counting([2, 1, 2], 1), null, { padding: "same", groups: 2 });
    expect(await list(same)).toEqual([5, 8, 11, 14, 5, 46, 53, 60, 67, 30]);
    const one = conv1d(x.squeeze(0), counting([2, 1, 2], 1), null, { padding: [0, 1], groups: 2 });
    expect(one.shape).toEqual([2, 5]);
    expect(await list(one)).toEqual(await list(same));
  });

  test("pooling of sequences", async () => {
    const x = counting([1, 2, 5], 1);
    const options = { stride: 2, padding: 1, ceilMode: true } as const;
    const largest = [2, 4, 5, 7, 9, 10];
    expect(await list(maxPool1d(x, 3, options))).toEqual(largest);
    expect(await list(new MaxPool1d(3, options).forward(x))).toEqual(largest);
    const means = [1.5, 3, 4.5, 6.5, 8, 9.5];
    expect(await list(avgPool1d(x, 3, { ...options, countIncludePad: false }))).toEqual(means);
    const layer = new AvgPool1d(3, { ...options, countIncludePad: false });
    expect(await list(layer.forward(x))).toEqual(means);
  });

  test("unfold and fold", async () => {
    const x = counting([1, 2, 4, 6]);
    const options = { dilation: [2, 1], padding: [1, 0], stride: [1, 2] } as const;
    const columns = unfold(x, [2, 3], options);
    expect(columns.shape).toEqual([1, 12, 8]);
    expect(await list(columns.select(2, 3))).toEqual([2, 3, 4, 14, 15, 16, 26, 27, 28, 38, 39, 40]);
    const image = fold(columns, [4, 6], [2, 3], options);
    expect(await list(image.select(1, 0))).toEqual([
      0, 1, 4, 3, 4, 0, 12, 14, 32, 18, 20, 0, 24, 26, 56, 30, 32, 0, 18, 19, 40, 21, 22, 0,
    ]);
    const one = new Unfold([2, 3], options).forward(x.squeeze(0));
    expect(await list(one)).toEqual(await list(columns));
    const layer = new Fold([4, 6], [2, 3], options);
    expect(await list(layer.forward(one))).toEqual(await list(image));
    expect(String(layer)).toBe(
      "Fold(output 4x6, kernel 2x3, stride [1, 2], padding [1, 0], dilation [2, 1])",
    );
  });

  test("a convolution is a product with unfolded windows", async () => {
    const x = counting([3, 2, 5, 4], -20);
    const weight = counting([4, 2, 3, 3], -30);
    const product = weight.reshape([4, 18]).matmul(unfold(x, 3, { padding: 1 }));
    expect(await list(product)).toEqual(await list(conv2d(x, weight, null, { padding: 1 })));
  });

  test("indices of maxima, and the way back", async () => {
    const x = Tensor.from(
      [
        [
          [
            [1, 5, 2, 0],
            [3, 4, 7, 6],
            [9, 8, 1, 1],
          ],
        ],
      ],
      { requiresGrad: true },
    );
    const { values, indices } = maxPool2d(x, 2, { stride: 1, returnIndices: true });
    expect(await list(values)).toEqual([5, 7, 7, 9, 8, 7]);
    expect(indices.dtype).toBe("int32");
    expect(await list(indices)).toEqual([1, 6, 6, 8, 9, 6]);
    const back = maxUnpool2d(values, indices, 2, { stride: 1 });
    expect(await list(back)).toEqual([0, 5, 0, 0, 0, 0, 7, 0, 9, 8, 0, 0]);
    const layer = new MaxUnpool2d(2, { stride: 1 });
    expect(await list(layer.forward(values, indices))).toEqual(await list(back));
    expect(maxUnpool2d(values, indices, 2, { stride: 1, outputSize: [3, 5] }).shape).toEqual([
      1, 1, 3, 5,
    ]);
    const pooled = maxPool2d(x, [1, 2], { returnIndices: true });
    const unpooled = maxUnpool2d(pooled.values, pooled.indices, [1, 2]);
    const [xGrad] = grad(unpooled.mul(counting([1, 1, 3, 4])).sum(), [x]) as [Tensor];
    expect(await list(xGrad)).toEqual([0, 1, 2, 0, 0, 5, 6, 0, 8, 0, 10, 0]);
  });

  test("pooling by the p-norm", async () => {
    const x = counting([1, 1, 2, 5], 1);
    const expected = [9.4868, 13.0384, 15.8114];
    for (const y of [
      lpPool2d(x, 2, 2, { stride: 2, ceilMode: true }),
      new LPPool2d(2, 2, { ceilMode: true }).forward(x),
    ]) {
      (await list(y)).forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i] as number, 4);
      });
    }
  });

  test("pixels from channels and back", async () => {
    const x = counting([1, 4, 1, 2]);
    const image = pixelShuffle(x, 2);
    expect(await image.array()).toEqual([
      [
        [
          [0, 2, 1, 3],
          [4, 6, 5, 7],
        ],
      ],
    ]);
    expect(await list(pixelUnshuffle(image, 2))).toEqual(await list(x));
    expect(pixelShuffle(x.squeeze(0), 2).shape).toEqual([1, 2, 4]);
  });

  test.each([
    ["reflect", [68, 89, 110, 107, 128, 149, 170, 167, 124, 145, 166, 163], [4, 8, 20, 16]],
    ["replicate", [56, 77, 98, 107, 128, 149, 170, 179, 168, 189, 210, 219], [0, 8, 20, 24]],
    ["circular", [80, 101, 122, 95, 128, 149, 170, 143, 80, 101, 122, 95], [11, 8, 20, 7]],
  ] as const)("paddingMode %s", async (paddingMode, images, sequences) => {
    const conv = new Conv2d(1, 1, [3, 2], { padding: "same", paddingMode, bias: false });
    conv.weight.assign(counting([1, 1, 3, 2], 1));
    expect(await list(conv.forward(counting([1, 1, 3, 4])))).toEqual(images);
    const along = new Conv1d(1, 1, 3, { padding: 2, stride: 2, paddingMode, bias: false });
    along.weight.assign(counting([1, 1, 3], 1));
    expect(await list(along.forward(counting([1, 1, 5])))).toEqual(sequences);
    expect(String(along)).toBe(
      `Conv1d(1 -> 1, kernel 3, stride 2, padding 2, ${paddingMode}, no bias)`,
    );
  });
});

test("what these refuse", () => {
  const x = Tensor.zeros([1, 2, 5]);
  expect(() => conv1d(x, Tensor.zeros([4, 3, 3]))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: conv1d: x has 2 channels, weight expects 3
      x        [1, 2, 5]   NCL
      weight   [4, 3, 3]   OIL]
  `);
  expect(() => conv1d(x, Tensor.zeros([4, 2, 3, 3]))).toThrow(/weight has 4 axes/);
  expect(() => conv1d(Tensor.zeros([1, 1, 2, 5]), Tensor.zeros([4, 2, 3]))).toThrow(/NCL/);
  expect(() => conv1d(x, Tensor.zeros([4, 2, 3]), null, { padding: "same", stride: 2 })).toThrow(
    /padding "same" needs stride 1, got 2/,
  );
  expect(() => new Conv1d(3, 4, 3, { groups: 2 })).toThrow(/inChannels \(3\) is not divisible/);
  expect(() => new Conv1d(3, 4, 3, { padding: -1 })).toThrow(/Conv1d: padding is -1/);
  expect(() => new Conv2d(3, 4, 3, { paddingMode: "mirror" as "reflect" })).toThrow(
    /there is no paddingMode "mirror"/,
  );
  expect(() => new MaxPool1d(3, { padding: 2 })).toThrow(/at most half/);
  expect(() => fold(Tensor.zeros([1, 12, 7]), 4, [2, 3])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: fold: these are not the columns of such an image
      x          [1, 12, 7]
      expected   [batch, channels · 6, 6]]
  `);
  expect(() => unfold(Tensor.zeros([1, 1, 2, 2]), 3)).toThrow(/a kernel of 3×3 does not fit/);
  expect(() => pixelShuffle(Tensor.zeros([1, 6, 2, 2]), 2)).toThrow(/6 channels do not divide/);
  expect(() => pixelUnshuffle(Tensor.zeros([1, 6, 3, 2]), 2)).toThrow(/3×2 pixels/);
  expect(() => lpPool2d(Tensor.zeros([1, 1, 2, 2]), 0, 2)).toThrow(/normType is 0/);
});
