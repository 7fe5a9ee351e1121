// Products in float16 on a GPU that has it: every case of the ops that multiply matrices, and operands that are large or small.
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { napUntil } from "../../src/backend/webgpu/naps.ts";
import { graphOf } from "../../src/graph/graph.ts";
import { setBackend, Tensor } from "../../src/index.ts";
import { contractionIn } from "../../src/kernel/walk.ts";
import { allOps } from "../../src/ops/index.ts";
import { plan } from "../../src/plan/plan.ts";
import { engine } from "../../src/tensor/engine.ts";
import type { Case, Op } from "../../src/tensor/op.ts";
import { apply } from "../../src/tensor/tensor.ts";
import { toFloat16 } from "../pure/float16.ts";
import { inFloat16, leaf } from "../pure/planned.ts";
import { type Applied, applied, faultOf } from "./cases.ts";
import { openFloat16 } from "./float16Gpu.ts";
import { anyFloat16, productTolerances, type tolerances } from "./tolerance.ts";

const gpu = await openFloat16();

/** Is it computed by groups that share operands? Convolutions of few channels are not: they are in float32, and tested as such. */
function isShared(op: Op, { inputs, params }: Case<unknown>): boolean {
  const y = apply(
    op,
    inputs.map(({ shape }) => new Tensor(leaf(shape))),
    params,
  );
  const { stages } = plan(graphOf([y.node]), inFloat16);
  return stages.some(({ launches }) =>
    launches.some(({ kernel }) => contractionIn(kernel) !== null),
  );
}

const products = ["matmul", "conv2d", "conv2dInputGrad", "conv2dWeightGrad"];
const cases = allOps
  .filter(({ name }) => products.includes(name))
  .flatMap((op) => op.cases.map((item) => ({ op, item })))
  .filter(({ op, item }) => item.refused === undefined && isShared(op, item));

describe.skipIf(gpu === null)("products in float16 on webgpu", () => {
  const drawn = new Map<Case<unknown>, Applied>();
  const rounded = new Map<Case<unknown>, Applied>();

  beforeAll(async () => {
    setBackend("webgpu", { matmulPrecision: "float16" });
    // One program, run twice: its compiler takes a second for each kernel.
    for (const [done, rounding] of [
      [drawn, undefined],
      [rounded, toFloat16],
    ] as const) {
      for (const { op, item } of cases) done.set(item, applied(op, item, rounding));
      engine().realize([...done.values()].map(({ result }) => result.node));
    }
    const computed = engine().idle() as Promise<void>;
    napUntil(computed);
    await computed;
  }, 300_000);

  afterAll(() => {
    setBackend("wasm", { threads: 1 });
  });

  describe.each(products)("%s", (name) => {
    for (const { item } of cases.filter(({ op }) => op.name === name)) {
      test(item.name, async () => {
        const allowed = (...given: Parameters<typeof tolerances>) =>
          productTolerances(...given, anyFloat16);
        expect(await faultOf(drawn.get(item) as Applied, allowed)).toBe(null);
        // Of operands that are float16 already nothing is lost: products are exact, and sums as in float32.
        expect(await faultOf(rounded.get(item) as Applied)).toBe(null);
      });
    }
  });

  it("round their operands, may be larger and smaller than float16, and are infinite where an operand is too large", async () => {
    const dot = (a: number[], b: number[]) => Tensor.from(a).matmul(Tensor.from(b)).item();
    expect(await dot([1 + 2 ** -14, 0], [1, 0])).toBeOneOf([1, 1 + 2 ** -10]);
    expect(await dot([300, 1], [300, 1])).toBe(90_001);
    expect(await dot([2 ** -14, 0], [2 ** -14, 0])).toBe(2 ** -28);
    expect(await dot([2 ** 16, 0], [1, 1])).toBe(Number.POSITIVE_INFINITY);
  }, 60_000);

  it("do not lose small gradients", async () => {
    const x = Tensor.from([3, 5], { requiresGrad: true });
    x.matmul(Tensor.from([1, 2]))
      .mul(2 ** -30)
      .backward();
    // 2⁻³⁰ is no float16, nor anything else than 0 to it.
    expect(await x.grad?.array()).toEqual([2 ** -30, 2 ** -29]);
  }, 60_000);
});
