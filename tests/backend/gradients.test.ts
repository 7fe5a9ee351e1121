// Every op's backward rule against central differences in float64, and the rule of that rule too.
import { beforeAll, describe, expect, test } from "vitest";
import { grad } from "../../src/autograd/index.ts";
import { createReferenceBackend } from "../../src/backend/reference/index.ts";
import { interpreter } from "../../src/backend/reference/interpret.ts";
import { BackendEngine } from "../../src/engine.ts";
import { graphOf } from "../../src/graph/graph.ts";
import { setEngine } from "../../src/tensor/engine.ts";
import type { Case, Op, ReferenceArray } from "../../src/tensor/op.ts";
import { noGrad } from "../../src/tensor/state.ts";
import { apply, Tensor } from "../../src/tensor/tensor.ts";
import { forOps, runnable } from "./cases.ts";
import { normalNumbers } from "./inputs.ts";
import { gradLeaf, leafTensor } from "./leaves.ts";

/** Step of the differences: their error is h² f‴/6 from the formula and 2⁻⁵³ f/h from rounding. */
const h = 1e-4;
/** Differences of smooth functions of size 1 to 100 are that good with this h. */
const relative = 1e-5;
/** Elements that are varied in each input; the gradient's other elements go by the same loops. */
const elementsVaried = 12;

interface Problem {
  readonly leaves: readonly Tensor[];
  readonly arrays: readonly ReferenceArray[];
}

/** The number that a scalar tensor stands for, with these elements in its leaves. */
function evaluator(
  result: Tensor,
  { leaves }: Problem,
): (data: readonly Float64Array[]) => Float64Array {
  const graph = graphOf([result.node]);
  const run = interpreter(graph);
  const places = graph.leaves.map((leaf) => leaves.findIndex(({ node }) => node === leaf));
  return (data) => run(places.map((place) => data[place] as Float64Array))[0] as Float64Array;
}

/** Compares gradients of a scalar with central differences. */
function checkGradients(
  scalar: Tensor,
  gradients: readonly (Tensor | null)[],
  problem: Problem,
): void {
  const data = problem.arrays.map((array) => array.data.slice());
  const value = evaluator(scalar, problem);
  gradients.forEach((gradient, k) => {
    const elements = data[k] as Float64Array;
    if (!(problem.leaves[k] as Tensor).requiresGrad) return;
    if (gradient !== null) expect(gradient.shape).toEqual((problem.leaves[k] as Tensor).shape);
    const rule =
      gradient === null ? new Float64Array(elements.length) : evaluator(gradient, problem)(data);
    const stride = Math.max(1, Math.floor(elements.length / elementsVaried));
    for (let i = 0; i < elements.length; i += stride) {
      const x = elements[i] as number;
      elements[i] = x + h;
      const above = value(data)[0] as number;
      elements[i] = x - h;
      const below = value(data)[0] as number;
      elements[i] = x;
      const difference = (above - below) / (2 * h);
      const error = Math.abs(difference - (rule[i] as number));
      if (!(error <= relative * (1 + Math.abs(difference)))) {
        expect.fail(
          `input ${k}, element ${i} (${x}): the rule says ${rule[i]}, differences say ${difference}`,
        );
      }
    }
  });
}

/** Σ weights · x with fixed weights, so that every element counts and none alike. */
function weighted(
  x: Tensor,
  problem: { leaves: Tensor[]; arrays: ReferenceArray[] },
  seed: number,
): Tensor {
  const weights: ReferenceArray = {
    shape: x.shape,
    dtype: "float32",
    data: Float64Array.from({ length: x.numel }, normalNumbers(seed)),
  };
  const leaf = leafTensor(weights);
  problem.leaves.push(leaf);
  problem.arrays.push(weights);
  return x.mul(leaf).sum();
}

function check(op: Op, case_: Case<unknown>): void {
  const { inputs } = runnable(op, case_);
  const problem = { leaves: inputs.map(gradLeaf), arrays: [...inputs] };
  const leaves = [...problem.leaves];
  const varied = leaves.filter((leaf) => leaf.requiresGrad);
  const result = weighted(apply(op, leaves, case_.params), problem, 5);
  const options = { createGraph: true, allowUnused: true } as const;
  const found = grad(result, varied, options);
  const gradients = leaves.map((leaf) => found[varied.indexOf(leaf)] ?? null);
  checkGradients(result, gradients, problem);

  // Second order: the gradient, weighted to a scalar, is a function like any other. Where it does not
  // depend on the inputs (the op is linear) there is nothing to differentiate, and differences are 0.
  const parts = gradients
    .filter((gradient) => gradient !== null)
    .map((gradient, k) => weighted(gradient, problem, 7 + k));
  const [first, ...others] = parts;
  if (first === undefined) return;
  const scalar = others.reduce((total, part) => total.add(part), first);
  const second = scalar.requiresGrad ? grad(scalar, varied, options) : [];
  checkGradients(
    scalar,
    leaves.map((leaf) => second[varied.indexOf(leaf)] ?? null),
    problem,
  );
}

describe("gradients of first and second order", () => {
  forOps(
    ({ refused, gradient }) => refused === undefined && gradient !== false,
    (op, cases) => {
      if (op.backward === undefined && op.lowering.kind !== "composite") return;
      describe(op.name, () => {
        for (const case_ of cases) {
          if (!case_.inputs.some(({ dtype = "float32" }) => dtype === "float32")) continue;
          test(case_.name, () => check(op, case_));
        }
      });
    },
  );
});

describe("backward and grad", () => {
  beforeAll(() => setEngine(new BackendEngine(createReferenceBackend())));
  const leaf = (values: number[]) => Tensor.from(values, { requiresGrad: true });

  test("add to what a leaf has collected", async () => {
    const x = leaf([1, 2]);
    x.mul(x).sum().backward();
    x.mul(3).sum().backward();
    expect(await x.grad?.array()).toEqual([5, 7]);
    expect(x.grad?.requiresGrad).toBe(false);
  });

  test("sum over all uses of a value", async () => {
    const x = leaf([2]);
    const y = x.mul(x);
    y.mul(y).add(y).add(x).sum().backward();
    expect(await x.grad?.array()).toEqual([4 * 8 + 4 + 1]);
  });

  test("take the gradient of the result", async () => {
    const x = leaf([1, 2]);
    x.mul(10).backward(Tensor.from([1, -1]));
    expect(await x.grad?.array()).toEqual([10, -10]);
  });

  test("go through a value that was already computed", async () => {
    const x = leaf([3]);
    const y = x.mul(x).realize();
    y.mul(2).sum().backward();
    expect(await x.grad?.array()).toEqual([12]);
  });

  test("reach the bottom of a graph deeper than the call stack", async () => {
    const x = leaf([0]);
    let y: Tensor = x;
    for (let i = 0; i < 20_000; i++) y = y.add(1);
    const [gradient] = grad(y.sum(), [x]);
    expect(await gradient?.array()).toEqual([1]);
  });

  test("stop at detach, at integers and outside noGrad's reach", async () => {
    const x = leaf([2]);
    x.mul(x.detach()).add(x.to("int32").to("float32")).sum().backward();
    expect(await x.grad?.array()).toEqual([2]);
    expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false);
  });

  test("give gradients of gradients", async () => {
    const x = leaf([2]);
    const [first] = grad(x.pow(4).sum(), [x], { createGraph: true }) as [Tensor];
    const [second] = grad(first.sum(), [x], { createGraph: true }) as [Tensor];
    const [third] = grad(second.sum(), [x]) as [Tensor];
    expect([await first.array(), await second.array(), await third.array()]).toEqual([
      [32],
      [48],
      [48],
    ]);
    expect(third.requiresGrad).toBe(false);
    expect(x.grad).toBeNull();
  });

  test("give gradients of values on the way", async () => {
    const x = leaf([3]);
    const y = x.mul(2);
    const [yGrad] = grad(y.mul(y).sum(), [y]) as [Tensor];
    expect(await yGrad.array()).toEqual([12]);
  });

  test("say why there is no gradient", () => {
    const x = leaf([1, 2]);
    expect(() => Tensor.ones([1]).backward()).toThrowErrorMatchingInlineSnapshot(`
      [FoveaError: backward: this tensor does not depend on anything that requires a gradient
        tensor   Tensor([1], float32)
        hint     make a leaf with { requiresGrad: true }, and compute outside noGrad]
    `);
    expect(() => x.mul(2).backward()).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: backward: a gradient is needed for a tensor of shape [2]
        tensor   [2]
        hint     reduce it to a scalar first (sum, mean), or give the gradient]
    `);
    expect(() => x.sum().backward(Tensor.ones([2]))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: backward: the given gradient has another shape than the tensor
        tensor     []
        gradient   [2]]
    `);
    expect(() => grad(x.sum(), [leaf([1])])).toThrowErrorMatchingInlineSnapshot(`
      [FoveaError: grad: the output does not depend on input 0
        input    Tensor([1], float32)
        hint     leave it out, or pass { allowUnused: true } to get null]
    `);
    expect(grad(x.sum(), [leaf([1])], { allowUnused: true })).toEqual([null]);
  });
});
