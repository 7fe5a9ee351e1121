// maximum and minimum of two tensors. NaN wins; where both are equal, each gets half of the gradient.
import type { Tensor } from "../tensor/tensor.ts";
import { binaryCases } from "./cases.ts";
import { full } from "./full.ts";
import { arithmetic, type TensorLike } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

const nanAndTies = {
  name: "NaN and ties",
  inputs: [
    { shape: [4], values: { data: [Number.NaN, 1, 2, -1] } },
    { shape: [4], values: { data: [0, Number.NaN, 2, 3] } },
  ],
  params: undefined,
  gradient: false,
} as const;

export const maximumOp = pointwise({
  name: "maximum",
  arity: 2,
  domain: "number",
  scalar: ([a, b]) => Math.max(a, b),
  expression: (math, [a, b]) => math.max(a, b),
  backward({ grad, inputs }) {
    const [a, b] = inputs as [Tensor, Tensor];
    const shared = grad.mul(0.5).where(a.eq(b), grad);
    const zero = full([], 0);
    return [zero.where(a.lt(b), shared), zero.where(a.gt(b), shared)];
  },
  cases: [
    ...binaryCases(),
    ...binaryCases(
      [
        [-9, 9],
        [-9, 9],
      ],
      "int32",
    ),
    nanAndTies,
  ],
});

export const minimumOp = pointwise({
  name: "minimum",
  arity: 2,
  domain: "number",
  scalar: ([a, b]) => Math.min(a, b),
  expression: (math, [a, b]) => math.min(a, b),
  backward({ grad, inputs }) {
    const [a, b] = inputs as [Tensor, Tensor];
    const shared = grad.mul(0.5).where(a.eq(b), grad);
    const zero = full([], 0);
    return [zero.where(a.gt(b), shared), zero.where(a.lt(b), shared)];
  },
  cases: [
    ...binaryCases(),
    ...binaryCases(
      [
        [-9, 9],
        [-9, 9],
      ],
      "int32",
    ),
    nanAndTies,
  ],
});

/**
 * The larger of a and b, broadcast, as `torch.maximum`.
 * @throws ShapeError if the shapes do not broadcast
 * @example await maximum(Tensor.from([1, 5]), 3).array() // [3, 5]
 */
export function maximum(a: TensorLike, b: TensorLike): Tensor {
  return arithmetic(maximumOp, [a, b], undefined);
}

/**
 * The smaller of a and b, broadcast, as `torch.minimum`.
 * @throws ShapeError if the shapes do not broadcast
 * @example await minimum(Tensor.from([1, 5]), 3).array() // [1, 3]
 */
export function minimum(a: TensorLike, b: TensorLike): Tensor {
  return arithmetic(minimumOp, [a, b], undefined);
}
