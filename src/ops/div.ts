// div: a / b.
import type { Tensor } from "../tensor/tensor.ts";
import { binaryCases } from "./cases.ts";
import { floating, type TensorLike } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const divOp = pointwise({
  name: "div",
  arity: 2,
  domain: "float",
  scalar: ([a, b]) => a / b,
  expression: (math, [a, b]) => math.div(a, b),
  backward: ({ grad, inputs: [, b], output }) => {
    const aGrad = grad.div(b as Tensor);
    return [aGrad, aGrad.mul(output).neg()];
  },
  cases: [
    ...binaryCases(["normal", "positive"]),
    {
      name: "by zero",
      inputs: [
        { shape: [3], values: { data: [1, -1, 0] } },
        { shape: [], values: { data: [0] } },
      ],
      params: undefined,
      gradient: false,
    },
  ],
});

/**
 * a / b, broadcast, as `torch.div`; integers give float32.
 * @param a tensor or number
 * @param b tensor or number
 * @throws ShapeError if the shapes do not broadcast
 * @example await div(Tensor.from([1, 2]), 4).array() // [0.25, 0.5]
 */
export function div(a: TensorLike, b: TensorLike): Tensor {
  return floating(divOp, [a, b], undefined);
}
