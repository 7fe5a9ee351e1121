// How good a network is on a dataset: loss, accuracy, and which classes it takes for which.

import { checkBatch, type Dataset, type ImageBatch, isStreamed } from "../data/dataset.ts";
import { residentOf } from "../data/resident.ts";
import { inEvaluation } from "../nn/evaluation.ts";
import type { Module } from "../nn/index.ts";
import { crossEntropy, logicalAnd, logicalNot, logicalOr } from "../ops/index.ts";
import { isClass } from "../ops/oneHot.ts";
import { type CapturedStep, engine } from "../tensor/engine.ts";
import { checkOptions, DataError, OptionError } from "../tensor/errors.ts";
import { Tensor, Variable } from "../tensor/tensor.ts";
import { type Batch, BatchInput, indexVariable } from "./batchInput.ts";
import {
  accuracyOf,
  type ClassMetrics,
  type Confusion,
  emptyConfusion,
  perClass,
} from "./metrics.ts";
import { Pace } from "./pace.ts";
import { checkLogits, type Loss, type LossLike, lossFunction } from "./step.ts";

export interface EvaluateOptions {
  /** Images in a batch (default 256). */
  readonly batchSize?: number;
  /** Mean loss of a batch (default cross-entropy): a function of logits and int32 labels, or a loss layer. */
  readonly loss?: LossLike;
  /** Also the share of images whose class is among the best k answers, for each of these k: `[1, 5]`. */
  readonly topK?: readonly number[];
}

/** How good a network is on a dataset. */
export interface Evaluation {
  /** Mean over all images. */
  readonly loss: number;
  readonly accuracy: number;
  readonly perClass: readonly ClassMetrics[];
  /** `confusion[truth][predicted]` */
  readonly confusion: Confusion;
  /** Share of images whose class is among the best k answers, by k; only if asked for. */
  readonly topK?: Readonly<Record<number, number>>;
  /** Number of images. */
  readonly count: number;
}

/**
 * Evaluates a network on all images of a dataset, in evaluation mode (the mode is restored).
 * @throws OptionError for unknown options; DataError for a dataset that does not hold together;
 *         ShapeError if the network's output is not `[batch, classes]`
 * @example
 * const { test } = await fashionMnist({ sources: ["sample"] });
 * const net = new Sequential(new Flatten(), new Linear(784, 10));
 * const { accuracy } = await evaluate(net, test);
 */
export async function evaluate(
  net: Module,
  dataset: Dataset,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const evaluator = new Evaluator(net, dataset, options);
  try {
    return await evaluator.run();
  } finally {
    evaluator.dispose();
  }
}

/** The compiled forward pass for one batch size. */
interface Pass {
  readonly input: BatchInput;
  readonly predicted: Variable;
  readonly outputs: number;
  readonly captured: CapturedStep;
}

/**
 * Evaluates the same network on the same dataset again and again, compiled once.
 * @example
 * const { test } = await fashionMnist({ sources: ["sample"] });
 * const evaluator = new Evaluator(new Sequential(new Flatten(), new Linear(784, 10)), test);
 * (await evaluator.run()).confusion.length // 10
 */
export class Evaluator {
  readonly #net: Module;
  readonly #dataset: Dataset;
  readonly #batchSize: number;
  readonly #loss: Loss;
  readonly #lossSum = new Variable(Tensor.from(new Float32Array(1), { shape: [] }));
  /** How many images had their class among the best k answers. */
  readonly #topK: readonly { readonly k: number; readonly hits: Variable }[];
  readonly #passes = new Map<number, Pass>();

  constructor(net: Module, dataset: Dataset, options: EvaluateOptions = {}) {
    checkOptions("evaluate", options, ["batchSize", "loss", "topK"]);
    const { batchSize = 256, loss = crossEntropy, topK = [] } = options;
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new OptionError(
        `evaluate: batchSize must be a whole number of at least 1, got ${batchSize}`,
      );
    }
    for (const k of topK) {
      if (Number.isSafeInteger(k) && k >= 1) continue;
      throw new OptionError(`evaluate: topK holds whole numbers of at least 1, got ${String(k)}`);
    }
    this.#topK = topK.map((k) => ({ k, hits: new Variable(noHits()) }));
    this.#net = net;
    this.#dataset = dataset;
    this.#batchSize = batchSize;
    this.#loss = lossFunction(loss);
  }

  /** Evaluates the network as it is now. */
  async run(): Promise<Evaluation> {
    const { name, labels, length, classes } = this.#dataset;
    // As many as the network has outputs, which may be more than the data has classes.
    const confusion = emptyConfusion(this.#passFor(Math.min(this.#batchSize, length)).outputs);
    const pace = new Pace();
    this.#lossSum.write(new Float32Array(1));
    for (const { hits } of this.#topK) hits.write(new Int32Array(1));
    let start = 0;
    for await (const batch of this.#batches()) {
      const count = Math.min(this.#batchSize, length - start);
      if (isStreamed(this.#dataset)) checkBatch(this.#dataset, batch as ImageBatch, count);
      const pass = this.#passFor(count);
      pass.input.write(batch);
      pass.captured.run();
      const predicted = await pass.predicted.data();
      for (const [i, answer] of predicted.entries()) {
        const row = confusion[labels[start + i] as number] as number[];
        row[answer] = (row[answer] as number) + 1;
      }
      start += predicted.length;
      if (pace.due) await pace.turn();
    }
    if (start < length) throw new DataError(`${name}: ${length - start} images did not come`);
    const loss = (await this.#lossSum.item()) / length;
    return {
      loss,
      accuracy: accuracyOf(confusion),
      perClass: perClass(confusion, classes),
      confusion,
      ...(this.#topK.length === 0 ? {} : { topK: await this.#topKShares(length) }),
      count: length,
    };
  }

  async #topKShares(length: number): Promise<Record<number, number>> {
    const shares: Record<number, number> = {};
    for (const { k, hits } of this.#topK) shares[k] = (await hits.item()) / length;
    return shares;
  }

  /** All images in order. What is random in streamed ones is the same each time. */
  #batches(): Iterable<Batch> | AsyncIterable<Batch> {
    const order = Int32Array.from({ length: this.#dataset.length }, (_, i) => i);
    return isStreamed(this.#dataset)
      ? this.#dataset.batches(order, this.#batchSize, { seed: 0, epoch: 0 })
      : parts(order, this.#batchSize);
  }

  #passFor(batchSize: number): Pass {
    const known = this.#passes.get(batchSize);
    if (known !== undefined) return known;
    const pass = inEvaluation(this.#net, () => this.#capture(batchSize));
    this.#passes.set(batchSize, pass);
    return pass;
  }

  #capture(batchSize: number): Pass {
    const data = this.#dataset;
    const input = new BatchInput(isStreamed(data) ? data : residentOf(data), batchSize);
    const predicted = indexVariable(batchSize);
    const [x, target] = input.tensors;
    const logits = this.#net.forward(x);
    checkLogits(logits, batchSize, this.#dataset.classes.length);
    const lossSum = this.#lossSum.add(this.#loss(logits, target).mul(batchSize));
    const captured = engine().capture([
      [this.#lossSum, lossSum],
      [predicted, logits.argmax(1)],
      ...this.#topKUpdates(logits, target),
    ]);
    return { input, predicted, outputs: logits.shape[1] as number, captured };
  }

  #topKUpdates(logits: Tensor, target: Tensor): (readonly [Variable, Tensor])[] {
    if (this.#topK.length === 0) return [];
    const better = answersBefore(logits, target);
    return this.#topK.map(({ k, hits }) => [hits, hits.add(better.lt(k).to("int32").sum())]);
  }

  /** Frees what the compiled passes keep in memory. */
  dispose(): void {
    for (const { captured } of this.#passes.values()) captured.dispose();
    this.#passes.clear();
  }
}

function* parts(order: Int32Array, size: number): Iterable<Int32Array> {
  for (let start = 0; start < order.length; start += size)
    yield order.subarray(start, start + size);
}

function noHits(): Tensor {
  return Tensor.from(new Int32Array(1), { shape: [] });
}

/** How many answers come before the right one, `[batch]`: of equal ones, as for argmax, those of lower numbers. */
function answersBefore(logits: Tensor, target: Tensor): Tensor {
  const classes = logits.shape[1] as number;
  const right = logits.where(isClass(target, classes), 0).sum(1, { keepdim: true });
  const numbers = Tensor.from(Int32Array.from({ length: classes }, (_, k) => k));
  const isEarlier = numbers.lt(target.unsqueeze(1));
  // Written so that answers which are not numbers come first, and the right one last if it is not.
  const isBetter = logicalNot(logits.le(right));
  return logicalOr(isBetter, logicalAnd(logits.eq(right), isEarlier))
    .to("int32")
    .sum(1);
}
