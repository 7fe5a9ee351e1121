// sort, topk and their relatives, gather and scatter, as people call them. Numbers are PyTorch 1.13's.
import { beforeAll, describe, expect, test } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { cumsum, gather, scatter, scatterAdd, sort, topk } from "../../src/ops/index.ts";
import type { ValuesAndIndices } from "../../src/ops/max.ts";
import { Generator } from "../../src/tensor/random.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { gpuNames } from "./gpu.ts";

const int = (data: number[] | number[][]) => Tensor.from(data, { dtype: "int32" });

async function arrays({ values, indices }: ValuesAndIndices): Promise<unknown[]> {
  return [await values.array(), await indices.array()];
}

/** An order that needs no care: NaN last, equal elements by position. */
function positionsInOrder(row: readonly number[], descending: boolean): number[] {
  const rank = (x: number) => (Number.isNaN(x) ? Number.MAX_VALUE : x);
  const sign = descending ? -1 : 1;
  return row
    .map((x, at) => ({ x: rank(x), at }))
    .sort((a, b) => sign * (a.x - b.x) || a.at - b.at)
    .map(({ at }) => at);
}

describe.each(["reference", "wasm", ...gpuNames])("on %s", (backend) => {
  beforeAll(() => setBackend(backend));
  const rows = () =>
    Tensor.from([
      [3, 1, 2, Number.NaN],
      [0, -0, -1, 5],
    ]);

  test("sort keeps the order of equals and counts NaN as the largest", async () => {
    expect(await arrays(rows().sort())).toEqual([
      [
        [1, 2, 3, Number.NaN],
        [-1, 0, -0, 5],
      ],
      [
        [1, 2, 0, 3],
        [2, 0, 1, 3],
      ],
    ]);
    expect(await arrays(rows().sort(1, { descending: true, stable: true }))).toEqual([
      [
        [Number.NaN, 3, 2, 1],
        [5, 0, -0, -1],
      ],
      [
        [3, 0, 2, 1],
        [3, 0, 1, 2],
      ],
    ]);
  });

  test("topk, kthvalue and median choose by rank", async () => {
    const [largest] = await arrays(rows().topk(2));
    expect(largest).toEqual([
      [Number.NaN, 3],
      [5, 0],
    ]);
    const x = Tensor.from([4, 1, 3, 2]);
    expect(await arrays(x.topk(2, 0, { largest: false }))).toEqual([
      [1, 2],
      [1, 3],
    ]);
    expect(await arrays(x.topk(0))).toEqual([[], []]);
    expect(await arrays(x.kthvalue(3))).toEqual([3, 2]);
    expect(await arrays(rows().median(1))).toEqual([
      [Number.NaN, 0],
      [3, 0],
    ]);
    expect(await arrays(rows().median(1, { keepdim: true }))).toEqual([
      [[Number.NaN], [0]],
      [[3], [0]],
    ]);
    expect(await rows().median().item()).toBeNaN();
    expect(await x.median().item()).toBe(2);
  });

  test("argmax and argmin find the first NaN", async () => {
    expect(await rows().argmax(1).array()).toEqual([3, 3]);
    expect(await rows().argmin(1).array()).toEqual([3, 2]);
  });

  test("a scalar is a row of one", async () => {
    const three = () => Tensor.from(3);
    expect(await arrays(three().sort())).toEqual([3, 0]);
    expect(await arrays(three().topk(1))).toEqual([3, 0]);
    expect(await arrays(three().kthvalue(1))).toEqual([3, 0]);
    expect(
      await three()
        .gather(0, Tensor.from(0, { dtype: "int32" }))
        .item(),
    ).toBe(3);
    expect(await three().cumsum(0).item()).toBe(3);
  });

  test("other dtypes keep theirs", async () => {
    const bytes = Tensor.from([7, 255, 0], { dtype: "uint8" });
    const { values } = bytes.sort(0, { descending: true });
    expect(values.dtype).toBe("uint8");
    expect(await values.array()).toEqual([255, 7, 0]);
    const bools = Tensor.from([true, false, true]);
    expect(await bools.sort().values.array()).toEqual([false, true, true]);
    expect(await bools.cumsum(0).array()).toEqual([1, 1, 2]);
  });

  test("gradients go back to where the elements came from", async () => {
    const y = Tensor.from(
      [
        [4, 1, 3, 2],
        [2, 2, 1, 0],
      ],
      { requiresGrad: true },
    );
    const w = Tensor.from([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
    y.sort(1).values.mul(w).sum().backward();
    expect(await y.grad?.array()).toEqual([
      [4, 1, 3, 2],
      [7, 8, 6, 5],
    ]);
    const x = Tensor.from([4, 1, 3, 2], { requiresGrad: true });
    x.topk(2)
      .values.mul(Tensor.from([1, 2]))
      .sum()
      .backward();
    expect(await x.grad?.array()).toEqual([1, 0, 2, 0]);
  });

  test("takeAlongDim broadcasts, and reads vectors without a dim", async () => {
    const x = Tensor.from([
      [4, 1, 3, 2],
      [2, 2, 1, 0],
    ]);
    expect(await x.takeAlongDim(int([[0], [3]]), 1).array()).toEqual([[4], [0]]);
    expect(await x.takeAlongDim(int([[0, 3]]), 1).array()).toEqual([
      [4, 2],
      [2, 0],
    ]);
    expect(await x.takeAlongDim(int([5, 0])).array()).toEqual([2, 4]);
  });

  test("scatter takes the part of the source that has an index, or a number", async () => {
    const source = Tensor.from([
      [5, 6, 7],
      [8, 9, 10],
    ]);
    const index = int([
      [1, 3],
      [0, 2],
    ]);
    expect(await Tensor.zeros([2, 4]).scatter(1, index, source).array()).toEqual([
      [0, 5, 0, 6],
      [8, 0, 9, 0],
    ]);
    expect(await Tensor.ones([2, 4]).scatter(1, index, -1).array()).toEqual([
      [1, -1, 1, -1],
      [-1, 1, -1, 1],
    ]);
    const added = Tensor.zeros([2, 4]).scatterAdd(1, int([[1, 1]]), source);
    expect(await added.array()).toEqual([
      [0, 11, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  test("long rows, and many", async () => {
    const random = new Generator(3);
    for (const shape of [
      [1, 10_001],
      [70, 129],
      [129, 3],
    ] as const) {
      const [count, length] = shape;
      const table = Array.from({ length: count }, () =>
        Array.from({ length }, () => (random.uniform() < 0.01 ? Number.NaN : random.integer(500))),
      );
      const x = Tensor.from(table);
      for (const descending of [false, true]) {
        const expected = table.map((row) => positionsInOrder(row, descending));
        expect(await x.argsort(1, { descending }).array()).toEqual(expected);
        expect(await x.t().argsort(0, { descending }).t().array()).toEqual(expected);
      }
    }
  });

  test("no number in an index reaches other memory", async () => {
    const hostile = [-1, 3, 2 ** 30, -(2 ** 31), 2 ** 31 - 128, 2 ** 29 + 1, -(2 ** 30), 1];
    const index = int(hostile);
    const canary = Tensor.ones([1000]).realize();
    const x = Tensor.from([1, 2, 3]).realize();
    const nearest = [1, 3, 3, 1, 3, 3, 1, 2];
    expect(await x.gather(0, index).array()).toEqual(nearest);
    expect(await x.indexSelect(0, index).array()).toEqual(nearest);
    expect(
      await Tensor.zeros([3])
        .scatterAdd(0, index, Tensor.ones([8]))
        .array(),
    ).toEqual([3, 1, 4]);
    expect(await canary.sum().item()).toBe(1000);
  });
});

describe("what is refused", () => {
  const x = Tensor.zeros([2, 3]);

  test("with the facts and a hint", () => {
    expect(() => topk(x, 4)).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: topk: element 4 of 3 along the axis
        hint     give a whole number from 0 to 3]
    `);
    expect(() => gather(x, 0, int([[0, 0, 0, 0]]))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: gather: index has 4 elements along axis 1, x has 3
        x        [2, 3]
        index    [1, 4]]
    `);
    expect(() =>
      scatterAdd(x, 0, int([[0, 0]]), Tensor.ones([1, 1])),
    ).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: scatterAdd: the source is smaller than the index
        source   [1, 1]
        index    [1, 2]]
    `);
  });

  test("dims that do not exist, options nobody knows, and no elements", () => {
    expect(() => sort(x, 2)).toThrow(/dim 2 is out of range/);
    expect(() => cumsum(x, -3)).toThrow(/dim -3 is out of range/);
    expect(() => sort(x, 0, { decending: true } as object)).toThrow(/did you mean "descending"/);
    expect(() => x.kthvalue(0)).toThrow(/kthvalue: element 0 of 3 along the axis/);
    expect(() => Tensor.zeros([0]).median()).toThrow(/give a tensor with elements/);
    expect(() => scatter(x, 1, Tensor.zeros([2, 1]), 1)).toThrow(/the index is float32, not int32/);
    expect(() => x.takeAlongDim(int([0]), 1)).toThrow(/differ in their number of axes/);
  });
});
