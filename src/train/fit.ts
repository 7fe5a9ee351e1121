// Training: `fit` checks what it is given and hands it to a run.
import { checkDataset, type Dataset } from "../data/dataset.ts";
import { checkSampler, type Sampler } from "../data/sampler.ts";
import type { Module } from "../nn/index.ts";
import { checkSmoothing } from "../ops/crossEntropy.ts";
import { crossEntropy } from "../ops/index.ts";
import { checkGradLimits, type GradLimits } from "../optim/clipGrad.ts";
import { type ExponentialMovingAverage, Optimizer, type OptimizerFactory } from "../optim/index.ts";
import { BackendError, checkOptions, type Fact, OptionError } from "../tensor/errors.ts";
import type { Callback } from "./callback.ts";
import type { History, TrainState } from "./events.ts";
import type { Mix } from "./mix.ts";
import { TrainRun } from "./run.ts";
import type { ScheduleOptions, SchedulePace } from "./schedule.ts";
import { type Loss, type LossLike, lossFunction } from "./step.ts";

export interface FitOptions extends GradLimits, ScheduleOptions {
  /** What to learn from. */
  readonly data: Dataset;
  /** Evaluated after each epoch. */
  readonly validation?: Dataset;
  /** `sgd({…})`, `adam({…})`, or an optimizer of this network's parameters. */
  readonly optimizer: OptimizerFactory | Optimizer;
  /** Mean loss of a batch (default cross-entropy): a function of logits and int32 labels, or a loss layer. */
  readonly loss?: LossLike;
  /** Part of the target that is spread over all classes in training with the default loss, 0 to 1 (default 0). */
  readonly labelSmoothing?: number;
  /** Mixes the images of each batch: `mixup(0.2)` or `cutmix()`. */
  readonly mix?: Mix;
  /** Times to go through the data. */
  readonly epochs: number;
  /** Images in a batch (default 256); the last batch of an epoch may have fewer. */
  readonly batchSize?: number;
  /**
   * Batches in a step (default 1): the update is that of one batch as large as all of them, but for layers that look
   * at whole batches (batch normalization), and takes the memory of one. `loss` must be a mean over the batch. The
   * last step of an epoch may have fewer.
   */
  readonly accumulate?: number;
  /** Largest common norm of the gradients of a step; larger ones are scaled down. */
  readonly clipGradNorm?: number;
  /** Largest size of an element of the gradients; larger ones are cut. */
  readonly clipGradValue?: number;
  /** An average of the parameters, kept up with each step; validation sees the averages. */
  readonly ema?: ExponentialMovingAverage;
  /** Picks the order of the images (default 0). */
  readonly seed?: number;
  /** Another order in each epoch (default true). */
  readonly shuffle?: boolean;
  /** Chooses the images of each epoch instead of `shuffle`: `balancedSampler(data)`. */
  readonly sampler?: Sampler;
  /** Told of what happens; see {@link Callback}. */
  readonly callbacks?: readonly Callback[];
  /** Stops training after the step that is running. */
  readonly signal?: AbortSignal;
  /** Goes on from here; the network and the optimizer must have their values of then (`restore`). */
  readonly resume?: TrainState;
}

const known = [
  "data",
  "validation",
  "optimizer",
  "loss",
  "labelSmoothing",
  "mix",
  "schedule",
  "scheduleEvery",
  "scheduleMetric",
  "epochs",
  "batchSize",
  "accumulate",
  "clipGradNorm",
  "clipGradValue",
  "ema",
  "seed",
  "shuffle",
  "sampler",
  "callbacks",
  "signal",
  "resume",
] as const;

/**
 * Trains a network to classify images.
 *
 * The step is compiled once; the same seed gives the same bits on one backend, also when training is
 * stopped and resumed.
 *
 * @returns the results of each epoch
 * @throws OptionError for unknown options or impossible values; DataError for data that does not hold together;
 *         DivergedError when the loss becomes NaN or infinite; BackendError if the batch does not fit into memory,
 *         with the largest that would
 * @example
 * const { train, test } = await fashionMnist({ sources: ["sample"] });
 * const net = new Sequential(new Flatten(), new Linear(784, 10));
 * const optimizer = sgd({ lr: 0.1 });
 * await fit(net, { data: train, validation: test, optimizer, epochs: 2, batchSize: 64 });
 */
export async function fit(net: Module, options: FitOptions): Promise<History> {
  checkOptions("fit", options, known);
  const { data, validation, loss = crossEntropy, epochs, callbacks = [], signal, resume } = options;
  const batchSize = options.batchSize ?? resume?.batchSize ?? 256;
  const accumulate = options.accumulate ?? resume?.accumulate ?? 1;
  const seed = options.seed ?? resume?.seed ?? 0;
  const shuffle = options.shuffle ?? resume?.shuffle ?? true;
  checkCount("epochs", epochs, 0);
  checkCount("batchSize", batchSize, 1);
  checkCount("accumulate", accumulate, 1);
  checkGradLimits("fit", options);
  checkAverage(options.ema);
  checkCount("seed", seed, 0);
  checkDataset(data);
  checkSampler("fit", options);
  if (validation !== undefined) checkDataset(validation);
  checkMix(options.mix);
  const trainLoss = smoothed(options);
  if (resume !== undefined) {
    const { length: images } = options.sampler ?? data;
    checkResume(resume, { seed, batchSize, accumulate, shuffle, images });
  }
  const optimizer = optimizerOf(net, options.optimizer);
  const run = new TrainRun({
    net,
    data,
    validation: validation ?? null,
    optimizer,
    loss: trainLoss,
    validationLoss: lossFunction(loss),
    mix: options.mix ?? null,
    schedule: await paceOf(optimizer, options),
    epochs,
    batchSize,
    accumulate,
    clipGradNorm: options.clipGradNorm,
    clipGradValue: options.clipGradValue,
    ema: options.ema ?? null,
    seed,
    shuffle,
    sampler: options.sampler ?? null,
    callbacks,
    signal: signal ?? null,
    resume: resume ?? null,
  });
  try {
    return await run.run();
  } catch (error) {
    if (!(error instanceof BackendError) || !error.headline.includes("out of memory")) throw error;
    const { explainMemory } = await import("./explainMemory.ts");
    throw explainMemory(error, net, {
      optimizer,
      batchSize: Math.min(batchSize, data.length),
      accumulate,
      loss: trainLoss,
      mix: options.mix ?? null,
      ema: options.ema !== undefined,
      data: validation === undefined ? [data] : [data, validation],
    });
  }
}

/** What follows schedules is loaded for those that have one. */
async function paceOf(optimizer: Optimizer, options: FitOptions): Promise<SchedulePace | null> {
  if (options.schedule === undefined && (options.resume?.schedule ?? null) === null) return null;
  const { scheduleFor } = await import("./schedule.ts");
  return scheduleFor(optimizer, options, options.resume);
}

function optimizerOf(net: Module, given: OptimizerFactory | Optimizer): Optimizer {
  const optimizer = typeof given === "function" ? given(net.parameters()) : given;
  if (!(optimizer instanceof Optimizer)) {
    throw new OptionError("fit: optimizer is neither an optimizer nor a factory of one", {
      hint: "use optimizer: sgd({ lr: 0.9 })",
    });
  }
  const own = new Set(net.parameters());
  if (!optimizer.params.some((param) => own.has(param))) {
    throw new OptionError("fit: the optimizer has none of this network's parameters", {
      hint: "make it from net.parameters(), or pass a factory such as sgd({ lr: 0.9 })",
    });
  }
  return optimizer;
}

/** What the network learns by. */
function smoothed({ loss, labelSmoothing = 0 }: FitOptions): Loss {
  if (labelSmoothing === 0) return lossFunction(loss ?? crossEntropy);
  checkSmoothing("fit", labelSmoothing);
  if (loss !== undefined) {
    throw new OptionError("fit: labelSmoothing is for the default loss", {
      hint: "loss: new nn.CrossEntropyLoss({ labelSmoothing: 0.1 })",
    });
  }
  return (logits, target) => crossEntropy(logits, target, { labelSmoothing });
}

function checkMix(mix: Mix | undefined): void {
  if (mix === undefined || typeof mix?.mixing === "function") return;
  throw new OptionError("fit: mix is neither mixup nor cutmix", { hint: "mix: mixup(0.2)" });
}

function checkAverage(ema: ExponentialMovingAverage | undefined): void {
  if (ema === undefined) return;
  // Not by its class: pages that keep no averages need not carry it.
  if (typeof ema?.isApplied !== "boolean") {
    throw new OptionError("fit: ema is no average of parameters", {
      hint: "use ema: new ExponentialMovingAverage(net, { decay: 0.999 })",
    });
  }
  if (ema.isApplied) {
    throw new OptionError("fit: the averages are applied to the network", {
      hint: "call ema.restore() first",
    });
  }
}

/** Going on with other settings would not be the same training: every difference is named. */
function checkResume(
  resume: TrainState,
  now: Pick<TrainState, "seed" | "batchSize" | "accumulate" | "shuffle" | "images">,
): void {
  const facts: Fact[] = [];
  for (const name of ["seed", "batchSize", "accumulate", "shuffle", "images"] as const) {
    if (resume[name] !== now[name])
      facts.push({ name, value: `${resume[name]} then, ${now[name]} now` });
  }
  if (facts.length > 0)
    throw new OptionError("fit: this is not the training that is to be resumed", { facts });
}

function checkCount(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new OptionError(
    `fit: ${name} must be a whole number of at least ${least}, got ${String(value)}`,
  );
}
