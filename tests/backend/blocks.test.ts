// The blocks that networks are built from: output, gradients of the input and of every parameter, and new running
// statistics on wasm, against the float64 loops of the ops.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { grad } from "../../src/autograd/index.ts";
import { createWasmBackend } from "../../src/backend/wasm/index.ts";
import { BackendEngine } from "../../src/engine.ts";
import { graphOf } from "../../src/graph/graph.ts";
import {
  Bottleneck,
  DenseBlock,
  densenet121,
  Fire,
  Inception,
  InvertedResidual,
  lenet,
  mobilenetV2,
  ninBlock,
  Residual,
  resnet18,
  TransitionBlock,
  vgg11,
  vggBlock,
} from "../../src/models/index.ts";
import { BatchNorm2d, init, type Module } from "../../src/nn/index.ts";
import { collectBufferUpdates } from "../../src/tensor/buffers.ts";
import { setEngine } from "../../src/tensor/engine.ts";
import { Generator, manualSeed } from "../../src/tensor/random.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { graphBounds } from "./graphBounds.ts";

const wasm = createWasmBackend({ threads: 2 });
const engine = new BackendEngine(wasm);
beforeAll(() => setEngine(engine));
afterAll(() => wasm.dispose());

type Shape = readonly [batch: number, channels: number, height: number, width: number];
type Entry = readonly [name: string, make: () => Module, input: Shape];

/** Batches of 4 and more have the images in the lanes; smaller ones, and odd sizes, go other ways. */
const blocks: readonly Entry[] = [
  ["vggBlock, 1 convolution", () => vggBlock(1, 1, 8), [4, 1, 8, 8]],
  ["vggBlock, 3 convolutions, odd size", () => vggBlock(3, 3, 5), [3, 3, 9, 7]],
  ["ninBlock, stride 4, 11 × 11", () => ninBlock(1, 6, 11, { stride: 4 }), [2, 1, 23, 19]],
  ["ninBlock, padding 2, 5 × 5", () => ninBlock(4, 8, 5, { padding: 2 }), [4, 4, 6, 6]],
  ["ninBlock, groups", () => ninBlock(4, 6, 3, { groups: 2, bias: false }), [5, 4, 5, 7]],
  ["Inception", () => new Inception(6, [4, [3, 8], [2, 4], 4]), [4, 6, 6, 6]],
  ["Inception, odd size", () => new Inception(5, [3, [2, 5], [1, 3], 2]), [3, 5, 7, 5]],
  ["Residual", () => new Residual(8, 8), [4, 8, 6, 6]],
  ["Residual, stride 2, odd size", () => new Residual(3, 5, { stride: 2 }), [3, 3, 7, 5]],
  ["Residual, more channels", () => new Residual(4, 8), [4, 4, 6, 6]],
  ["Residual, torchvision's", () => new Residual(8, 8, { bias: false }), [2, 8, 6, 5]],
  [
    "Residual, torchvision's, stride 2",
    () => new Residual(4, 8, { stride: 2, bias: false }),
    [4, 4, 9, 9],
  ],
  ["Bottleneck", () => new Bottleneck(16, 4), [4, 16, 6, 6]],
  ["Bottleneck, stride 2, odd size", () => new Bottleneck(6, 3, { stride: 2 }), [3, 6, 7, 5]],
  ["Bottleneck, more channels", () => new Bottleneck(4, 4), [4, 4, 5, 5]],
  ["Bottleneck, torchvision's", () => new Bottleneck(16, 4, { bias: false }), [2, 16, 6, 5]],
  [
    "Bottleneck, torchvision's, stride 2",
    () => new Bottleneck(8, 4, { stride: 2, bias: false }),
    [4, 8, 6, 6],
  ],
  ["DenseBlock", () => new DenseBlock(2, 8, 4), [4, 8, 6, 6]],
  ["DenseBlock, 4 layers, odd size", () => new DenseBlock(4, 3, 5), [3, 3, 7, 5]],
  ["TransitionBlock", () => new TransitionBlock(12, 6), [4, 12, 6, 6]],
  ["TransitionBlock, odd size", () => new TransitionBlock(7, 3), [3, 7, 7, 5]],
  ["Fire", () => new Fire(8, 4, 8), [4, 8, 6, 6]],
  ["Fire, odd size", () => new Fire(5, 2, 3), [3, 5, 7, 5]],
  ["InvertedResidual", () => new InvertedResidual(4, 4), [4, 4, 6, 6]],
  [
    "InvertedResidual, stride 2, odd size",
    () => new InvertedResidual(3, 5, { stride: 2 }),
    [3, 3, 7, 5],
  ],
  ["InvertedResidual, other channels", () => new InvertedResidual(4, 6), [2, 4, 6, 5]],
  [
    "InvertedResidual, no expansion",
    () => new InvertedResidual(8, 8, { expandRatio: 1 }),
    [4, 8, 6, 6],
  ],
  [
    "InvertedResidual, no expansion, stride 2",
    () => new InvertedResidual(8, 4, { expandRatio: 1, stride: 2 }),
    [4, 8, 9, 7],
  ],
];

const networks: readonly Entry[] = [
  ["lenet", () => lenet(), [4, 1, 28, 28]],
  [
    "lenet, relu, max, batch norm",
    () => lenet({ activation: "relu", pooling: "max", batchNorm: true }),
    [4, 1, 28, 28],
  ],
  [
    "vgg11, batch norm",
    () => vgg11({ width: 0.05, inputSize: 32, batchNorm: true, dropout: 0 }),
    [4, 1, 32, 32],
  ],
  ["resnet18", () => resnet18({ width: 0.1 }), [4, 1, 33, 33]],
  ["densenet121", () => densenet121({ growthRate: 2 }), [4, 1, 64, 64]],
  ["mobilenetV2", () => mobilenetV2({ width: 0.1, dropout: 0 }), [4, 1, 33, 33]],
];

/** A block whose batch normalisation has numbers of its own everywhere: fresh ones hide what is not used. */
function prepared(make: () => Module): Module {
  manualSeed(1);
  return make().apply((module) => {
    if (!(module instanceof BatchNorm2d)) return;
    const { weight, bias, runningMean, runningVar } = module;
    for (const [values, low, high] of [
      [weight, 0.5, 1.5],
      [bias, -0.5, 0.5],
      [runningMean, -0.5, 0.5],
      [runningVar, 0.5, 1.5],
    ] as const) {
      if (values !== null) init.uniform_(values, low, high);
    }
  });
}

/** Output, gradients and new running statistics, by name; nothing is computed yet. */
function results(net: Module, input: Shape): Map<string, Tensor> {
  const random = new Generator(2);
  const normal = (shape: readonly number[]): Float32Array =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal());
  const x = Tensor.from(normal(input), { shape: input, requiresGrad: true });
  const [y, buffers] = collectBufferUpdates(() => net.forward(x));
  const parameters = [...net.namedParameters()];
  const wanted = [x, ...parameters.map(([, parameter]) => parameter)];
  const gradOutput = Tensor.from(normal(y.shape), { shape: y.shape });
  const gradients = grad(y, wanted, { gradOutput });
  return new Map([
    ["output", y],
    ...gradients.map((gradient, i) => {
      const name = i === 0 ? "input" : parameters[i - 1]?.[0];
      return [`gradient of ${name}`, gradient] as const;
    }),
    ...buffers.map(([, value], i) => [`running statistic ${i}`, value] as const),
  ]);
}

/** Throws unless all results are within their bounds, and no bound is more than `loosest` of the largest number:
 *  that of any result, since the gradient of a bias before batch normalisation is 0. */
async function check(net: Module, input: Shape, loosest: number): Promise<void> {
  const found = results(net, input);
  const nodes = [...found.values()].map(({ node }) => node);
  const graph = graphOf(nodes);
  const leaves = await Promise.all(
    graph.leaves.map(async (leaf) => Float64Array.from(await engine.read(leaf))),
  );
  const { values, bounds } = graphBounds(graph, leaves);
  engine.realize(nodes);
  const largest = values.flatMap((each) => [...each]).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  expect(Math.max(...bounds), "the bounds say something").toBeLessThan(loosest * largest);
  for (const [k, [name, tensor]] of [...found].entries()) {
    const expected = values[k] as Float64Array;
    const actual = await tensor.data();
    expect(actual.length, name).toBe(expected.length);
    let most = 0;
    for (let i = 0; i < expected.length; i++) {
      const difference = Math.abs((actual[i] as number) - (expected[i] as number));
      if (!(difference <= most)) most = difference;
    }
    expect(most, name).toBeLessThanOrEqual(bounds[k] as number);
  }
}

describe.each(["training", "evaluation"] as const)("blocks in %s", (mode) => {
  test.each(blocks)("%s", async (_, make, input) => {
    await check(prepared(make).train(mode === "training"), input, 2e-4);
  });
});

describe("in training", () => {
  test("a block thick enough for Winograd's filtering", async () => {
    await check(
      prepared(() => new Residual(32, 32)),
      [4, 32, 12, 12],
      2e-3,
    );
  });

  test.each(networks)("%s", async (_, make, input) => {
    await check(prepared(make), input, 0.1);
  });
});
