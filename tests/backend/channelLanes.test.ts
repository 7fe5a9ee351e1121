// Convolutions of single images and other batches that do not fill vectors, with channels in the lanes: direct where rows
// are short or read with a stride, Winograd where it pays; with an epilogue, edges of every kind, groups.
import { afterAll, describe, expect, test } from "vitest";
import { createReferenceBackend } from "../../src/backend/reference/index.ts";
import { createWasmBackend } from "../../src/backend/wasm/index.ts";
import { BackendEngine } from "../../src/engine.ts";
import { graphOf } from "../../src/graph/graph.ts";
import { conv2d, relu } from "../../src/ops/index.ts";
import { plan } from "../../src/plan/plan.ts";
import { setEngine } from "../../src/tensor/engine.ts";
import { Generator } from "../../src/tensor/random.ts";
import { Tensor } from "../../src/tensor/tensor.ts";

const reference = new BackendEngine(createReferenceBackend());
const backends = [1, 2].map((threads) => createWasmBackend({ threads }));
const engines = backends.map((backend) => new BackendEngine(backend));
afterAll(() => {
  for (const backend of backends) backend.dispose();
});

type Sizes = readonly [
  batch: number,
  inChannels: number,
  outChannels: number,
  height: number,
  width: number,
  kernel: number,
  options: NonNullable<Parameters<typeof conv2d>[3]>,
];

function build([batch, inChannels, outChannels, height, width, kernel, options]: Sizes): Tensor {
  const random = new Generator(3);
  const leaf = (shape: readonly number[], scale: number): Tensor => {
    const length = shape.reduce((a, b) => a * b, 1);
    return Tensor.from(
      Float32Array.from({ length }, () => scale * random.normal()),
      { shape },
    );
  };
  const perGroup = inChannels / (options.groups ?? 1);
  const x = leaf([batch, inChannels, height, width], 1);
  const weight = leaf(
    [outChannels, perGroup, kernel, kernel],
    1 / Math.sqrt(kernel ** 2 * perGroup),
  );
  const y = conv2d(x, weight, leaf([outChannels], 0.1), options);
  // What residual networks have behind a convolution: factors by channel, a sum, an activation.
  return relu(y.mul(leaf([outChannels, 1, 1], 1)).add(leaf(y.shape, 1)));
}

function kernelsOf(sizes: Sizes): string[] {
  setEngine(reference);
  const program = plan(graphOf([build(sizes).node]), { lanes: 4, accumulators: 12 });
  return program.stages.flatMap(({ launches }) => launches.map(({ kernel }) => kernel.name));
}

/** Largest difference relative to the largest value. */
function error(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  const values = Array.from(expected);
  const most = values.reduce((a, b, i) => Math.max(a, Math.abs(b - (found[i] as number))), 0);
  return most / values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
}

const packed: Readonly<Record<string, Sizes>> = {
  "rows shorter than a vector": [1, 24, 16, 3, 3, 3, { padding: 1 }],
  "a whole picture in a tile, several images": [5, 8, 16, 3, 3, 3, { padding: 1 }],
  "a column of positions": [1, 8, 8, 7, 1, 3, { padding: 1 }],
  "a small picture, dilated": [2, 8, 8, 3, 3, 3, { padding: 2, dilation: 2 }],
  "a small picture of groups": [1, 16, 24, 2, 3, 3, { padding: 1, groups: 2 }],
  "a small picture, large taps": [1, 8, 8, 4, 3, 5, { padding: 2 }],
  "positions of which no tap is inside": [1, 8, 8, 1, 1, 3, { padding: 2 }],
  "one position": [3, 8, 8, 2, 2, 3, { padding: 1, stride: 2 }],
  "stride 2": [1, 8, 12, 9, 11, 3, { padding: 1, stride: 2 }],
  "a large kernel, one channel in": [1, 1, 64, 20, 20, 7, { padding: 3, stride: 2 }],
  "1 x 1 with stride": [2, 12, 24, 8, 8, 1, { stride: 2 }],
  groups: [1, 16, 8, 7, 7, 3, { padding: 1, stride: 2, groups: 2 }],
  dilation: [1, 8, 8, 9, 9, 3, { padding: 2, dilation: 2, stride: 2 }],
  "two axes unlike": [5, 4, 8, 6, 3, 3, { padding: [1, 0], stride: [1, 1] }],
};

const winograd: Readonly<Record<string, Sizes>> = {
  "F(4, 3), whole tiles": [1, 64, 64, 24, 24, 3, { padding: 1 }],
  "F(4, 3), pixels over": [1, 64, 64, 21, 22, 3, { padding: 1 }],
  "no padding, three images": [3, 64, 64, 18, 18, 3, {}],
};

describe("lanes over output channels", () => {
  test.each(Object.entries(packed))("%s", async (_, sizes) => {
    expect(kernelsOf(sizes)).toContain("pack");
    await agrees(sizes, 2e-6);
  });

  test.each(Object.entries(winograd))("%s", async (_, sizes) => {
    expect(kernelsOf(sizes)).toContain("winogradOutput");
    await agrees(sizes, 2e-5);
  });

  test.each([
    ["images fill the vectors", [4, 8, 8, 3, 3, 3, { padding: 1 }]],
    ["channels do not", [1, 8, 6, 3, 3, 3, { padding: 1 }]],
  ] as readonly (readonly [string, Sizes])[])("not where %s", async (_, sizes) => {
    expect(kernelsOf(sizes)).not.toContain("pack");
    await agrees(sizes, 2e-6);
  });
});

async function agrees(sizes: Sizes, bound: number): Promise<void> {
  setEngine(reference);
  const expected = await build(sizes).data();
  const found = [];
  for (const engine of engines) {
    setEngine(engine);
    found.push(await build(sizes).data());
  }
  expect(error(found[0] as Float32Array, expected)).toBeLessThan(bound);
  // The same bits on one thread and on two.
  expect(found[1]).toEqual(found[0]);
}
