// prod: multiplies the elements along axes.
import { apply, type Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { full } from "./full.ts";
import { type Dims, type ReduceOptions, reduceParams, reduction } from "./reduce.ts";

export const prodOp = reduction({
  name: "prod",
  combine: "prod",
  neutral: 1,
  values: "positive",
  step: (total, x, dtype) => (dtype === "int32" ? Math.imul(total, x) : total * x),
  // ∂/∂xᵢ is the product of the others. It cannot be had by division where an element is 0: there the
  // product of the elements that are not 0 serves, and counts only if xᵢ is the only 0.
  backward(grad, x, output) {
    const axes = x.shape.flatMap((n, axis) => (grad.shape[axis] === 1 && n !== 1 ? [axis] : []));
    const isZero = x.eq(0);
    const others = full([], 1).where(isZero, x).prod(axes, { keepdim: true });
    const zeros = isZero.sum(axes, { keepdim: true });
    const atZero = others.where(zeros.eq(1), 0);
    return grad.mul(atZero.where(isZero, output.div(full([], 1).where(isZero, x))));
  },
  cases: [
    {
      name: "one zero, two zeros, none",
      inputs: [{ shape: [3, 3], values: { data: [1, 0, 3, 0, 2, 0, 4, 5, 6] } }],
      params: { axes: [1], keepdim: false },
      gradient: false,
    },
  ],
});

/**
 * Product along axes, as `torch.prod`. Bytes and bools give int32.
 * @param x   any tensor
 * @param dim axis or axes; all if undefined
 * @param options keepdim: keep the reduced axes with size 1
 * @throws ShapeError if an axis does not exist
 * @example await prod(Tensor.from([[1, 2], [3, 4]]), 1).array() // [2, 12]
 */
export function prod(x: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
  const numbers = x.dtype === "float32" ? x : cast(x, "int32");
  return apply(prodOp, [numbers], reduceParams("prod", x, dim, options));
}
