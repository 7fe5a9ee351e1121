// mul: a · b.
import type { Tensor } from "../tensor/tensor.ts";
import { binaryCases } from "./cases.ts";
import { arithmetic, type TensorLike } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const mulOp = pointwise({
  name: "mul",
  arity: 2,
  domain: "number",
  scalar: ([a, b], _, dtype) => (dtype === "int32" ? Math.imul(a, b) : a * b),
  expression: (math, [a, b]) => math.mul(a, b),
  backward: ({ grad, inputs: [a, b] }) => [grad.mul(b as Tensor), grad.mul(a as Tensor)],
  cases: [
    ...binaryCases(),
    ...binaryCases(
      [
        [-99, 99],
        [-99, 99],
      ],
      "int32",
    ),
    {
      name: "int32 wraps around",
      inputs: [
        { shape: [3], dtype: "int32", values: { data: [2147483647, -2147483648, 123456789] } },
        { shape: [3], dtype: "int32", values: { data: [2147483647, 3, 987654321] } },
      ],
      params: undefined,
      gradient: false,
    },
  ],
});

/**
 * a · b, element by element, broadcast, as `torch.mul`.
 * @param a tensor or number
 * @param b tensor or number
 * @throws ShapeError if the shapes do not broadcast
 * @example await mul(Tensor.from([1, 2]), 10).array() // [10, 20]
 */
export function mul(a: TensorLike, b: TensorLike): Tensor {
  return arithmetic(mulOp, [a, b], undefined);
}
