// The plan of a training step, made without running it, and how much memory it says that training takes.
import { type Dataset, isStreamed } from "../data/dataset.ts";
import type { Module } from "../nn/module.ts";
import { crossEntropy } from "../ops/index.ts";
import { Optimizer, type OptimizerFactory } from "../optim/index.ts";
import { bytesPerElement } from "../tensor/dtype.ts";
import { engine, type Rehearsal } from "../tensor/engine.ts";
import { checkOptions, OptionError } from "../tensor/errors.ts";
import { Tensor, type Variable } from "../tensor/tensor.ts";
import type { Mix } from "./mix.ts";
import { type LossLike, lossFunction, Totals, TrainStep } from "./step.ts";

export interface EstimateMemoryOptions {
  /** Channels, height and width of an image; those of `data` if left out. */
  readonly inputShape?: readonly [channels: number, height: number, width: number];
  /** Images in a batch (default 256). */
  readonly batchSize?: number;
  /** Batches in a step (default 1). */
  readonly accumulate?: number;
  /** `sgd({…})`, `adam({…})`, or an optimizer of this network's parameters. */
  readonly optimizer: OptimizerFactory | Optimizer;
  /** As for `fit` (default cross-entropy). */
  readonly loss?: LossLike;
  /** As for `fit`. */
  readonly mix?: Mix | null;
  /** Is an average of the parameters kept (default false)? */
  readonly ema?: boolean;
  /** Data that is held in memory besides: training and validation. Of streamed data that is one batch. */
  readonly data?: readonly Dataset[];
}

/** Bytes that training takes. */
export interface MemoryEstimate {
  /** Parameters and running statistics. */
  readonly network: number;
  /** What the optimizer keeps for each parameter, and averages and sums of gradients if there are any. */
  readonly optimizer: number;
  /** Copies of all that, to which training returns when it goes wrong. */
  readonly snapshot: number;
  /** Images and labels. */
  readonly data: number;
  /** Activations, gradients and all else that lives during a step. */
  readonly temporaries: number;
  readonly total: number;
}

/** The estimate, and the plan that it was taken from. */
export function planTraining(
  net: Module,
  options: EstimateMemoryOptions,
): { readonly estimate: MemoryEstimate; readonly plan: Rehearsal } {
  checkOptions("estimateMemory", options, [
    "inputShape",
    "batchSize",
    "accumulate",
    "optimizer",
    "loss",
    "mix",
    "ema",
    "data",
  ]);
  const { optimizer: given, batchSize = 256, accumulate = 1, ema = false, data = [] } = options;
  const imageShape = options.inputShape ?? data[0]?.imageShape;
  if (imageShape === undefined) {
    throw new OptionError("estimateMemory: the shape of the images is missing", {
      hint: "inputShape: [1, 28, 28]",
    });
  }
  let ofOptimizer = 0;
  const plan = withTraining(net, () =>
    engine().rehearse(() => {
      const optimizer = given instanceof Optimizer ? given : given(net.parameters());
      const [channels, height, width] = imageShape;
      const pixels = new Uint8Array(channels * height * width);
      new TrainStep({
        net,
        optimizer,
        loss: lossFunction(options.loss ?? crossEntropy),
        // Of the data only one image: how many there are changes nothing in the plan.
        data: {
          images: Tensor.ofData(pixels, [1, channels, height, width], "uint8"),
          labels: Tensor.ofData(new Int32Array(1), [1], "int32"),
          normalize: data[0]?.normalize ?? null,
        },
        classes: 1,
        totals: new Totals(),
        batchSize,
        mix: options.mix ?? null,
      });
      ofOptimizer = sizeOfAll(optimizer.stateDict().tensors.values());
    }),
  );
  const network = sizeOfAll(net.stateDict().values());
  const gradSums = accumulate > 1 ? sizeOfAll(net.parameters()) : 0;
  const changing = ofOptimizer + (ema ? network : 0);
  const ofData = data.reduce((sum, dataset) => sum + sizeOfData(dataset, batchSize), 0);
  const parts = {
    network,
    optimizer: changing + gradSums,
    snapshot: network + changing,
    data: ofData,
    temporaries: plan.arena,
  };
  const total = Object.values(parts).reduce((sum, part) => sum + part);
  return { estimate: { ...parts, total }, plan };
}

/** Pixels and labels that lie in the engine. */
function sizeOfData(dataset: Dataset, batchSize: number): number {
  const { imageShape, length } = dataset;
  const images = isStreamed(dataset) ? Math.min(batchSize, length) : length;
  return images * (imageShape.reduce((product, n) => product * n, 1) + 4);
}

/** Runs `body` with the network in training mode. */
function withTraining<T>(net: Module, body: () => T): T {
  const modes = net.modules().map((module) => [module, module.training] as const);
  net.train();
  try {
    return body();
  } finally {
    for (const [module, training] of modes) module.training = training;
  }
}

function sizeOfAll(tensors: Iterable<Tensor | Variable>): number {
  let bytes = 0;
  for (const { numel, dtype } of new Set(tensors)) bytes += numel * bytesPerElement(dtype);
  return bytes;
}
