// Every case of every op: planned for machines with and without vectors, the plan walked by an
// interpreter, the result held against the op's reference loops.
import { describe, expect, it } from "vitest";
import { graphOf } from "../../src/graph/graph.ts";
import { printKernel, printProgram } from "../../src/kernel/print.ts";
import { after, allOps, avgPool2d, conv2d } from "../../src/ops/index.ts";
import { plan } from "../../src/plan/plan.ts";
import type { PlanTarget } from "../../src/plan/planner.ts";
import { rewrite } from "../../src/plan/rewrite.ts";
import { Generator } from "../../src/tensor/random.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { leaf, runCase } from "./planned.ts";

const byElement: PlanTarget = { lanes: 1, accumulators: 8, unrolled: 4, grain: "element" };
const targets: readonly (readonly [string, PlanTarget])[] = [
  ["16 lanes", { lanes: 16, laneChoices: [16, 8, 4], accumulators: 12 }],
  ["4 lanes", { lanes: 4, laneChoices: [4], accumulators: 12 }],
  ["1 lane", { lanes: 1, laneChoices: [], accumulators: 12 }],
  ["chunks of one element", byElement],
  ["workgroups", { ...byElement, workgroup: { members: 256, sharedBytes: 16384, busy: 2 ** 17 } }],
  // Few small groups: other tiles, and long sums in no parts.
  ["small workgroups", { ...byElement, workgroup: { members: 64, sharedBytes: 8192, busy: 64 } }],
];

for (const [name, target] of targets) {
  describe(`plans with ${name}`, () => {
    for (const op of allOps) {
      for (const item of op.cases) {
        if (item.refused !== undefined) continue;
        it(`${op.name} > ${item.name}`, () => {
          const random = new Generator(7);
          const { result, ...reference } = runCase(op, item.inputs, item.params, {
            random,
            target,
          });
          const expected = reference.expected.data;
          const terms = Math.max(1, ...item.inputs.map((input) => sizeOf(input.shape)));
          // Rounding of a sum of `terms` products of size up to 4, at float32's 6e-8 each.
          const absolute = 6e-8 * 16 * Math.sqrt(terms) * 4;
          expected.forEach((value, i) => {
            const actual = result[i] as number;
            if (actual === Math.fround(value) || (Number.isNaN(actual) && Number.isNaN(value)))
              return;
            expect(
              Math.abs(actual - value),
              `element ${i}: ${actual} for ${value}`,
            ).toBeLessThanOrEqual(absolute + 2e-6 * Math.abs(value));
          });
        });
      }
    }
  });
}

describe("vectors of several widths", () => {
  /** The widest vectors of the kernels that convolve, or that do anything. */
  const widths = (batch: number, size: number): number[] => {
    const y = conv2d(new Tensor(leaf([batch, 2, size, size])), new Tensor(leaf([3, 2, 3, 3])));
    const target = { lanes: 16, laneChoices: [16, 8, 4], accumulators: 24 };
    const launches = plan(graphOf([y.node]), target).stages.flatMap((stage) => stage.launches);
    return launches
      .filter(({ kernel }) => kernel.name === "conv2d")
      .map(({ kernel }) => {
        const found = [...printKernel(kernel).matchAll(/×(\d+)/g)].map(([, n]) => Number(n));
        return Math.max(1, ...found);
      });
  };

  it("take the widest that the batch fills", () => {
    expect([32, 24, 12].flatMap((batch) => widths(batch, 5))).toEqual([16, 8, 4]);
  });

  it("take the one that covers a row with the fewest, where the batch fills none", () => {
    expect([18, 12, 8, 6, 4].flatMap((size) => widths(1, size))).toEqual([16, 8, 4, 4, 1]);
  });
});

describe("fusion", () => {
  it("puts a chain of pointwise ops into one kernel", () => {
    const x = new Tensor(leaf([8, 6]));
    const program = plan(graphOf([x.mul(2).add(1).sigmoid().node]), { lanes: 4, accumulators: 12 });
    expect(printProgram(program)).toMatchInlineSnapshot(`
      "2 bound slots, 0 temporaries in 0 bytes
        0  sigmoid              ×1  %0 %1"
    `);
  });

  it("puts bias and activation into the convolution's kernel, and pools from there", () => {
    const x = new Tensor(leaf([8, 1, 6, 6]));
    const weight = new Tensor(leaf([2, 1, 3, 3]));
    const bias = new Tensor(leaf([2]));
    const y = avgPool2d(conv2d(x, weight, bias, { padding: 1 }).sigmoid(), 2);
    expect(
      printProgram(plan(graphOf([y.node]), { lanes: 4, accumulators: 12 })),
    ).toMatchInlineSnapshot(`
      "4 bound slots, 2 temporaries in 3584 bytes
        0  copy                 ×1  %0 %5
        1  conv2d               ×1  %1 %5 %4 %2
        2  sum                  ×1  %4 %3"
    `);
  });

  it("keeps a mask out of the convolution's kernel, whose sums have no room in it", () => {
    const [x, w] = [new Tensor(leaf([4, 3, 5, 5])), new Tensor(leaf([2, 3, 3, 3]))];
    const graph = graphOf([conv2d(x, w).relu().gt(0).node]);
    const { stages } = plan(graph, { lanes: 4, accumulators: 8 });
    expect(stages.flatMap(({ launches }) => launches).map(({ kernel }) => kernel.name)).toEqual([
      "copy",
      "conv2d",
      "gt",
    ]);
  });

  it("computes equal values once, also of constants that were folded, but not after a wait", () => {
    const x = new Tensor(leaf([4]));
    const six = () => Tensor.full([4], 2).mul(3);
    const [a, b, late] = rewrite([
      x.mul(six()).node,
      x.mul(six()).node,
      after(x, x.exp()).mul(six()).node,
    ]);
    expect(a).toBe(b);
    expect(late).not.toBe(a);
  });

  it("computes a mean in the epilogue of its sum, with the lanes along the row", () => {
    const x = new Tensor(leaf([3, 10]));
    const program = plan(graphOf([x.mean(1).node]), { lanes: 4, accumulators: 12 });
    const [stage] = program.stages;
    expect(
      stage?.launches.map(({ kernel }) => printKernel(kernel)).join("\n"),
    ).toMatchInlineSnapshot(`
      "kernel sum(chunk, b0: float32, b1: float32)
        for i00 = 0 … min(3, 3)
          r1 = 0
          r2 = 0
          for i13 = 0 … min(2, 2)
            r4 = b0[10·i00 + 4·i13]×4
            r2 ← add(r2, r4)
          for t15 = 8 … 10
            r6 = b0[10·i00 + t15]
            r1 ← add(r1, r6)
          r7 = add(r1, total(r2))
          r8 = div(r7, 10)
          b1[i00] ← r8"
    `);
  });
});
