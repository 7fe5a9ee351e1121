// Training: `fit` checks what it is given and hands it to a run.
import { checkDataset, type ImageDataset } from "../data/dataset.ts";
import type { Module } from "../nn/index.ts";
import { crossEntropy } from "../ops/index.ts";
import { Optimizer, type OptimizerFactory } from "../optim/index.ts";
import { checkOptions, type Fact, OptionError } from "../tensor/errors.ts";
import type { Callback } from "./callback.ts";
import type { History, TrainState } from "./events.ts";
import { TrainRun } from "./run.ts";
import type { Loss } from "./step.ts";

export interface FitOptions {
  /** What to learn from. */
  readonly data: ImageDataset;
  /** Evaluated after each epoch. */
  readonly validation?: ImageDataset;
  /** `sgd({…})`, `adam({…})`, or an optimizer of this network's parameters. */
  readonly optimizer: OptimizerFactory | Optimizer;
  /** Mean loss of a batch (default cross-entropy). */
  readonly loss?: Loss;
  /** Times to go through the data. */
  readonly epochs: number;
  /** Images in a step (default 256); the last step of an epoch may have fewer. */
  readonly batchSize?: number;
  /** Picks the order of the images (default 0). */
  readonly seed?: number;
  /** Another order in each epoch (default true). */
  readonly shuffle?: boolean;
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
  "epochs",
  "batchSize",
  "seed",
  "shuffle",
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
 *         DivergedError when the loss becomes NaN or infinite
 * @example
 * await fit(net, { data: train, validation: test, optimizer: sgd({ lr: 0.9 }), epochs: 10, batchSize: 256 })
 */
export async function fit(net: Module, options: FitOptions): Promise<History> {
  checkOptions("fit", options, known);
  const { data, validation, loss = crossEntropy, epochs, callbacks = [], signal, resume } = options;
  const batchSize = options.batchSize ?? resume?.batchSize ?? 256;
  const seed = options.seed ?? resume?.seed ?? 0;
  const shuffle = options.shuffle ?? resume?.shuffle ?? true;
  checkCount("epochs", epochs, 0);
  checkCount("batchSize", batchSize, 1);
  checkCount("seed", seed, 0);
  checkDataset(data);
  if (validation !== undefined) checkDataset(validation);
  if (resume !== undefined) checkResume(resume, { seed, batchSize, shuffle, images: data.length });
  const run = new TrainRun({
    net,
    data,
    validation: validation ?? null,
    optimizer: optimizerOf(net, options.optimizer),
    loss,
    epochs,
    batchSize,
    seed,
    shuffle,
    callbacks,
    signal: signal ?? null,
    resume: resume ?? null,
  });
  return run.run();
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

/** Going on with other settings would not be the same training: every difference is named. */
function checkResume(
  resume: TrainState,
  now: Pick<TrainState, "seed" | "batchSize" | "shuffle" | "images">,
): void {
  const facts: Fact[] = [];
  for (const name of ["seed", "batchSize", "shuffle", "images"] as const) {
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
