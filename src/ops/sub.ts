// sub: a − b.
import type { Tensor } from "../tensor/tensor.ts";
import { binaryCases } from "./cases.ts";
import { arithmetic, type TensorLike } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const subOp = pointwise({
  name: "sub",
  arity: 2,
  domain: "number",
  scalar: ([a, b]) => a - b,
  expression: (math, [a, b]) => math.sub(a, b),
  backward: ({ grad }) => [grad, grad.neg()],
  cases: [
    ...binaryCases(),
    ...binaryCases(
      [
        [-99, 99],
        [-99, 99],
      ],
      "int32",
    ),
  ],
});

/**
 * a − b, broadcast, as `torch.sub`.
 * @param a tensor or number
 * @param b tensor or number
 * @throws ShapeError if the shapes do not broadcast
 * @example await sub(Tensor.from([1, 2]), 10).array() // [-9, -8]
 */
export function sub(a: TensorLike, b: TensorLike): Tensor {
  return arithmetic(subOp, [a, b], undefined);
}
