// Training and inference of LeNet and ResNet-18, and of VGG-11 on GPUs.
import { manualSeed, models } from "../../src/index.ts";
import type { BenchmarkSpec } from "../benchmark.ts";
import { lenetSteps, resnet18Steps, vgg11Steps } from "../networks.ts";
import { syntheticSet } from "../training.ts";
import {
  type Elements,
  type Entry,
  type InferWork,
  type ModelOptions,
  noise,
  type TensorInfo,
  type Tensors,
  type Work,
} from "../work.ts";

interface Model {
  readonly name: "lenet" | "resnet18" | "vgg11";
  readonly options?: ModelOptions;
  readonly steps: typeof lenetSteps;
  readonly size: number;
  /** Multiply-adds count as two; a training step has two more products of each, but none for the image. */
  readonly forwardFlops: number;
  readonly trainFlops: number;
}

const lenet: Model = {
  name: "lenet",
  steps: lenetSteps,
  size: 28,
  forwardFlops: 0.833e6,
  trainFlops: 2.26e6,
};

const resnet18: Model = {
  name: "resnet18",
  steps: resnet18Steps,
  size: 96,
  forwardFlops: 0.637e9,
  trainFlops: 1.9e9,
};

/** Without dropout: what two systems drop differs. */
const vgg11: Model = {
  name: "vgg11",
  options: { dropout: 0 },
  steps: vgg11Steps,
  size: 224,
  forwardFlops: 15.09e9,
  trainFlops: 45.2e9,
};

/** Parameters as a new network has them; running statistics as after some training, so that they count. */
async function parameters(model: Model): Promise<Map<string, Elements>> {
  manualSeed(0);
  const values = new Map<string, Elements>();
  let seed = 1;
  for (const [name, tensor] of models.createModel(model.name, model.options).stateDict()) {
    if (tensor.dtype !== "float32") continue;
    const own = (await tensor.data()) as Float32Array;
    if (name.endsWith("runningMean")) own.set(noise(own.length, seed++, 0.1));
    if (name.endsWith("runningVar")) own.set(noise(own.length, seed++, 0.1).map((v) => 1 + v * v));
    values.set(name, own);
  }
  return values;
}

function parameterInfos(model: Model): TensorInfo[] {
  return [...models.createModel(model.name, model.options).stateDict()]
    .filter(([, tensor]) => tensor.dtype === "float32")
    .map(([name, { shape }]) => ({ name, dtype: "float32", shape }));
}

/** What losses are compared, and how. */
interface Compared {
  readonly lr: number;
  readonly losses: number;
  readonly tolerance: number;
}

const lenetCompared: Compared = { lr: 0.1, losses: 8, tolerance: 1e-4 };

/**
 * A new ResNet's loss is so steep that with larger rates rounding decides: after one step, any two systems differ in
 * the third digit. At this rate a wrong gradient still shows.
 */
const resnetCompared: Compared = { lr: 1e-5, losses: 3, tolerance: 2e-4 };

function about(model: Model): Pick<InferWork, "model" | "modelOptions" | "network"> {
  const { name, options, steps } = model;
  return {
    model: name,
    ...(options === undefined ? {} : { modelOptions: options }),
    network: steps(),
  };
}

function trainEntry(model: Model, batchSize: number, compared: Compared): Entry {
  const { size } = model;
  const images = model.name === "lenet" ? Math.max(4 * batchSize, 1024) : 4 * batchSize;
  const infos: TensorInfo[] = [
    { name: "images", dtype: "uint8", shape: [images, 1, size, size] },
    { name: "labels", dtype: "int32", shape: [images] },
  ];
  const work: Work = {
    kind: "train",
    ...about(model),
    batchSize,
    lr: compared.lr,
    compared: compared.losses,
    tensors: [...infos, ...parameterInfos(model)],
  };
  return {
    name: `batch ${batchSize}`,
    work,
    async elements(): Promise<Tensors> {
      const set = syntheticSet({ images, size });
      const labels = Int32Array.from(set.labels);
      return new Map([...(await parameters(model)), ["images", set.images], ["labels", labels]]);
    },
    tolerance: compared.tolerance,
    perCall: batchSize,
    unit: "images/s",
    flops: model.trainFlops * batchSize,
  };
}

function inferEntry(model: Model, batchSize: number): Entry {
  const shape = [batchSize, 1, model.size, model.size];
  const work: Work = {
    kind: "infer",
    ...about(model),
    tensors: [{ name: "x", dtype: "float32", shape }, ...parameterInfos(model)],
  };
  return {
    name: `batch ${batchSize}`,
    work,
    async elements(): Promise<Tensors> {
      const x = syntheticSet({ images: batchSize, size: model.size }).images;
      const floats = Float32Array.from(x, (pixel) => pixel / 255);
      return new Map<string, Elements>([...(await parameters(model)), ["x", floats]]);
    },
    tolerance: 1e-3,
    perCall: batchSize,
    unit: "images/s",
    flops: model.forwardFlops * batchSize,
  };
}

export const networkBenchmarks: readonly BenchmarkSpec[] = [
  {
    name: "lenet-train",
    summary: "LeNet, training steps (SGD)",
    entries: () => [16, 256, 1024].map((batch) => trainEntry(lenet, batch, lenetCompared)),
  },
  {
    name: "resnet18-train",
    summary: "ResNet-18, training steps on grey images of 96 × 96",
    entries: () => [trainEntry(resnet18, 16, resnetCompared)],
  },
  {
    name: "lenet-infer",
    summary: "LeNet, logits of a batch, from an array to an array",
    entries: () => [1, 16, 256].map((batch) => inferEntry(lenet, batch)),
  },
  {
    name: "resnet18-infer",
    summary: "ResNet-18, logits of a batch of 96 × 96, from an array to an array",
    entries: () => [1, 16].map((batch) => inferEntry(resnet18, batch)),
  },
];

/** The steps whose memory is measured. */
export const memoryEntries: readonly Entry[] = [
  { ...trainEntry(lenet, 256, lenetCompared), name: "LeNet, batch 256" },
  { ...trainEntry(resnet18, 16, resnetCompared), name: "ResNet-18, 96 × 96, batch 16" },
];

/** One entry at any batch size. */
export const lenetInference = (batchSize: number): Entry => inferEntry(lenet, batchSize);
export const lenetTraining = (batchSize: number): Entry =>
  trainEntry(lenet, batchSize, lenetCompared);

/** The networks that are measured on a GPU, and what of them is compared. */
const onGpu: readonly (readonly [title: string, Model, Compared])[] = [
  ["LeNet", lenet, lenetCompared],
  ["ResNet-18, 96 × 96", resnet18, resnetCompared],
  ["VGG-11, 224 × 224", vgg11, resnetCompared],
];

/** Training and inference on a GPU, at the batch sizes given for each network. */
export function gpuEntries(
  kind: "train" | "infer",
  batches: Readonly<Record<Model["name"], readonly number[]>>,
): Entry[] {
  return onGpu.flatMap(([title, model, compared]) =>
    batches[model.name].map((batch) => {
      const entry =
        kind === "train" ? trainEntry(model, batch, compared) : inferEntry(model, batch);
      return { ...entry, name: `${title}, ${entry.name}` };
    }),
  );
}
