// How much memory training takes, found by planning a step without running it.
import { type Dataset, isStreamed } from "../data/dataset.ts";
import type { Module } from "../nn/module.ts";
import { crossEntropy } from "../ops/index.ts";
import { Optimizer, type OptimizerFactory } from "../optim/index.ts";
import { bytesPerElement } from "../tensor/dtype.ts";
import { engine, type Rehearsal } from "../tensor/engine.ts";
import { BackendError, checkOptions, OptionError } from "../tensor/errors.ts";
import { noGrad } from "../tensor/state.ts";
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

/**
 * How much memory `fit` takes on the present backend, for planning a batch size. The step is planned, not run; the
 * network is left as it is.
 * @throws OptionError for unknown options, or without the shape of the images
 * @example
 * const net = new Sequential(new Conv2d(1, 8, 3), new ReLU(), new Flatten(), new Linear(8 * 26 * 26, 10));
 * const { network } = estimateMemory(net, { inputShape: [1, 28, 28], batchSize: 64, optimizer: sgd({ lr: 0.1 }) });
 * network // 216680
 */
export function estimateMemory(net: Module, options: EstimateMemoryOptions): MemoryEstimate {
  return planTraining(net, options).estimate;
}

/** The estimate, and the plan that it was taken from. @internal */
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

/** Does it fit into the memory of the present backend? */
function fits({ total, temporaries }: MemoryEstimate): boolean {
  const { memoryLimit, arenaLimit } = engine();
  if (arenaLimit === null) return total <= memoryLimit;
  return total - temporaries <= memoryLimit && temporaries <= arenaLimit;
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

/** The error of `fit` when memory ran out: what took it, and which batch would fit. */
export function explainMemory(
  error: BackendError,
  net: Module,
  options: EstimateMemoryOptions & { readonly batchSize: number },
): BackendError {
  const { memoryLimit, arenaLimit } = engine();
  const estimate = (batchSize: number): MemoryEstimate =>
    noGrad(() => estimateMemory(net, { ...options, batchSize }));
  const asked = estimate(options.batchSize);
  // The machine has less than its limit.
  if (fits(asked)) return error;
  let [fitting, tooLarge] = [0, options.batchSize];
  // Planning takes a while: the largest batch to about one part in sixteen. Memory grows about in proportion to the
  // batch, so the first guess is nearly right, and the next ones are near it.
  const share =
    arenaLimit === null ? memoryLimit / asked.total : arenaLimit / Math.max(1, asked.temporaries);
  for (let guess = Math.floor(tooLarge * share); tooLarge - fitting > Math.max(1, fitting / 16); ) {
    const isInside = guess > fitting && guess < tooLarge;
    const batchSize = isInside ? guess : Math.floor((fitting + tooLarge) / 2);
    if (fits(estimate(batchSize))) {
      fitting = batchSize;
      guess = Math.floor(batchSize * 1.06) + 1;
    } else {
      tooLarge = batchSize;
      guess = Math.floor(batchSize * 0.94);
    }
  }
  const { total: _, ...parts } = asked;
  return new BackendError(`fit: a batch of ${options.batchSize} images does not fit into memory`, {
    facts: [
      ...Object.entries(parts).map(([name, bytes]) => ({ name, value: mebibytes(bytes) })),
      { name: "limit", value: mebibytes(memoryLimit) },
      ...(arenaLimit === null
        ? []
        : [{ name: "limit", value: mebibytes(arenaLimit), remark: "of temporaries, besides" }]),
    ],
    hint: fitting === 0 ? "this network needs another backend" : `batchSize: ${fitting} would fit`,
    cause: error,
  });
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
