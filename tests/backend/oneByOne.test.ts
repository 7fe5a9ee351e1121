// Convolutions of 1 × 1 by panels against the float64 reference: forward and the gradient of the input, with images and with
// pixels in the lanes, strides, vectors that overlap, and epilogues that need rows and columns.
import { afterAll, describe, expect, test } from "vitest";
import { grad } from "../../src/autograd/index.ts";
import { createReferenceBackend } from "../../src/backend/reference/index.ts";
import { BackendEngine } from "../../src/engine.ts";
import { graphOf } from "../../src/graph/graph.ts";
import { arange, conv2d } from "../../src/ops/index.ts";
import { plan } from "../../src/plan/plan.ts";
import { setEngine } from "../../src/tensor/engine.ts";
import { Generator } from "../../src/tensor/random.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { compilers } from "./kernels.ts";

const reference = new BackendEngine(createReferenceBackend());

interface Case {
  readonly x: readonly [number, number, number, number];
  readonly out: number;
  readonly stride?: readonly [number, number];
  readonly epilogue?: (y: Tensor, rows: Tensor) => Tensor;
}

/** What the convolution reads is computed before, if asked, and then may have batch layout. */
function network({ x, out, stride = [1, 1], epilogue }: Case, before: boolean) {
  const random = new Generator(5);
  const leaf = (shape: readonly number[], scale = 1): Tensor => {
    const length = shape.reduce((a, b) => a * b, 1);
    const data = Float32Array.from({ length }, () => scale * random.normal());
    return Tensor.from(data, { shape, requiresGrad: true });
  };
  const input = leaf(x);
  const inChannels = x[1];
  const between = before ? input.mul(0.5).add(1) : input;
  const weight = leaf([out, inChannels, 1, 1], 1 / Math.sqrt(inChannels));
  const raw = conv2d(between, weight, leaf([out]), { stride });
  const rows = leaf([1, 1, raw.shape[2] as number, 1]);
  const y = epilogue === undefined ? raw : epilogue(raw, rows);
  const gradients = grad(y, [input, weight], { gradOutput: leaf(y.shape) });
  return [y, ...gradients];
}

/** Largest difference relative to the largest value. */
function error(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  const values = Array.from(expected);
  const differences = values.map((value, i) => Math.abs(value - (found[i] as number)));
  const most = (a: number, b: number): number => (b <= a ? a : b);
  return differences.reduce(most, 0) / values.map(Math.abs).reduce(most, 0);
}

const cases: Readonly<Record<string, Case>> = {
  "whole vectors": { x: [16, 8, 4, 4], out: 16 },
  "an odd number of channels": { x: [16, 9, 5, 7], out: 43 },
  "many channels, few pixels": { x: [16, 130, 3, 3], out: 40 },
  "stride 2": { x: [16, 12, 8, 8], out: 19, stride: [2, 2] },
  "stride 2 and 3 of an odd size": { x: [32, 8, 7, 9], out: 10, stride: [2, 3] },
  "images that fill no vector": { x: [3, 10, 6, 7], out: 21 },
  "one image": { x: [1, 24, 14, 14], out: 33 },
  "images that fill no vector, stride 2": { x: [5, 8, 9, 7], out: 12, stride: [2, 2] },
  "an activation": { x: [16, 8, 5, 5], out: 9, epilogue: (y) => y.sigmoid() },
  "an activation, pixels in the lanes": { x: [2, 8, 5, 7], out: 9, epilogue: (y) => y.sigmoid() },
  "a factor for each row": { x: [16, 8, 6, 5], out: 9, epilogue: (y, rows) => y.mul(rows) },
  "a factor for each row, pixels in the lanes": {
    x: [2, 8, 6, 5],
    out: 9,
    epilogue: (y, rows) => y.mul(rows),
  },
  "numbers of columns": {
    x: [4, 8, 6, 5],
    out: 9,
    epilogue: (y) => y.add(arange(5).to("float32")),
  },
};

/** Cases whose images fill vectors, of each kind. */
const lanesMatter = new Set([
  "an odd number of channels",
  "stride 2 and 3 of an odd size",
  "an activation",
  "a factor for each row",
]);

describe.each(compilers)("1 × 1 convolutions, $name", ({ create }) => {
  const backend = create({ threads: 2 });
  const engine = new BackendEngine(backend);
  afterAll(() => backend.dispose());

  for (const before of [false, true]) {
    const given = Object.entries(cases).filter(([name]) => !before || lanesMatter.has(name));
    test.each(given)(`%s${before ? ", after another" : ""}`, async (_, given) => {
      setEngine(reference);
      const expected = await Promise.all(network(given, before).map((t) => t.data()));
      setEngine(engine);
      const found = await Promise.all(network(given, before).map((t) => t.data()));
      found.forEach((values, i) => {
        expect(error(values, expected[i] as ArrayLike<number>), `result ${i}`).toBeLessThan(2e-6);
      });
    });
  }
});

test("are chosen for both directions, and left for few channels", () => {
  setEngine(reference);
  const names = (channels: number): string[] => {
    const x = Tensor.zeros([4, channels, 6, 6], { requiresGrad: true });
    const y = conv2d(x, Tensor.zeros([16, channels, 1, 1]));
    const gradients = grad(y, [x], { gradOutput: Tensor.ones(y.shape) });
    const graph = graphOf([y.node, ...gradients.map(({ node }) => node)]);
    const program = plan(graph, { lanes: 4, accumulators: 12 });
    return program.stages.flatMap(({ launches }) => launches.map(({ kernel }) => kernel.name));
  };
  expect(names(8).filter((name) => name === "conv2dOneByOne")).toHaveLength(2);
  expect(names(4)).not.toContain("conv2dOneByOne");
});
