// Products whose operands groups hold in float16: the plans, walked by an interpreter that rounds as they say, against float64
// loops, within the bound that follows from the rounding.
import { describe, expect, it, test } from "vitest";
import { graphOf } from "../../src/graph/graph.ts";
import { float16ToFloat32 } from "../../src/interop/halfFloat.ts";
import type { Launch, Workgroup } from "../../src/kernel/ir.ts";
import { printKernel } from "../../src/kernel/print.ts";
import { allOps } from "../../src/ops/index.ts";
import { divide, type ProductSizes } from "../../src/plan/contract/tile.ts";
import { plan } from "../../src/plan/plan.ts";
import type { PlanTarget } from "../../src/plan/planner.ts";
import { Generator } from "../../src/tensor/random.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { differenceOf } from "../backend/cases.ts";
import { nearestFloat16, productTolerances } from "../backend/tolerance.ts";
import { toFloat16 } from "./float16.ts";
import { computed, inFloat16, leaf, runCase } from "./planned.ts";

const inFloat32: PlanTarget = {
  ...inFloat16,
  workgroup: { ...inFloat16.workgroup, operands: "float32" },
};

describe("rounding to float16", () => {
  /** All from 0 on, and infinity. */
  const all = float16ToFloat32(Uint16Array.from({ length: 0x7c01 }, (_, bits) => bits));

  it("keeps what is a float16", () => {
    expect(all.every((x) => toFloat16(x) === x && toFloat16(-x) === -x)).toBe(true);
    expect(toFloat16(Number.NaN)).toBeNaN();
  });

  it("takes the nearer neighbour, or the even one", () => {
    for (let bits = 0; bits < 0x7bff; bits++) {
      const [below, above] = [all[bits] as number, all[bits + 1] as number];
      const middle = (below + above) / 2;
      const nudge = (above - below) / 2 ** 12;
      const found = [middle - nudge, middle, middle + nudge].map(toFloat16);
      expect(found).toEqual([below, bits % 2 === 0 ? below : above, above]);
    }
    expect([65519, 65520].map(toFloat16)).toEqual([65504, Number.POSITIVE_INFINITY]);
  });
});

describe("products in float16", () => {
  const products = ["matmul", "conv2d", "conv2dInputGrad", "conv2dWeightGrad"];
  for (const op of allOps.filter(({ name }) => products.includes(name))) {
    for (const item of op.cases.filter(({ refused }) => refused === undefined)) {
      test(`${op.name} > ${item.name}`, () => {
        const random = new Generator(7);
        const { result, inputs, expected } = runCase(op, item.inputs, item.params, {
          random,
          target: inFloat16,
        });
        const allowed = productTolerances(op, inputs, expected, item.params, nearestFloat16);
        expect(differenceOf(result, expected, allowed)).toBe(null);
      });
    }
  }

  /** A row times a column, as a plan for this target computes it. */
  function dot(a: readonly number[], b: readonly number[], on: PlanTarget = inFloat16): number {
    const leaves = [leaf([1, a.length]), leaf([b.length, 1])] as const;
    const y = new Tensor(leaves[0]).matmul(new Tensor(leaves[1]));
    const elements = [a, b].map((values) => Float32Array.from(values));
    return computed(
      y,
      new Map(leaves.map((node, i) => [node, elements[i] as Float32Array])),
      on,
    )[0] as number;
  }

  it("round their operands", () => {
    expect(dot([1 + 2 ** -12], [1], inFloat32)).toBe(1 + 2 ** -12);
    expect(dot([1 + 2 ** -12], [1])).toBe(1);
    expect(dot([1], [1 + 3 * 2 ** -12])).toBe(1 + 2 ** -10);
    expect(dot([70_000], [1])).toBe(Number.POSITIVE_INFINITY);
    expect(dot([2 ** -26], [1])).toBe(0);
  });

  it("are exact, however large or small or long they are", () => {
    expect(dot([300, 1], [300, 1])).toBe(90_001);
    expect(dot([2 ** -14], [2 ** -14])).toBe(2 ** -28);
    expect(dot([2047], [2047])).toBe(4_190_209);
  });

  it("have the bits of those in float32 where operands are float16 already", () => {
    const random = new Generator(11);
    const draw = (): number[] => Array.from({ length: 300 }, () => toFloat16(random.normal()));
    const [a, b] = [draw(), draw()];
    expect(dot(a, b)).toBe(dot(a, b, inFloat32));
  });

  it("show in the kernel", () => {
    const y = new Tensor(leaf([8, 8])).matmul(new Tensor(leaf([8, 8])));
    const [launch] = plan(graphOf([y.node]), inFloat16).stages.flatMap(({ launches }) => launches);
    expect(printKernel((launch as Launch).kernel)).toContain(
      "contract 64×64 by 4×4 in float16: row",
    );
  });

  it("are divided as those in float32 are: groups need no more than these have memory for", () => {
    const few = [1, 7, 33, 500];
    const sizes: ProductSizes[] = few.flatMap((rows) =>
      few.flatMap((columns) => few.map((depth) => ({ batches: 1, rows, columns, depth }))),
    );
    const divided = ({ workgroup: group }: PlanTarget) =>
      sizes.map((each) => divide(each, group as Workgroup));
    expect(divided(inFloat16)).toEqual(divided(inFloat32));
  });
});
