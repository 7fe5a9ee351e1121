// Plans whose chunks are one element each, for machines that run thousands of them at a time.
import { describe, expect, it, test } from "vitest";
import { graphOf } from "../../src/graph/graph.ts";
import type { Launch } from "../../src/kernel/ir.ts";
import { printKernel } from "../../src/kernel/print.ts";
import {
  allOps,
  argsort,
  concat,
  cumsum,
  gather,
  pad,
  scatter,
  scatterAdd,
} from "../../src/ops/index.ts";
import { plan } from "../../src/plan/plan.ts";
import type { PlanTarget } from "../../src/plan/planner.ts";
import { element, group } from "../../src/plan/strategies/elements.ts";
import { thread } from "../../src/plan/strategies/threads.ts";
import type { CaseInput, Op } from "../../src/tensor/op.ts";
import { Generator } from "../../src/tensor/random.ts";
import { type Shape, sizeOf } from "../../src/tensor/shape.ts";
import { apply, Tensor } from "../../src/tensor/tensor.ts";
import { interpret } from "./interpret.ts";
import { computed, draw, leaf, runCase } from "./planned.ts";

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

function named(name: string): Op {
  return allOps.find((op) => op.name === name) as Op;
}

test("what has a strategy for threads has one for elements: a page with a GPU loads no other", () => {
  expect(Object.keys({ ...element, ...group }).sort()).toEqual(Object.keys(thread).sort());
});

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

describe("kernels of their own", () => {
  it("have a chunk for each element, and one kernel for all pieces", () => {
    expect(launches(pad(tensor([2, 3, 4]), [1, 2, 3, 0]))).toEqual(["pad ×84"]);
    expect(launches(concat([tensor([2, 3]), tensor([2, 0]), tensor([2, 4])], 1))).toEqual([
      "concat ×14",
    ]);
    const index = tensor([2, 3], "int32");
    expect(launches(gather(tensor([2, 5]), 1, index))).toEqual(["gather ×6"]);
    expect(launches(scatter(tensor([2, 5]), 1, index, tensor([2, 3])))).toEqual(["scatter ×10"]);
    expect(launches(cumsum(tensor([4, 6, 5]), 1))).toEqual(["cumsum ×20"]);
    expect(launches(argsort(tensor([7, 100])))).toEqual(["argsortKeys ×700", "argsort ×700"]);
  });

  it("find the maxima of windows first, then what each pixel gets", () => {
    const x = tensor([2, 3, 9, 9]);
    const kernel = { kernel: [3, 3], stride: [2, 2], dilation: [1, 1], border: [1, 1, 1, 1] };
    expect(launches(apply(named("maxWindowsGrad"), [x, tensor([2, 3, 5, 5])], kernel))).toEqual([
      "maxWindowsFind ×150",
      "maxWindowsGrad ×486",
    ]);
  });

  it("share long rows in blocks, and sort them in runs", () => {
    expect(launches(cumsum(tensor([2, 1000]), 1))).toEqual([
      "cumsum ×64",
      "cumsum ×2",
      "cumsum ×64",
    ]);
    expect(launches(argsort(tensor([2, 400])))).toEqual([
      "argsortKeys ×800",
      "argsort ×800",
      "argsort ×800",
      "argsort ×800",
    ]);
  });

  /** Is the result of an op what its reference says, exactly? */
  function check(op: string, inputs: readonly CaseInput[], params: unknown): void {
    const { result, ...reference } = runCase(named(op), inputs, params, {
      random: new Generator(sizeOf((inputs[0] as CaseInput).shape)),
      target,
    });
    const context = JSON.stringify({ op, inputs, params });
    expect(
      Array.from(result, (value) => value + 0),
      context,
    ).toEqual(Array.from(reference.expected.data, (value) => value + 0));
  }

  const whole = (shape: Shape): CaseInput => ({ shape, values: [-4, 5] });

  it("are right for windows of random sizes", () => {
    const random = new Generator(3);
    for (let round = 0; round < 30; round++) {
      const draws = [0, 1].map(() => {
        const kernel = 1 + random.integer(4);
        const dilation = 1 + random.integer(3);
        const stride = 1 + random.integer(4);
        const border = [random.integer(3), random.integer(3)] as const;
        const span = dilation * (kernel - 1) + 1;
        const size = Math.max(1, span - border[0] - border[1]) + random.integer(6);
        return { kernel, dilation, stride, border, span, size };
      });
      const both = <T>(f: (axis: (typeof draws)[0]) => T): T[] => draws.map(f);
      const params = {
        kernel: both(({ kernel }) => kernel),
        stride: both(({ stride }) => stride),
        dilation: both(({ dilation }) => dilation),
      };
      const windows = (size: number, { span, stride }: (typeof draws)[0]): number =>
        Math.floor((size - span) / stride) + 1;
      const shape = [1 + random.integer(2), 1 + random.integer(2)];
      const image = [...shape, ...both(({ size }) => size)];
      const border = draws.flatMap((axis) => axis.border);
      const padded = both((axis) => windows(axis.size + axis.border[0] + axis.border[1], axis));
      const grad = whole([...shape, ...padded]);
      check("maxWindowsGrad", [whole(image), grad], { ...params, border });
      const large = [...shape, ...both(({ size, span }) => size + span)];
      const inside = both((axis) => windows(axis.size + axis.span, axis));
      check("maxWindowsTake", [whole(large), whole(large)], params);
      const size = large.slice(2);
      const elements = whole([...shape, ...inside, ...params.kernel]);
      check("foldWindows", [elements], { ...params, size });
    }
  });

  it("are right where elements meet", () => {
    for (const axis of [0, 1]) {
      const index = { shape: [7, 5], dtype: "int32", values: [-1, 9] } as const;
      for (const op of ["scatter", "scatterAdd"])
        check(op, [whole([8, 6]), index, whole([7, 5])], { axis });
    }
    const rows = { shape: [40], dtype: "int32", values: [-1, 6] } as const;
    check("indexAdd", [whole([40, 3]), rows], { axis: 0, size: 5 });
    check("indexAdd", [whole([2, 40, 3]), rows], { axis: 1, size: 5 });
  });

  it("share the elements along an axis where there are very many", () => {
    const shape = [4100, 4100];
    const [x, index, source] = [tensor(shape), tensor([4100, 3], "int32"), tensor([4100, 3])];
    const graph = graphOf([scatterAdd(x, 1, index, source).node]);
    const program = plan(graph, target);
    const [launch] = program.stages.flatMap((stage) => stage.launches);
    expect(launch?.chunks).toBe(4100);
    // Two rows of them.
    const two = { launches: [{ ...(launch as Launch), chunks: 2 }] };
    const bytes = (length: number) => new Uint8Array(4 * length);
    const memory = new Map([
      [x.node, bytes(sizeOf(shape))],
      [index.node, bytes(3 * 4100)],
      [source.node, bytes(3 * 4100)],
    ]);
    const result = bytes(sizeOf(shape));
    new Float32Array((memory.get(x.node) as Uint8Array).buffer).fill(1, 0, 2 * 4100);
    new Int32Array((memory.get(index.node) as Uint8Array).buffer).set([5, 4099, 5, 0, 7, 5000]);
    new Float32Array((memory.get(source.node) as Uint8Array).buffer).set([10, 20, 30, 40, 50, 60]);
    const leaves = graph.leaves.map((node) => memory.get(node) as Uint8Array);
    interpret({ ...program, stages: [two] }, [...leaves, result]);
    const expected = new Float32Array(2 * 4100).fill(1);
    for (const [at, value] of [
      [5, 41],
      [4099, 21],
      [4100, 41],
      [4107, 51],
      [8199, 61],
    ] as const)
      expected[at] = value;
    expect(new Float32Array(result.buffer, 0, 2 * 4100)).toEqual(expected);
  });
});
