// One step of training, compiled once for a batch size: pick the batch, forward, loss, gradients,
// update. Only the indices of the batch (streamed: its bytes) and the optimizer's few numbers are written before
// each run.
import { grad } from "../autograd/index.ts";
import type { Module } from "../nn/index.ts";
import { type GradLimits, limitGrads } from "../optim/clipGrad.ts";
import type { ExponentialMovingAverage, Optimizer, Update } from "../optim/index.ts";
import { collectBufferUpdates } from "../tensor/buffers.ts";
import { type CapturedStep, engine } from "../tensor/engine.ts";
import { ShapeError } from "../tensor/errors.ts";
import { defaultGenerator, Generator } from "../tensor/random.ts";
import { StepKeys, withRandomKeys } from "../tensor/randomKeys.ts";
import { formatShape } from "../tensor/shape.ts";
import { enableGrad, noGrad } from "../tensor/state.ts";
import { Tensor, Variable } from "../tensor/tensor.ts";
import { type Batch, BatchInput, type BatchSource } from "./batchInput.ts";
import type { GradSums } from "./gradSums.ts";
import type { Mix, Mixing } from "./mix.ts";

/** Streams of a seed below this order the images of epochs; from here on they are steps'. */
const firstStepStream = 2 ** 40;

/**
 * Where a step's random numbers (dropout) come from: they follow from seed and step alone.
 * @param step steps taken before it since training began
 */
export function stepGenerator(seed: number, step: number): Generator {
  return new Generator(seed, firstStepStream + step);
}

/** Mean loss of a batch, a scalar, from logits `[batch, classes]` and int32 labels `[batch]`. */
export type Loss = (logits: Tensor, target: Tensor) => Tensor;

/** A loss as people give it: a function, or a layer such as `new nn.CrossEntropyLoss({ … })`. */
export type LossLike = Loss | Module;

/** The function that a loss stands for. */
export function lossFunction(loss: LossLike): Loss {
  return typeof loss === "function" ? loss : (logits, target) => loss.forward(logits, target);
}

/**
 * Sums over the images of an epoch, kept by the engine so that steps need not wait to be read.
 * @example
 * const totals = new Totals();
 * await totals.lossSum.item() // 0
 */
export class Totals {
  readonly lossSum = new Variable(Tensor.from(new Float32Array(1), { shape: [] }));
  readonly correct = new Variable(Tensor.from(new Int32Array(1), { shape: [] }));

  /** Sets both sums. */
  write(lossSum: number, correct: number): void {
    this.lossSum.write(Float32Array.of(lossSum));
    this.correct.write(Int32Array.of(correct));
  }

  /** Both sums; waits for the steps that are under way. */
  async read(): Promise<{ readonly lossSum: number; readonly correct: number }> {
    // Both at once: a step that starts meanwhile changes neither.
    const [lossSum, correct] = await Promise.all([this.lossSum.item(), this.correct.item()]);
    return { lossSum, correct };
  }

  /** The sums with a batch added: `loss` is the batch's mean. */
  updates(loss: Tensor, logits: Tensor, target: Tensor, batchSize: number): Update[] {
    const hits = logits.argmax(1).eq(target).to("int32").sum();
    return [
      [this.lossSum, this.lossSum.add(loss.mul(batchSize))],
      [this.correct, this.correct.add(hits)],
    ];
  }
}

/**
 * Throws unless the network gives one number for each class and image.
 * @throws ShapeError otherwise
 */
export function checkLogits(logits: Tensor, batchSize: number, classes: number): void {
  const { shape } = logits;
  if (shape.length === 2 && shape[0] === batchSize && (shape[1] as number) >= classes) return;
  throw new ShapeError("the network's output does not fit the data", {
    facts: [
      { name: "output", value: formatShape(shape) },
      { name: "needed", value: formatShape([batchSize, classes]), remark: "[batch, classes]" },
    ],
    hint: "the last layer needs one output for each class",
  });
}

export interface TrainStepOptions extends GradLimits {
  /** The network that learns. */
  readonly net: Module;
  /** Has the parameters that change. */
  readonly optimizer: Optimizer;
  /** Mean loss of a batch. */
  readonly loss: Loss;
  /** Where the images are taken from: a resident data set, or a streamed one, whose batches `run` is given. */
  readonly data: BatchSource;
  /** Number of classes in the data. */
  readonly classes: number;
  /** Sums that the step adds to. */
  readonly totals: Totals;
  /** Images in the step. */
  readonly batchSize: number;
  /** An average of the parameters that follows them. */
  readonly ema?: ExponentialMovingAverage | null;
  /** How the images of the batch are mixed. */
  readonly mix?: Mix | null;
  /** The step is one of several batches of an update: sums of gradients, and whether it is the last batch. */
  readonly part?: { readonly sums: GradSums; readonly isLast: boolean } | null;
}

/**
 * The compiled step for one batch size.
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * const net = new Sequential(new Flatten(), new Linear(784, 10));
 * const optimizer = new SGD(net.parameters(), { lr: 0.1 });
 * const totals = new Totals();
 * const given = { data: resident(train), classes: 10, totals, batchSize: 2 };
 * const step = new TrainStep({ net, optimizer, loss: crossEntropy, ...given });
 * step.run(Int32Array.of(0, 1));
 * (await totals.read()).lossSum > 0 // true
 */
export class TrainStep {
  readonly #optimizer: Optimizer;
  readonly #ema: ExponentialMovingAverage | null;
  readonly #part: TrainStepOptions["part"];
  readonly #input: BatchInput;
  readonly #active: readonly boolean[];
  readonly #captured: CapturedStep;
  readonly #keys = new StepKeys();
  readonly #mixing: Mixing | null;

  constructor(options: TrainStepOptions) {
    const { net, optimizer, loss, data, classes, totals, batchSize, ema, part } = options;
    this.#optimizer = optimizer;
    this.#ema = ema ?? null;
    this.#part = part ?? null;
    this.#input = noGrad(() => new BatchInput(data, batchSize));
    const [x, target] = this.#input.tensors;
    const mixing = options.mix?.mixing(x.shape) ?? null;
    this.#mixing = mixing;
    const [[logits, batchLoss], buffers] = collectBufferUpdates(() =>
      withRandomKeys(this.#keys.next, () =>
        enableGrad(() => {
          const logits = net.forward(mixing === null ? x : noGrad(() => mixing.images(x)));
          checkLogits(logits, batchSize, classes);
          return [logits, mixing?.loss(loss, logits, target) ?? loss(logits, target)] as const;
        }),
      ),
    );
    const grads = grad(batchLoss, optimizer.params, { allowUnused: true });
    // Frozen and unused parameters have none.
    this.#active = grads.map((each) => each !== null);
    const changes = noGrad(() => {
      if (part?.isLast === false)
        return [...part.sums.updates(optimizer.params, grads), ...buffers];
      const [whole, cleared] = part?.sums.finish(optimizer.params, grads) ?? [grads, []];
      const updates = [...optimizer.updates(limitGrads(whole, options)), ...buffers];
      return [...updates, ...(ema?.updates(updates) ?? []), ...cleared];
    });
    const sums = noGrad(() => totals.updates(batchLoss, logits, target, batchSize));
    this.#captured = engine().capture([...changes, ...sums]);
  }

  /**
   * Starts a step on the images with these indices, or on these images; `random` gives its random numbers. For one of
   * several batches of an update, its share of the images must be in the sums.
   */
  run(batch: Batch, random = defaultGenerator): void {
    this.#prepare(batch, random);
    this.#captured.run();
  }

  #prepare(batch: Batch, random: Generator): void {
    this.#input.write(batch);
    this.#keys.write(random);
    this.#mixing?.write(random);
    if (this.#part?.isLast === false) return;
    this.#optimizer.beginStep(this.#active);
    this.#ema?.beginUpdate();
  }

  /** Frees what the step keeps in memory. */
  dispose(): void {
    this.#captured.dispose();
  }
}
