// amax and amin: the largest and smallest elements along axes. NaN wins; equal extremes share the
// gradient evenly, as PyTorch's do.
import type { Op } from "../tensor/op.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import {
  type Dims,
  type ReduceOptions,
  type ReduceParams,
  reduceParams,
  reduction,
} from "./reduce.ts";

const nan = {
  name: "NaN wins",
  inputs: [{ shape: [2, 3], values: { data: [1, Number.NaN, 3, -1, -2, -3] } }],
  params: { axes: [1], keepdim: false },
  gradient: false,
} as const;

/** grad / (number of extremes), at each extreme. */
function share(grad: Tensor, x: Tensor, extreme: Tensor): Tensor {
  const axes = x.shape.flatMap((n, axis) => (grad.shape[axis] === 1 && n !== 1 ? [axis] : []));
  const isExtreme = x.eq(extreme).to("float32");
  return isExtreme.mul(grad.div(isExtreme.sum(axes, { keepdim: true })));
}

export const amaxOp = reduction({
  name: "amax",
  combine: "max",
  neutral: null,
  step: (most, x) => Math.max(most, x),
  backward: share,
  cases: [nan],
});

export const aminOp = reduction({
  name: "amin",
  combine: "min",
  neutral: null,
  step: (least, x) => Math.min(least, x),
  backward: share,
  cases: [nan],
});

/**
 * The largest element along axes, as `torch.amax`.
 * @param x   any tensor
 * @param dim axis or axes; all if undefined
 * @param options keepdim: keep the reduced axes with size 1
 * @throws ShapeError if an axis does not exist, or there are no elements
 * @example await amax(Tensor.from([[1, 2], [4, 3]]), 1).array() // [2, 4]
 */
export function amax(x: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
  return extreme(amaxOp, x, dim, options);
}

/**
 * The smallest element along axes, as `torch.amin`.
 * @param x   any tensor
 * @param dim axis or axes; all if undefined
 * @param options keepdim: keep the reduced axes with size 1
 * @throws ShapeError if an axis does not exist, or there are no elements
 * @example await amin(Tensor.from([[1, 2], [4, 3]]), 1).array() // [1, 3]
 */
export function amin(x: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
  return extreme(aminOp, x, dim, options);
}

function extreme(op: Op<ReduceParams>, x: Tensor, dim: Dims, options: ReduceOptions): Tensor {
  const numbers = x.dtype === "float32" ? x : cast(x, "int32");
  return cast(apply(op, [numbers], reduceParams(op.name, x, dim, options)), x.dtype);
}
