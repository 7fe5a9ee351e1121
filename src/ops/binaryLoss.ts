// What losses of yes-or-no targets share: equal shapes, a weight for each loss, reduction.
import type { Op } from "../tensor/op.ts";
import { sameShape, shapeError } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { expand } from "./expand.ts";
import { checkReduction, type LossOptions, reduceLoss } from "./losses.ts";
import { floating } from "./operands.ts";

export interface BinaryLossOptions extends LossOptions {
  /** Factor of each loss, in a shape that broadcasts to the target's. */
  readonly weight?: Tensor | null;
}

/** The losses of the op, weighted and reduced. */
export function binaryLoss(
  op: Op<undefined>,
  [x, target, ...others]: readonly [Tensor, Tensor, ...Tensor[]],
  options: BinaryLossOptions,
): Tensor {
  const reduction = checkReduction(op.name, options);
  if (!sameShape(x.shape, target.shape)) {
    throw shapeError(
      op.name,
      "the target has another shape than the input",
      { input: x.shape, target: target.shape },
      "bring the target into the input's shape: target.reshape(input.shape)",
    );
  }
  // Expanded first, so that a weight cannot stretch the losses.
  const beside = (factor: Tensor): Tensor => expand(factor, x.shape);
  const losses = floating(op, [x, target, ...others.map(beside)], undefined);
  const { weight = null } = options;
  return reduceLoss(weight === null ? losses : losses.mul(beside(weight)), reduction);
}
