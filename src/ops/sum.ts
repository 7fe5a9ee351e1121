// sum: adds the elements along axes; sumToSize: undoes broadcasting.

import { ShapeError } from "../tensor/errors.ts";
import { formatShape, type Shape, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { apply } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { type Dims, type ReduceOptions, reduceParams, reduction } from "./reduce.ts";
import { reshape } from "./reshape.ts";

export const sumOp = reduction({
  name: "sum",
  combine: "sum",
  neutral: 0,
  step: (total, x) => total + x,
  backward: (grad, x) => grad.expand(x.shape),
});

/**
 * Sum along axes, as `torch.sum`. Bytes and bools give int32.
 * @param x   any tensor
 * @param dim axis or axes; all if undefined
 * @param options keepdim: keep the reduced axes with size 1
 * @throws ShapeError if an axis does not exist
 * @example await sum(Tensor.from([[1, 2], [3, 4]]), 0).array() // [4, 6]
 */
export function sum(x: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
  const numbers = x.dtype === "float32" ? x : cast(x, "int32");
  return apply(sumOp, [numbers], reduceParams("sum", x, dim, options));
}

/**
 * Sums over the axes along which a tensor of this shape was stretched, as `x.sum_to_size(shape)`.
 * @throws ShapeError if `shape` does not broadcast to the shape of x
 * @example sumToSize(Tensor.ones([4, 3]), [3]).shape // [3]
 */
export function sumToSize(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const added = x.ndim - shape.length;
  const axes = x.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < added || (shape[axis - added] === 1 && x.shape[axis] !== 1));
  if (added < 0 || shape.some((n, axis) => n !== x.shape[axis + added] && n !== 1)) {
    throw new ShapeError(
      `sumToSize: ${formatShape(shape)} does not broadcast to ${formatShape(x.shape)}`,
    );
  }
  return reshape(axes.length === 0 ? x : sum(x, axes, { keepdim: true }), shape);
}
