// Functions made of ops (shapes, borders, triangles, norms) on every backend. Numbers that
// decide are PyTorch 1.13's.
import { beforeAll, describe, expect, test } from "vitest";
import { setBackend } from "../../src/backends.ts";
import {
  chunk,
  cosineSimilarity,
  diag,
  diagonal,
  exp2,
  isFinite as finite,
  isInf,
  isNan,
  linspace,
  log2,
  log10,
  maskedFill,
  meshgrid,
  movedim,
  nanToNum,
  norm,
  type PadMode,
  pad,
  repeat,
  repeatInterleave,
  roll,
  split,
  tan,
  tile,
  tril,
  triu,
  unbind,
  unflatten,
} from "../../src/ops/index.ts";
import { type Shape, sizeOf } from "../../src/tensor/shape.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { backends } from "./backends.ts";
import { gpuBackends } from "./gpu.ts";

/** 0, 1, 2, … in this shape. */
function counting(shape: Shape): Tensor {
  return Tensor.from(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => i),
    { shape },
  );
}

async function expectNumbers(found: Tensor, expected: readonly number[]): Promise<void> {
  const data = await found.data();
  expect(data.length).toBe(expected.length);
  expected.forEach((value, i) => {
    const allowed = 1e-6 * Math.max(1, Math.abs(value));
    expect(Math.abs((data[i] as number) - value), `element ${i}`).toBeLessThanOrEqual(allowed);
  });
}

describe.each([...backends, ...gpuBackends])("on $name", ({ name }) => {
  beforeAll(() => {
    setBackend(name);
  });

  // PyTorch 1.13: F.pad(x, (2, 1, 1, 0), mode), and the gradient of Σ of its products with 0, 1, 2, …
  test.each<[PadMode, number[], number[]]>([
    ["reflect", [6, 5, 4, 5, 6, 5, 3, 2, 1, 2, 3, 2, 6, 5, 4, 5, 6, 5], [8, 27, 16, 16, 54, 32]],
    ["replicate", [1, 1, 1, 2, 3, 3, 1, 1, 1, 2, 3, 3, 4, 4, 4, 5, 6, 6], [24, 12, 30, 39, 15, 33]],
    ["circular", [5, 6, 4, 5, 6, 4, 2, 3, 1, 2, 3, 1, 5, 6, 4, 5, 6, 4], [19, 15, 17, 38, 30, 34]],
  ])("pad with mode %s", async (mode, expected, gradient) => {
    const x = Tensor.from(
      [
        [
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
      ],
      { requiresGrad: true },
    );
    const y = pad(x, [2, 1, 1, 0], { mode });
    expect([...(await y.data())]).toEqual(expected);
    y.mul(counting([1, 1, 3, 6]))
      .sum()
      .backward();
    expect([...(await (x.grad as Tensor).data())]).toEqual(gradient);
  });

  test("pad cuts where numbers are negative, before it mirrors", async () => {
    // PyTorch 1.13
    const x = counting([1, 1, 2, 3]);
    const padded = (mode: PadMode) => pad(x, [-1, 1, 0, 0], { mode }).array();
    expect(await padded("reflect")).toEqual([
      [
        [
          [1, 2, 1],
          [4, 5, 4],
        ],
      ],
    ]);
    expect(await padded("circular")).toEqual([
      [
        [
          [1, 2, 1],
          [4, 5, 4],
        ],
      ],
    ]);
    expect(await padded("replicate")).toEqual([
      [
        [
          [1, 2, 2],
          [4, 5, 5],
        ],
      ],
    ]);
    expect(await padded("constant")).toEqual([
      [
        [
          [1, 2, 0],
          [4, 5, 0],
        ],
      ],
    ]);
  });

  test("repeat, tile and repeatInterleave", async () => {
    const x = counting([2, 2]);
    expect(await repeat(x, [1, 2]).array()).toEqual([
      [0, 1, 0, 1],
      [2, 3, 2, 3],
    ]);
    expect(repeat(x, [3, 1, 2]).shape).toEqual([3, 2, 4]);
    expect(await repeat(x, [2, 0]).array()).toEqual([[], [], [], []]);
    expect(await tile(x, [2]).array()).toEqual(await repeat(x, [1, 2]).array());
    expect(await repeatInterleave(x, 2, 0).array()).toEqual([
      [0, 1],
      [0, 1],
      [2, 3],
      [2, 3],
    ]);
    expect(await repeatInterleave(x, 2).array()).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    const leaf = Tensor.from([1, 2], { requiresGrad: true });
    leaf
      .repeat(3)
      .mul(counting([6]))
      .sum()
      .backward();
    expect(await leaf.grad?.array()).toEqual([6, 9]);
  });

  test("split, chunk and unbind", async () => {
    const shapes = (parts: readonly Tensor[]) => parts.map(({ shape }) => shape);
    const x = counting([6]);
    expect(await Promise.all(split(x, [1, 0, 5]).map((part) => part.array()))).toEqual([
      [0],
      [],
      [1, 2, 3, 4, 5],
    ]);
    expect(shapes(chunk(x, 4))).toEqual([[2], [2], [2]]);
    expect(shapes(chunk(Tensor.zeros([0, 2]), 3))).toEqual([
      [0, 2],
      [0, 2],
      [0, 2],
    ]);
    expect(shapes(split(Tensor.zeros([0, 2]), 3))).toEqual([[0, 2]]);
    expect(await unbind(counting([2, 3]), 1)[2]?.array()).toEqual([2, 5]);
  });

  test("roll, movedim, unflatten and meshgrid", async () => {
    // PyTorch 1.13
    const x = counting([2, 3]);
    expect(await roll(x, [1, -1], [0, 1]).array()).toEqual([
      [4, 5, 3],
      [1, 2, 0],
    ]);
    expect(await roll(x, 2).array()).toEqual([
      [4, 5, 0],
      [1, 2, 3],
    ]);
    expect(roll(x, 7, 1).shape).toEqual([2, 3]);
    expect(movedim(Tensor.zeros([2, 3, 4, 5]), [0, 1], [-1, 0]).shape).toEqual([3, 4, 5, 2]);
    expect(unflatten(Tensor.zeros([2, 12, 3]), -2, [-1, 4]).shape).toEqual([2, 3, 4, 3]);
    const [a, b] = meshgrid([counting([2]), counting([3])], { indexing: "xy" }) as [Tensor, Tensor];
    expect(await a.array()).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
    expect(await b.array()).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
  });

  test("triangles and diagonals", async () => {
    const x = counting([2, 3]);
    expect(await tril(x, -1).array()).toEqual([
      [0, 0, 0],
      [3, 0, 0],
    ]);
    expect(await triu(x, 1).array()).toEqual([
      [0, 1, 2],
      [0, 0, 5],
    ]);
    expect(
      await triu(
        Tensor.from([
          [NaN, 1],
          [NaN, NaN],
        ]),
        1,
      ).array(),
    ).toEqual([
      [0, 1],
      [0, 0],
    ]);
    // PyTorch 1.13
    expect(await diagonal(counting([2, 3, 4]), 1, 2, 1).array()).toEqual([
      [4, 9],
      [16, 21],
    ]);
    expect(await diag(Tensor.from([1, 2]), -1).array()).toEqual([
      [0, 0, 0],
      [1, 0, 0],
      [0, 2, 0],
    ]);
    expect(await diag(x, 5).array()).toEqual([]);
  });

  test("NaN and infinities are found and replaced", async () => {
    const x = Tensor.from([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2]);
    expect(await isNan(x).array()).toEqual([true, false, false, false]);
    expect(await isInf(x).array()).toEqual([false, true, true, false]);
    expect(await finite(x).array()).toEqual([false, false, false, true]);
    const largest = 3.4028234663852886e38;
    expect(await nanToNum(x).array()).toEqual([0, largest, -largest, 2]);
    expect(await nanToNum(x, { nan: 1, posinf: 2, neginf: 3 }).array()).toEqual([1, 2, 3, 2]);
    const mask = Tensor.from([true, false]);
    expect(await maskedFill(Tensor.from([1, 2], { dtype: "int32" }), mask, 7).array()).toEqual([
      7, 2,
    ]);
  });

  test("linspace and the elementary functions", async () => {
    // PyTorch 1.13
    expect(await linspace(-1, 2, 4).array()).toEqual([-1, 0, 1, 2]);
    await expectNumbers(linspace(3, -3, 6), [3, 1.8, 0.6, -0.6, -1.8, -3]);
    expect(await linspace(2, 5, 1).array()).toEqual([2]);
    expect(await linspace(2, 5, 0).array()).toEqual([]);
    const root = 1.4142135381698608;
    await expectNumbers(exp2(Tensor.from([0.5, -3, 10])), [root, 0.125, 1024]);
    await expectNumbers(log2(Tensor.from([8, 3, 1e-3])), [3, 1.5849624872, -9.9657840729]);
    await expectNumbers(log10(Tensor.from([1000, 3, 1e-3])), [3, 0.4771212637, -3]);
    await expectNumbers(
      tan(Tensor.from([1, -1.4, 3])),
      [1.5574077368, -5.7978830337, -0.1425465494],
    );
  });

  test("fmod, remainder and floorDivide of every sign", async () => {
    // PyTorch 1.13
    const a = Tensor.from([7, -7, 7, -7, 5.5, -1]);
    const b = Tensor.from([3, 3, -3, -3, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect(await a.fmod(b).array()).toEqual([1, -1, 1, -1, 5.5, -1]);
    const rest = await a.remainder(b).array();
    expect(rest).toEqual([1, 2, -2, -1, 5.5, Number.POSITIVE_INFINITY]);
    expect(await a.floorDivide(b).array()).toEqual([2, -3, -3, 2, 0, -1]);
    const [whole, three] = [a.slice(0, 0, 4).int(), b.slice(0, 0, 4).int()];
    expect(await whole.remainder(three).array()).toEqual([1, 2, -2, -1]);
    expect(await whole.floorDivide(three).array()).toEqual([2, -3, -3, 2]);
    const divisor = Tensor.from([3, -3], { requiresGrad: true });
    Tensor.from([-7, -7]).remainder(divisor).sum().backward();
    expect(await divisor.grad?.array()).toEqual([3, -2]);
  });

  // PyTorch 1.13: vector_norm of [3, -4] and of zeros, and the gradients of their sum.
  test.each([
    [2, 5, 0.6000000238418579, -0.800000011920929],
    [1, 7, 1, -1],
    [3, 4.497941493988037, 0.4448513388633728, -0.7908468246459961],
    [1.5, 5.584250450134277, 0.7329564094543457, -0.8463451862335205],
    [0.5, 13.928203582763672, 2.154700517654419, -1.866025447845459],
    [Number.POSITIVE_INFINITY, 4, 0, -1],
    [Number.NEGATIVE_INFINITY, 3, 1, 0],
  ])("norm with p %d", async (p, length, first, second) => {
    const x = Tensor.from(
      [
        [3, -4],
        [0, 0],
      ],
      { requiresGrad: true },
    );
    const y = norm(x, { p, dim: 1 });
    await expectNumbers(y, [length, 0]);
    y.sum().backward();
    await expectNumbers(x.grad as Tensor, [first, second, 0, 0]);
  });

  test("cosineSimilarity of vectors without length", async () => {
    // PyTorch 1.13
    const a = Tensor.from(
      [
        [1, 2, 3],
        [0, 0, 0],
      ],
      { requiresGrad: true },
    );
    const y = cosineSimilarity(
      a,
      Tensor.from([
        [4, -5, 6],
        [1, 1, 1],
      ]),
    );
    await expectNumbers(y, [0.36548689007759094, 0]);
    y.sum().backward();
    await expectNumbers(
      a.grad as Tensor,
      [0.0957227722, -0.2044986337, 0.1044248417, 57735028, 57735028, 57735028],
    );
  });
});

test("what cannot be is refused, with the reason", () => {
  const x = Tensor.zeros([1, 1, 3, 4]);
  expect(() => pad(x, [4, 0], { mode: "reflect" })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: pad: a border of mode "reflect" must be less than the size of its axis
      x        [1, 1, 3, 4]
      border   4 before and 0 after axis 3 of size 4
      hint     use a narrower border, or the mode "constant"]
  `);
  expect(() => pad(x, [5, 0], { mode: "circular" })).toThrow(/at most the size of its axis/);
  expect(() => pad(x, [1, 1], { mode: "mirror" as PadMode })).toThrow(/no mode "mirror"/);
  expect(() => pad(x, [1, 1], { mode: "reflect", value: 0 })).toThrow(/has no value of its own/);
  expect(() => pad(x, [1, 0.5])).toThrow(/not pairs of whole numbers/);
  expect(() => pad(x, [-3, -2])).toThrow(/leave nothing of axis 3/);
  expect(() => repeat(x, [2, 2])).toThrow(/not a whole number for each axis/);
  expect(() => split(x, [1, 2], 3)).toThrow(/parts of \[1, 2\] do not make up 4 elements/);
  expect(() => split(x, 0)).toThrow(/parts of 0 elements/);
  expect(() => chunk(x, 0)).toThrow(/0 is not a number of parts/);
  expect(() => unbind(Tensor.zeros([]))).toThrow(/a scalar has no axis/);
  expect(() => roll(x, [1, 2], [0])).toThrow(/2 shifts for 1 axes/);
  expect(() => movedim(x, [0, 0], [1, 2])).toThrow(/each once/);
  expect(() => unflatten(x, 3, [3, 2])).toThrow(/do not make up axis 3/);
  expect(() => linspace(0, 1, -1)).toThrow(/steps is -1/);
  expect(() => norm(x, { p: Number.NaN })).toThrow(/p is NaN/);
});
