// Every network learns real pictures at the size that it is made for, with `fit` and its captured step: the loss of a
// few pictures falls within a few steps.
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createWasmBackend } from "../../src/backend/wasm/index.ts";
import { type ImageDataset, subset } from "../../src/data/dataset.ts";
import { fashionMnist } from "../../src/data/index.ts";
import { useBackend } from "../../src/engine.ts";
import { createModel, models } from "../../src/models/index.ts";
import { adam, type OptimizerFactory, sgd } from "../../src/optim/index.ts";
import { manualSeed } from "../../src/tensor/random.ts";
import * as train from "../../src/train/index.ts";

interface Run {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly optimizer: OptimizerFactory;
  /** Pictures, all in one batch. */
  readonly pictures: number;
  readonly steps: number;
}

const quarter = { width: 0.25 };

const adamAt = (lr: number, pictures: number, steps: number): Run => ({
  optimizer: adam({ lr }),
  pictures,
  steps,
});
const sgdAt = (lr: number, pictures: number, steps: number): Run => ({
  optimizer: sgd({ lr }),
  pictures,
  steps,
});

/** Full width where the name does not say otherwise; few pictures where a step is much work. */
const runs: Readonly<Record<string, Run>> = {
  lenet: adamAt(0.01, 10, 100),
  "lenet with ReLU and max pooling": {
    options: { activation: "relu", pooling: "max" },
    ...adamAt(0.005, 10, 20),
  },
  "lenet with batch normalisation": { options: { batchNorm: true }, ...adamAt(0.005, 10, 20) },
  alexnet: sgdAt(0.03, 2, 5),
  vgg11: sgdAt(0.1, 2, 3),
  "vgg13 of a quarter of the width": { options: quarter, ...adamAt(0.0003, 2, 8) },
  "vgg16 of a quarter of the width": { options: quarter, ...adamAt(0.0003, 2, 8) },
  "vgg19 of a quarter of the width": { options: quarter, ...adamAt(0.0003, 2, 8) },
  nin: { optimizer: sgd({ lr: 0.1, momentum: 0.9 }), pictures: 2, steps: 10 },
  googlenet: adamAt(0.0003, 2, 8),
  resnet18: sgdAt(0.01, 4, 4),
  "resnet18 in torchvision's form at 224 × 224": {
    options: { form: "torchvision", inputSize: 224 },
    ...sgdAt(0.01, 2, 4),
  },
  resnet34: sgdAt(0.01, 4, 4),
  resnet50: sgdAt(0.001, 4, 4),
  resnet101: sgdAt(0.0003, 4, 3),
  resnet152: sgdAt(0.0002, 2, 3),
  densenet: sgdAt(0.05, 4, 3),
  densenet121: sgdAt(0.02, 2, 3),
  mobilenetV2: sgdAt(0.01, 2, 5),
  squeezenet: adamAt(0.0003, 2, 8),
};

/** A run is called after its network, and by what is special. */
const networkOf = (run: string): string => run.split(" ")[0] as string;

/** Shipped pictures, each of another class. */
let pictures: ImageDataset;
beforeAll(async () => {
  const { train: all } = await fashionMnist({ sources: ["sample"] });
  const firsts = all.classes.map((_, label) => all.labels.indexOf(label));
  pictures = subset(all, firsts);
});

describe("the loss falls", () => {
  // A backend for each network: what the last one took is given back.
  let backend: ReturnType<typeof createWasmBackend>;
  beforeEach(() => {
    backend = createWasmBackend({ threads: 2 });
    useBackend(backend);
    manualSeed(0);
  });
  afterEach(() => backend.dispose());

  test("of every network that has a name", () => {
    const tried = new Set(Object.keys(runs).map(networkOf));
    expect([...tried].sort()).toEqual(Object.keys(models).sort());
  });

  test.each(Object.entries(runs))("%s", { timeout: 60_000 }, async (name, run) => {
    const { options, optimizer, pictures: count, steps } = run;
    const data = subset(pictures, [...Array(count).keys()]);
    const net = createModel(networkOf(name), { ...options, imageSize: [28, 28] });
    const { epochs } = await train.fit(net, { data, optimizer, epochs: steps, batchSize: count });
    const losses = epochs.map(({ loss }) => loss);
    expect(losses.length).toBe(steps);
    expect(losses.at(-1)).toBeLessThan(0.7 * (losses[0] as number));
    for (const [parameter, values] of net.stateDict()) {
      const elements = await values.data();
      expect(elements.every(Number.isFinite), parameter).toBe(true);
    }
  });
});
