// What losses of class numbers share: which scores, targets and weights fit together.
import { DtypeError } from "../tensor/errors.ts";
import type { TensorType } from "../tensor/op.ts";
import { sameShape, shapeError } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import type { LossOptions } from "./losses.ts";
import { checkDomain } from "./pointwise.ts";
import { reshape } from "./reshape.ts";

/** Bytes are class numbers too. */
export function classNumbers(target: Tensor): Tensor {
  return target.dtype === "uint8" ? cast(target, "int32") : target;
}

/** Throws unless these are scores `[batch, classes]` and one class number for each row. */
export function checkLogits(op: string, logits: TensorType, target: TensorType): void {
  checkDomain(op, logits.dtype, "float");
  checkClassNumbers(op, target);
  if (logits.shape.length !== 2 || target.shape.length !== 1) {
    const facts = factsOf(logits, target, "[batch, classes]", "[batch]");
    throw shapeError(op, "takes logits [batch, classes] and targets [batch]", facts);
  }
  checkBatch(op, logits, target, "[batch, classes]", "[batch]");
}

/** Throws unless these are scores `[batch, classes, …]`, class numbers `[batch, …]`, weights `[classes]`. */
export function checkClassScores(
  op: string,
  scores: TensorType,
  target: TensorType,
  weight: TensorType | undefined,
): void {
  checkDomain(op, scores.dtype, "float");
  checkClassNumbers(op, target);
  const layouts = ["[batch, classes, …]", "[batch, …]"] as const;
  const places = scores.shape.slice(2);
  if (scores.shape.length < 2 || target.shape.length !== scores.shape.length - 1) {
    const message = "takes logits [batch, classes, …] and targets [batch, …]";
    throw shapeError(op, message, factsOf(scores, target, ...layouts));
  }
  checkBatch(op, scores, target, ...layouts);
  if (!sameShape(places, target.shape.slice(1))) {
    const message = "the targets' sizes are not those of the logits behind the classes";
    throw shapeError(op, message, factsOf(scores, target, ...layouts));
  }
  checkClassWeight(op, scores, weight);
}

/** Throws unless there is one weight for each class, or none. */
export function checkClassWeight(
  op: string,
  scores: TensorType,
  weight: TensorType | undefined,
): void {
  if (weight === undefined) return;
  checkDomain(op, weight.dtype, "float");
  const numClasses = scores.shape[1] as number;
  if (sameShape(weight.shape, [numClasses])) return;
  throw shapeError(op, `weight is not one number for each of ${numClasses} classes`, {
    logits: { shape: scores.shape, layout: "[batch, classes, …]" },
    weight: { shape: weight.shape, layout: "needed: [classes]" },
  });
}

function checkClassNumbers(op: string, { dtype }: TensorType): void {
  if (dtype === "int32") return;
  throw new DtypeError(`${op}: targets are class numbers (int32), got ${dtype}`, {
    hint: 'convert first: target.to("int32")',
  });
}

function checkBatch(
  op: string,
  scores: TensorType,
  target: TensorType,
  layout: string,
  targetLayout: string,
): void {
  const [rows, targets] = [scores.shape[0], target.shape[0]];
  if (rows === targets) return;
  const facts = factsOf(scores, target, layout, targetLayout);
  throw shapeError(op, `${rows} rows of logits, ${targets} targets`, facts);
}

function factsOf(scores: TensorType, target: TensorType, layout: string, targetLayout: string) {
  return {
    logits: { shape: scores.shape, layout },
    target: { shape: target.shape, layout: targetLayout },
  };
}

/** Calls a loss of batches with a single `[classes]` and its target as a batch of one. */
export function asBatch(
  scores: Tensor,
  target: Tensor,
  options: LossOptions,
  loss: (scores: Tensor, target: Tensor) => Tensor,
): Tensor {
  if (scores.ndim !== 1) return loss(scores, target);
  const value = loss(reshape(scores, [1, ...scores.shape]), reshape(target, [1, ...target.shape]));
  return options.reduction === "none" ? reshape(value, []) : value;
}

/** A weight for each class beside scores `[batch, classes, …]`. */
export function besideClasses(weight: Tensor, scores: Tensor): Tensor {
  return reshape(weight, [weight.numel, ...scores.shape.slice(2).map(() => 1)]);
}
