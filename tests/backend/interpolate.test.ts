// Images of another size against the numbers of PyTorch 1.13.
import { beforeAll, describe, expect, test } from "vitest";
import { grad } from "../../src/autograd/index.ts";
import { setBackend } from "../../src/backends.ts";
import { Upsample, UpsamplingBilinear2d, UpsamplingNearest2d } from "../../src/nn/index.ts";
import { arange, type InterpolateOptions, interpolate, resize } from "../../src/ops/index.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { gpuNames } from "./gpu.ts";

/** Rows 0 1 2 3, 4 5 6 7 and 8 9 10 11. */
const image = () => arange(12).to("float32").reshape(1, 1, 3, 4);

const cases: readonly (readonly [InterpolateOptions, readonly number[]])[] = [
  [
    { size: [5, 7], mode: "bilinear" },
    [
      0, 0.35714, 0.92857, 1.5, 2.07143, 2.64286, 3, 1.6, 1.95714, 2.52857, 3.1, 3.67143, 4.24286,
      4.6, 4, 4.35714, 4.92857, 5.5, 6.07143, 6.64286, 7, 6.4, 6.75714, 7.32857, 7.9, 8.47143,
      9.04286, 9.4, 8, 8.35714, 8.92857, 9.5, 10.07143, 10.64286, 11,
    ],
  ],
  [
    { size: [5, 3], mode: "bilinear", alignCorners: true },
    [0, 1.5, 3, 2, 3.5, 5, 4, 5.5, 7, 6, 7.5, 9, 8, 9.5, 11],
  ],
  [
    { size: [4, 6], mode: "bicubic" },
    [
      -0.37392, 0.11914, 0.92585, 1.49993, 2.30664, 2.7997, 2.03234, 2.52539, 3.3321, 3.90618,
      4.71289, 5.20595, 5.79406, 6.28711, 7.09382, 7.6679, 8.47461, 8.96766, 8.20031, 8.69336,
      9.50007, 10.07415, 10.88086, 11.37391,
    ],
  ],
  [
    { size: [2, 3], mode: "bicubic", antialias: true },
    [1.4291, 2.73916, 4.04923, 6.95077, 8.26083, 9.5709],
  ],
  [
    { size: [2, 7], mode: "bilinear", antialias: true },
    [
      1.5, 1.85714, 2.42857, 3, 3.57143, 4.14286, 4.5, 6.5, 6.85714, 7.42857, 8, 8.57143, 9.14286,
      9.5,
    ],
  ],
  [
    { scaleFactor: 1.7 },
    [0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2, 4, 4, 5, 5, 6, 6, 4, 4, 5, 5, 6, 6, 8, 8, 9, 9, 10, 10],
  ],
  [
    { scaleFactor: 1.7, mode: "nearest-exact" },
    [
      0, 0, 1, 2, 2, 3, 0, 0, 1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 8, 9, 10, 10, 11, 8, 8, 9, 10, 10,
      11,
    ],
  ],
  // Three rows stay three, and are copied whatever the scale.
  [
    { scaleFactor: 1.3, mode: "bilinear" },
    [
      0, 0.65385, 1.42308, 2.19231, 2.96154, 4, 4.65385, 5.42308, 6.19231, 6.96154, 8, 8.65385,
      9.42308, 10.19231, 10.96154,
    ],
  ],
  [
    { scaleFactor: 1.3, mode: "bilinear", recomputeScaleFactor: true },
    [0, 0.7, 1.5, 2.3, 3, 4, 4.7, 5.5, 6.3, 7, 8, 8.7, 9.5, 10.3, 11],
  ],
  [{ size: [2, 3], mode: "area" }, [2.5, 3.5, 4.5, 6.5, 7.5, 8.5]],
];

describe.each(["reference", "wasm", ...gpuNames])("on %s", (backend) => {
  beforeAll(() => {
    setBackend(backend);
  });

  test.each(cases)("interpolate %j", async (options, expected) => {
    const found = await interpolate(image(), options).data();
    expect(found.length).toBe(expected.length);
    expected.forEach((value, i) => {
      expect(found[i]).toBeCloseTo(value, 4);
    });
  });

  test("the gradient counts where each pixel went", async () => {
    const x = image().detach();
    const leaf = Tensor.from(await x.data(), { shape: x.shape, requiresGrad: true });
    const [nearest] = grad(interpolate(leaf, { scaleFactor: [2, 3] }).sum(), [leaf]) as [Tensor];
    expect(await nearest.data()).toEqual(new Float32Array(12).fill(6));
    const small = interpolate(leaf, { size: [1, 2], mode: "bilinear", antialias: true });
    const [shares] = grad(small.sum(), [leaf]) as [Tensor];
    // Each of the two results is a mean with weights that add up to 1.
    expect(await shares.sum().item()).toBeCloseTo(2, 5);
  });

  test("a part of an image, its rows in another order", async () => {
    const part = image().slice(2, 1).flip([2]).slice(3, 1);
    const taken = interpolate(part, { size: [4, 3] });
    expect(await taken.array()).toEqual([
      [
        [
          [9, 10, 11],
          [9, 10, 11],
          [5, 6, 7],
          [5, 6, 7],
        ],
      ],
    ]);
  });

  test("nearest keeps the dtype, and so does resize", async () => {
    const bytes = Tensor.from(Uint8Array.of(0, 255, 10, 20), { shape: [1, 2, 2] });
    const larger = interpolate(bytes.unsqueeze(0), { scaleFactor: 2 });
    expect([larger.dtype, ...larger.shape]).toEqual(["uint8", 1, 1, 4, 4]);
    const row = resize(bytes, [1, 2]);
    expect([row.dtype, ...row.shape]).toEqual(["uint8", 1, 1, 2]);
    // 137.5 is rounded to the even neighbour.
    expect(await row.array()).toEqual([[[5, 138]]]);
    const cubic = resize(bytes, [2, 8], { mode: "bicubic" });
    expect(Math.max(...(await cubic.data()))).toBe(255);
  });

  test("resize makes the shorter side as long as asked", () => {
    expect(resize(Tensor.zeros([2, 3, 30, 47]), 10).shape).toEqual([2, 3, 10, 15]);
    expect(resize(Tensor.zeros([3, 47, 30]), 10).shape).toEqual([3, 15, 10]);
  });

  test("the layers", async () => {
    const x = Tensor.from([[[[1, 2]]]]);
    const twice = new Upsample({ scaleFactor: [1, 2], mode: "bilinear" });
    expect(await twice.forward(x).array()).toEqual([[[[1, 1.25, 1.75, 2]]]]);
    expect(await new UpsamplingNearest2d({ size: [1, 3] }).forward(x).array()).toEqual([
      [[[1, 1, 2]]],
    ]);
    expect(await new UpsamplingBilinear2d({ size: [1, 3] }).forward(x).array()).toEqual([
      [[[1, 1.5, 2]]],
    ]);
    expect(String(twice)).toBe("Upsample(factor [1, 2], bilinear)");
  });
});

test("what interpolate refuses", () => {
  const x = Tensor.zeros([1, 1, 4, 4]);
  expect(() => interpolate(x, {})).toThrowErrorMatchingInlineSnapshot(`
    [OptionError: interpolate: neither size nor scaleFactor is given
      hint     give one of the two]
  `);
  expect(() => interpolate(x, { size: 2, scaleFactor: 2 })).toThrow(/both size and scaleFactor/);
  expect(() => interpolate(x, { size: 2, alignCorners: true })).toThrow(
    /alignCorners does not go with mode "nearest"/,
  );
  expect(() => interpolate(x, { size: 2, mode: "linear" as "bilinear" })).toThrow(
    /there is no mode "linear"/,
  );
  expect(() => interpolate(x, { scaleFactor: 0.1 })).toThrow(/no pixels: 4×4 to 0×0/);
  expect(() => interpolate(x, { scaleFactor: -1 })).toThrow(/scaleFactor is -1/);
  expect(() => interpolate(x, { size: 2, recomputeScaleFactor: true })).toThrow(/goes with scale/);
  expect(() => interpolate(Tensor.zeros([3, 4, 4]), { size: 2 })).toThrow(/x has 3 axes/);
  expect(() => new Upsample({ scalefactor: 2 } as object)).toThrow(/did you mean "scaleFactor"/);
});
