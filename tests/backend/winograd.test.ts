// Convolutions by Winograd's minimal filtering against the float64 reference: forward, both gradients, an epilogue, edges of
// every kind; and the option that switches it off.
import { afterAll, describe, expect, test } from "vitest";
import { grad } from "../../src/autograd/index.ts";
import { createReferenceBackend } from "../../src/backend/reference/index.ts";
import { BackendEngine } from "../../src/engine.ts";
import { graphOf } from "../../src/graph/graph.ts";
import { conv2d } from "../../src/ops/index.ts";
import { plan } from "../../src/plan/plan.ts";
import type { PlanTarget } from "../../src/plan/planner.ts";
import { setEngine } from "../../src/tensor/engine.ts";
import { Generator } from "../../src/tensor/random.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { gpuBackends } from "./gpu.ts";
import { compilers } from "./kernels.ts";

const reference = new BackendEngine(createReferenceBackend());
type Sizes = readonly [
  batch: number,
  inChannels: number,
  outChannels: number,
  height: number,
  width: number,
  padding: number | readonly [number, number, number, number],
];

/** y = (conv(x) + bias) / 2, and the gradients of a weighted sum of it. */
async function compute(engine: BackendEngine, sizes: Sizes): Promise<number[][]> {
  setEngine(engine);
  const [batch, inChannels, outChannels, height, width, padding] = sizes;
  const random = new Generator(3);
  const leaf = (shape: readonly number[], scale: number): Tensor => {
    const length = shape.reduce((a, b) => a * b, 1);
    const data = Float32Array.from({ length }, () => scale * random.normal());
    return Tensor.from(data, { shape, requiresGrad: true });
  };
  const x = leaf([batch, inChannels, height, width], 1);
  const weight = leaf([outChannels, inChannels, 3, 3], 1 / Math.sqrt(9 * inChannels));
  const bias = leaf([outChannels], 0.1);
  const y = conv2d(x, weight, bias, { padding }).mul(0.5);
  const gradOutput = leaf(y.shape, 1);
  const gradients = grad(y, [x, weight, bias], { gradOutput });
  return Promise.all([y, ...gradients].map(async (t) => Array.from(await t.data())));
}

/** Largest difference relative to the largest value. */
function error(found: readonly number[], expected: readonly number[]): number {
  let most = 0;
  let largest = 0;
  expected.forEach((value, i) => {
    largest = Math.max(largest, Math.abs(value));
    const difference = Math.abs(value - (found[i] as number));
    if (!(difference <= most)) most = difference;
  });
  return most / largest;
}

const inVectors: PlanTarget = { lanes: 4, accumulators: 12 };

function kernelNames(sizes: Sizes, target: PlanTarget): string[] {
  setEngine(reference);
  const [batch, inChannels, outChannels, height, width] = sizes;
  const padding = sizes[5];
  const x = Tensor.ofData(
    new Float32Array(batch * inChannels * height * width),
    [batch, inChannels, height, width],
    "float32",
  );
  const w = Tensor.ofData(
    new Float32Array(outChannels * inChannels * 9),
    [outChannels, inChannels, 3, 3],
    "float32",
  );
  const program = plan(graphOf([conv2d(x, w, null, { padding }).node]), target);
  return program.stages.flatMap(({ launches }) => launches.map(({ kernel }) => kernel.name));
}

/** Rounding of sums of up to a few thousand float32 products, relative to the largest sum. */
const directBound = 2e-6;
/** F(4, 3) multiplies by numbers up to 8 and divides by 24 on the way: about ten times as much. */
const f4Bound = 2e-5;

const shapes: Readonly<Record<string, Sizes>> = {
  "F(2, 3), whole tiles": [16, 96, 96, 6, 6, 1],
  "F(2, 3), pixels over": [16, 96, 96, 5, 6, 1],
  "F(4, 3), whole tiles": [4, 32, 32, 12, 12, 1],
  "pixels over, 9 groups of images": [36, 33, 40, 7, 6, 1],
  "without padding": [8, 32, 48, 14, 14, 0],
  "padding 2": [4, 48, 32, 11, 22, 2],
  "another padding on each side": [4, 32, 36, 12, 17, [0, 2, 1, 0]],
  "many channels: strips of one row": [4, 144, 32, 12, 12, 1],
};

describe.each(compilers)("Winograd convolutions, $name", ({ create }) => {
  const backend = create({ threads: 2 });
  const fast = new BackendEngine(backend);
  const direct = new BackendEngine(backend, { winograd: false });
  afterAll(() => backend.dispose());

  test.each(Object.entries(shapes))("%s", async (_, sizes) => {
    expect(kernelNames(sizes, inVectors)).toContain("conv2dWinograd");
    const expected = await compute(reference, sizes);
    const found = await compute(fast, sizes);
    found.forEach((values, i) => {
      expect(error(values, expected[i] as number[]), `result ${i}`).toBeLessThan(f4Bound);
    });
  });

  test("F(2, 3) is as exact as the direct sum", async () => {
    const sizes = shapes["F(2, 3), pixels over"] as Sizes;
    const expected = await compute(reference, sizes);
    for (const engine of [fast, direct]) {
      const found = await compute(engine, sizes);
      found.forEach((values, i) => {
        expect(error(values, expected[i] as number[]), `result ${i}`).toBeLessThan(directBound);
      });
    }
  });

  test("are left out when asked", async () => {
    const sizes = shapes["F(4, 3), whole tiles"] as Sizes;
    expect(kernelNames(sizes, { ...inVectors, winograd: false })).not.toContain("conv2dWinograd");
    const expected = await compute(reference, sizes);
    const found = await compute(direct, sizes);
    found.forEach((values, i) => {
      expect(error(values, expected[i] as number[]), `result ${i}`).toBeLessThan(directBound);
    });
  });

  test("are not used where they do not pay", () => {
    expect(kernelNames([4, 8, 8, 24, 24, 1], inVectors)).not.toContain("conv2dWinograd");
    expect(kernelNames([4, 256, 256, 3, 3, 1], inVectors)).not.toContain("conv2dWinograd");
    expect(kernelNames([3, 30, 62, 24, 24, 1], inVectors)).not.toContain("conv2dWinograd");
  });

  test("give the same bits with any number of threads", async () => {
    const sizes = shapes["pixels over, 9 groups of images"] as Sizes;
    const alone = create({ threads: 1 });
    expect(await compute(new BackendEngine(alone), sizes)).toEqual(await compute(fast, sizes));
    alone.dispose();
  });
});

describe.each(gpuBackends)(
  "Winograd convolutions by groups of invocations, $name",
  ({ create }) => {
    const backend = create();
    const fast = new BackendEngine(backend);

    test.each([
      ["whole tiles", [16, 32, 40, 12, 12, 1]],
      ["pixels over", [16, 64, 48, 11, 11, 1]],
      ["without padding", [8, 32, 40, 14, 14, 0]],
      ["padding 2", [8, 48, 40, 6, 10, 2]],
      ["another padding on each side", [8, 32, 36, 12, 17, [0, 2, 1, 0]]],
    ] as const)("%s", async (_, sizes) => {
      const names = kernelNames(sizes, backend.capabilities);
      expect(names.filter((name) => /inograd/.test(name))).toEqual([
        ...["winogradWeight", "winogradInput", "conv2dWinograd", "winogradOutput"],
      ]);
      const expected = await compute(reference, sizes);
      const found = await compute(fast, sizes);
      found.forEach((values, i) => {
        expect(error(values, expected[i] as number[]), `result ${i}`).toBeLessThan(f4Bound);
      });
    });

    test("are left out when asked, and where they do not pay", () => {
      const { capabilities } = backend;
      const asked = { ...capabilities, winograd: false };
      expect(kernelNames([16, 32, 40, 12, 12, 1], asked)).toEqual(["conv2d"]);
      expect(kernelNames([4, 8, 8, 24, 24, 1], capabilities)).toEqual(["conv2d"]);
      expect(kernelNames([2, 32, 32, 6, 6, 1], capabilities)).toEqual(["conv2d"]);
    });
  },
);
