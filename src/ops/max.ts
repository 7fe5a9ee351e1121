// max and min in PyTorch's three uses: of everything, of two tensors, and along an axis with indices.

import { normalizeAxis } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { amax, amin } from "./amax.ts";
import { arange } from "./arange.ts";
import { argmax, argmin } from "./argmax.ts";
import { maximum, minimum } from "./maximum.ts";
import { type ReduceOptions, reducedShape, reduceParams } from "./reduce.ts";
import { reshape } from "./reshape.ts";
import { sum } from "./sum.ts";

/** The extremes along an axis and where they are (int32). */
export interface ValuesAndIndices {
  readonly values: Tensor;
  readonly indices: Tensor;
}

/**
 * The largest element of all; the larger of two tensors; or, along an axis, the largest elements with
 * their indices, as `torch.max`. For values along axes alone, see `amax`.
 * @throws ShapeError if the axis does not exist, there are no elements, or shapes do not broadcast
 * @example await max(Tensor.from([1, 5, 2])).item() // 5
 */
export function max(x: Tensor): Tensor;
export function max(x: Tensor, other: Tensor): Tensor;
export function max(x: Tensor, dim: number, options?: ReduceOptions): ValuesAndIndices;
export function max(
  x: Tensor,
  by?: Tensor | number,
  options: ReduceOptions = {},
): Tensor | ValuesAndIndices {
  if (by === undefined) return amax(x);
  return typeof by === "number"
    ? take(x, argmax(x, by, { keepdim: true }), by, options)
    : maximum(x, by);
}

/**
 * The smallest element of all; the smaller of two tensors; or, along an axis, the smallest elements
 * with their indices, as `torch.min`. For values along axes alone, see `amin`.
 * @throws ShapeError if the axis does not exist, there are no elements, or shapes do not broadcast
 * @example await min(Tensor.from([4, 2, 8])).item() // 2
 */
export function min(x: Tensor): Tensor;
export function min(x: Tensor, other: Tensor): Tensor;
export function min(x: Tensor, dim: number, options?: ReduceOptions): ValuesAndIndices;
export function min(
  x: Tensor,
  by?: Tensor | number,
  options: ReduceOptions = {},
): Tensor | ValuesAndIndices {
  if (by === undefined) return amin(x);
  return typeof by === "number"
    ? take(x, argmin(x, by, { keepdim: true }), by, options)
    : minimum(x, by);
}

/** The element at `index` along an axis: gradients go there and nowhere else. */
function take(x: Tensor, index: Tensor, dim: number, options: ReduceOptions): ValuesAndIndices {
  const axis = normalizeAxis("max", dim, x.ndim);
  const { keepdim } = reduceParams("max", x, dim, options);
  const along = x.shape.map((n, k) => (k === axis ? n : 1));
  const isThere = reshape(arange(x.shape[axis] ?? 1), along).eq(index);
  return {
    values: sum(x.where(isThere, 0), axis, { keepdim }).to(x.dtype),
    indices: keepdim ? index : reshape(index, reducedShape(x.shape, [axis], false)),
  };
}
