// add: a + b.
import type { Tensor } from "../tensor/tensor.ts";
import { binaryCases, mixedDtypes } from "./cases.ts";
import { arithmetic, type TensorLike } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const addOp = pointwise({
  name: "add",
  arity: 2,
  domain: "number",
  scalar: ([a, b]) => a + b,
  expression: (math, [a, b]) => math.add(a, b),
  backward: ({ grad }) => [grad, grad],
  cases: [
    ...binaryCases(),
    ...binaryCases(
      [
        [-99, 99],
        [-99, 99],
      ],
      "int32",
    ),
    mixedDtypes,
  ],
});

/**
 * a + b, broadcast, as `torch.add`.
 * @param a tensor or number
 * @param b tensor or number
 * @throws ShapeError if the shapes do not broadcast
 * @example await add(Tensor.from([1, 2]), 10).array() // [11, 12]
 */
export function add(a: TensorLike, b: TensorLike): Tensor {
  return arithmetic(addOp, [a, b], undefined);
}
