// One step of training, compiled once for a batch size: pick the batch, forward, loss, gradients,
// update. Only the indices of the batch and the optimizer's few numbers are written before each run.
import { grad } from "../autograd/index.ts";
import { batchOf, type ResidentDataset } from "../data/resident.ts";
import type { Module } from "../nn/index.ts";
import type { Optimizer, Update } from "../optim/index.ts";
import { collectBufferUpdates } from "../tensor/buffers.ts";
import { type CapturedStep, engine, type KernelTiming } from "../tensor/engine.ts";
import { ShapeError } from "../tensor/errors.ts";
import { defaultGenerator, Generator } from "../tensor/random.ts";
import { StepKeys, withRandomKeys } from "../tensor/randomKeys.ts";
import { formatShape } from "../tensor/shape.ts";
import { enableGrad, noGrad } from "../tensor/state.ts";
import { Tensor, Variable } from "../tensor/tensor.ts";

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

/** Sums over the images of an epoch, kept by the engine so that steps need not wait to be read. */
export class Totals {
  readonly lossSum = new Variable(Tensor.from(new Float32Array(1), { shape: [] }));
  readonly correct = new Variable(Tensor.from(new Int32Array(1), { shape: [] }));

  write(lossSum: number, correct: number): void {
    this.lossSum.write(Float32Array.of(lossSum));
    this.correct.write(Int32Array.of(correct));
  }

  async read(): Promise<{ readonly lossSum: number; readonly correct: number }> {
    return { lossSum: await this.lossSum.item(), correct: await this.correct.item() };
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

/** Room for the indices of a batch. */
export function indexVariable(batchSize: number): Variable {
  return new Variable(Tensor.from(new Int32Array(batchSize)));
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

export interface TrainStepOptions {
  readonly net: Module;
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly data: ResidentDataset;
  readonly classes: number;
  readonly totals: Totals;
  readonly batchSize: number;
}

/** The compiled step for one batch size. */
export class TrainStep {
  readonly #optimizer: Optimizer;
  readonly #indices: Variable;
  readonly #active: readonly boolean[];
  readonly #captured: CapturedStep;
  readonly #keys = new StepKeys();

  constructor({ net, optimizer, loss, data, classes, totals, batchSize }: TrainStepOptions) {
    this.#optimizer = optimizer;
    this.#indices = indexVariable(batchSize);
    const [x, target] = noGrad(() => batchOf(data, this.#indices));
    const [[logits, batchLoss], buffers] = collectBufferUpdates(() =>
      withRandomKeys(this.#keys.next, () =>
        enableGrad(() => {
          const logits = net.forward(x);
          checkLogits(logits, batchSize, classes);
          return [logits, loss(logits, target)] as const;
        }),
      ),
    );
    const grads = grad(batchLoss, optimizer.params, { allowUnused: true });
    // Frozen and unused parameters have none.
    this.#active = grads.map((each) => each !== null);
    const sums = noGrad(() => totals.updates(batchLoss, logits, target, batchSize));
    this.#captured = engine().capture([...optimizer.updates(grads), ...buffers, ...sums]);
  }

  /** Starts a step on the images with these indices; `random` gives its random numbers. */
  run(indices: Int32Array, random = defaultGenerator): void {
    this.#prepare(indices, random);
    this.#captured.run();
  }

  /** A step as `run` does it, timed kernel by kernel on one thread. */
  profile(indices: Int32Array, random = defaultGenerator): readonly KernelTiming[] {
    this.#prepare(indices, random);
    return this.#captured.profile();
  }

  #prepare(indices: Int32Array, random: Generator): void {
    this.#indices.write(indices);
    this.#keys.write(random);
    this.#optimizer.beginStep(this.#active);
  }

  dispose(): void {
    this.#captured.dispose();
  }
}
