// The range test: how the loss answers to learning rates from far too small to far too large.
import type { Dataset } from "../data/dataset.ts";
import type { Module } from "../nn/index.ts";
import { copyOf } from "../ops/copyOf.ts";
import { LambdaLR, type OptimizerFactory } from "../optim/index.ts";
import { checkOptions, OptionError } from "../tensor/errors.ts";
import type { Callback } from "./callback.ts";
import { DivergedError } from "./diverged.ts";
import { fit as runFit } from "./fit.ts";
import type { LossLike } from "./step.ts";

export interface FindLearningRateOptions {
  /** What to learn from. */
  readonly data: Dataset;
  /** A factory such as `sgd({ lr: 0.1 })`; its learning rate is not used. */
  readonly optimizer: OptimizerFactory;
  /** As for `fit` (default cross-entropy). */
  readonly loss?: LossLike;
  /** First learning rate (default 1e-7). */
  readonly from?: number;
  /** Last learning rate (default 10). */
  readonly to?: number;
  /** Steps from one to the other (default 100); fewer are taken once the loss has risen to four times its least. */
  readonly steps?: number;
  /** Images in a batch (default 256). */
  readonly batchSize?: number;
  /** Picks the order of the images (default 0). */
  readonly seed?: number;
}

/** A step of the test. */
export interface LearningRatePoint {
  readonly lr: number;
  /** Loss of the step's batch. */
  readonly loss: number;
  /** Average over the steps so far, recent ones more. */
  readonly smoothed: number;
}

/** What the test found. */
export interface LearningRateRange {
  readonly points: readonly LearningRatePoint[];
  /** A tenth of the learning rate at which the smoothed loss is least; null if it never falls. */
  readonly suggestion: number | null;
}

/** Share of the earlier steps in the average. */
const memory = 0.9;
/** Steps at the start in which the average is still too rough to be judged. */
const warmUp = 5;

/**
 * Trains with a learning rate that grows from step to step by the same factor, and looks how far the loss
 * falls before it rises. The network is left as it was.
 * @throws OptionError for unknown options or impossible values
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * const net = new Sequential(new Flatten(), new Linear(784, 10));
 * const range = await findLearningRate(net, { data: train, optimizer: sgd({ lr: 0.1 }), steps: 20 });
 * @see Smith 2017, "Cyclical Learning Rates for Training Neural Networks"
 */
export async function findLearningRate(
  net: Module,
  options: FindLearningRateOptions,
): Promise<LearningRateRange> {
  const where = "findLearningRate";
  checkOptions(where, options, [
    "data",
    "optimizer",
    "loss",
    "from",
    "to",
    "steps",
    "batchSize",
    "seed",
  ]);
  const { data, optimizer: factory, loss, from = 1e-7, to = 10, steps = 100, seed = 0 } = options;
  const { batchSize = 256 } = options;
  if (!(from > 0 && to > from && to < Infinity))
    throw new OptionError(`${where}: from must be above 0 and below to, got ${from} and ${to}`);
  if (!(Number.isSafeInteger(steps) && steps >= 2))
    throw new OptionError(`${where}: steps must be a whole number of at least 2, got ${steps}`);
  if (typeof factory !== "function") {
    throw new OptionError(`${where}: optimizer must be a factory: its state would change`, {
      hint: "optimizer: sgd({ lr: 0.1 })",
    });
  }
  const modes = net.modules().map((module) => [module, module.training] as const);
  const values = new Map(
    Array.from(net.stateDict(), ([path, value]) => [path, copyOf(value).realize()] as const),
  );
  const optimizer = factory(net.parameters());
  for (const group of optimizer.paramGroups) group.lr = from;
  const rates = Array.from({ length: steps }, (_, i) => from * (to / from) ** (i / (steps - 1)));
  const test = new RangeTest(rates, data.length, batchSize);
  try {
    await runFit(net, {
      data,
      optimizer,
      ...(loss === undefined ? {} : { loss }),
      epochs: Math.ceil(steps / Math.ceil(data.length / batchSize)),
      batchSize,
      seed,
      schedule: (own) => new LambdaLR(own, (step) => (rates[step] ?? to) / from),
      scheduleEvery: "step",
      signal: test.signal,
      callbacks: [test.callback],
    });
  } catch (error) {
    // That large rates break training is what is looked for.
    if (!(error instanceof DivergedError)) throw error;
  } finally {
    net.loadStateDict(values);
    for (const [module, training] of modes) module.training = training;
  }
  return { points: test.points, suggestion: suggest(test.points) };
}

/** Takes the loss of each step out of the means over the epoch that `fit` tells. */
class RangeTest {
  readonly points: LearningRatePoint[] = [];
  readonly callback: Callback;
  readonly #controller = new AbortController();
  #lossSum = 0;
  #images = 0;
  #average = 0;
  #least = Infinity;

  constructor(rates: readonly number[], length: number, batchSize: number) {
    this.callback = {
      everySteps: 1,
      onStep: ({ loss, stepInEpoch }) => {
        const lr = rates[this.points.length];
        if (lr === undefined) return;
        if (stepInEpoch === 1) [this.#lossSum, this.#images] = [0, 0];
        const images = Math.min(stepInEpoch * batchSize, length);
        this.#add(lr, (loss * images - this.#lossSum) / (images - this.#images));
        [this.#lossSum, this.#images] = [loss * images, images];
        if (this.points.length === rates.length) this.#controller.abort();
      },
    };
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  #add(lr: number, loss: number): void {
    this.#average = memory * this.#average + (1 - memory) * loss;
    // Without the zero that the average began with.
    const smoothed = this.#average / (1 - memory ** (this.points.length + 1));
    this.points.push({ lr, loss, smoothed });
    this.#least = Math.min(this.#least, smoothed);
    if (this.points.length > warmUp && smoothed > 4 * this.#least) this.#controller.abort();
  }
}

/** A tenth of the rate with the least average: there, some batches are already on their way up. */
function suggest(points: readonly LearningRatePoint[]): number | null {
  const least = Math.min(...points.map(({ smoothed }) => smoothed));
  const at = points.findIndex(({ smoothed }) => smoothed === least);
  return at < Math.min(warmUp, points.length / 2)
    ? null
    : (points[at] as LearningRatePoint).lr / 10;
}
