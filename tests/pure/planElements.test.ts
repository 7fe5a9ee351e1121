// Plans whose chunks are one element each, for machines that run thousands of them at a time.
import { describe, expect, it } from "vitest";
import { graphOf } from "../../src/graph/graph.ts";
import { printKernel } from "../../src/kernel/print.ts";
import "../../src/ops/index.ts";
import { plan } from "../../src/plan/plan.ts";
import type { PlanTarget } from "../../src/plan/planner.ts";
import { Generator } from "../../src/tensor/random.ts";
import { type Shape, sizeOf } from "../../src/tensor/shape.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { computed, draw, leaf } from "./planned.ts";

const target: PlanTarget = { lanes: 1, accumulators: 8, unrolled: 4, grain: "element" };

/** Name and chunks of each kernel. */
function launches(y: Tensor): string[] {
  return plan(graphOf([y.node]), target).stages.flatMap((stage) =>
    stage.launches.map(({ kernel, chunks }) => `${kernel.name} ×${chunks}`),
  );
}

function tensor(shape: Shape, dtype: "float32" | "int32" | "bool" = "float32"): Tensor {
  return new Tensor(leaf(shape, dtype));
}

describe("element-wise kernels", () => {
  it("have a chunk for each element", () => {
    expect(launches(tensor([7, 5, 3]).mul(2).sigmoid())).toEqual(["sigmoid ×105"]);
    expect(launches(tensor([7, 5, 3]).add(tensor([5, 1])))).toEqual(["add ×105"]);
    expect(launches(tensor([300, 400]).transpose(0, 1).exp())).toEqual(["exp ×120000"]);
    expect(launches(tensor([]).exp())).toEqual(["exp ×1"]);
  });

  it("have no chunk for no elements", () => {
    expect(launches(tensor([3, 0, 2]).add(tensor([2])))).toEqual([]);
  });

  it("take the chunk's number apart, and address what is row-major by that number itself", () => {
    const y = tensor([2, 5, 1, 3]).add(tensor([5, 1, 1]));
    const [launch] = plan(graphOf([y.node]), target).stages.flatMap((stage) => stage.launches);
    expect(
      printKernel((launch as { kernel: Parameters<typeof printKernel>[0] }).kernel),
    ).toMatchInlineSnapshot(`
        "kernel add(chunk, b0: float32, b1: float32, b2: float32)
          outer30 = chunk div 3
          outer11 = outer30 div 5
          r2 = b0[chunk]
          r3 = b1[outer30 + -5·outer11]
          r4 = add(r2, r3)
          b2[chunk] ← r4"
      `);
  });

  it("are refused with vectors", () => {
    expect(() => plan(graphOf([tensor([8]).exp().node]), { ...target, lanes: 4 })).toThrow(
      /no vectors/,
    );
  });
});

describe("reductions", () => {
  it("take one pass where there are many results, or few elements", () => {
    expect(launches(tensor([1024, 10]).sum(1))).toEqual(["sum ×1024"]);
    expect(launches(tensor([128, 16, 12, 12]).amax([2, 3]))).toEqual(["amax ×2048"]);
    expect(launches(tensor([400]).sum())).toEqual(["sum ×1"]);
    expect(launches(tensor([3, 0]).sum(1))).toEqual(["sum ×3"]);
  });

  it("take parts of few results first, then all parts", () => {
    expect(launches(tensor([1024, 10]).mean())).toEqual(["sum ×110", "sum ×1"]);
    // The statistics of a channel, and the gradient of a bias.
    expect(launches(tensor([128, 64, 24, 24]).mean([0, 2, 3]))).toEqual([
      "sum ×147456",
      "sum ×3072",
      "sum ×64",
    ]);
    expect(launches(tensor([1024, 120]).sum(0))).toEqual(["sum ×3840", "sum ×120"]);
    expect(launches(tensor([8, 3000]).amax(1))).toEqual(["amax ×440", "amax ×8"]);
  });

  /** Axes of size 1, odd sizes, and parts that end in the middle of an axis. */
  const cases: readonly (readonly [Shape, readonly number[]])[] = [
    [[10007], [0]],
    [[3, 5001], [1]],
    [
      [3, 5001],
      [0, 1],
    ],
    [[5001, 3], [0]],
    [
      [17, 3, 13, 11],
      [0, 1, 2, 3],
    ],
    [
      [37, 3, 13, 11],
      [0, 2, 3],
    ],
    [
      [2, 3, 5, 301],
      [0, 1, 3],
    ],
    [[1, 10001, 1], [1]],
    [
      [7, 1, 1009],
      [0, 2],
    ],
    [
      [1, 1, 700],
      [0, 2],
    ],
  ];

  /** In float64, element by element; `step` is given the result so far. */
  function expected(
    x: Tensor,
    data: ArrayLike<number>,
    axes: readonly number[],
    step: (total: number | undefined, value: number) => number,
  ): number[] {
    const kept = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
    const found: number[] = [];
    for (let i = 0; i < x.numel; i++) {
      const at = kept.reduce((index, axis) => {
        const size = x.shape[axis] as number;
        return index * size + (Math.floor(i / sizeOf(x.shape.slice(axis + 1))) % size);
      }, 0);
      found[at] = step(found[at], data[i] as number);
    }
    return found;
  }

  for (const [shape, axes] of cases) {
    it(`are right over axes ${axes} of [${shape}]`, () => {
      const random = new Generator(5);
      const x = tensor(shape);
      const data = draw({ shape }, random);
      const elements = new Map([[x.node, data]]);
      const run = (y: Tensor) => Array.from(computed(y, elements, target));
      const sums = expected(x, data, axes, (total = 0, value) => total + 2 * value);
      run(x.mul(2).sum(axes).div(2).mul(2)).forEach((sum, i) => {
        // A rounding for each pass and for each addition in a row, of numbers up to 4 in size.
        expect(Math.abs(sum - (sums[i] as number))).toBeLessThan(2 ** -24 * 4 * 10007);
      });
      const most = expected(x, data, axes, (total = -Infinity, value) => Math.max(total, value));
      expect(run(x.amax(axes, { keepdim: true }))).toEqual(most);
      const least = expected(x, data, axes, (total = Infinity, value) => Math.min(total, value));
      expect(run(x.amin(axes))).toEqual(least);
      const counts = expected(x, data, axes, (total = 0, value) => total + Number(value > 0));
      expect(run(x.gt(0).sum(axes))).toEqual(counts);
    });
  }
});
