// abs: |x|.
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { arithmetic } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const absOp = pointwise({
  name: "abs",
  arity: 1,
  domain: "number",
  scalar: ([x]) => Math.abs(x),
  expression: (math, [x]) => math.abs(x),
  backward: ({ grad, inputs: [x] }) => [grad.mul((x as Tensor).sign())],
  cases: [
    ...unaryCases(),
    {
      name: "integers",
      inputs: [{ shape: [7], dtype: "int32", values: [-9, 9] }],
      params: undefined,
      gradient: false,
    },
  ],
});

/** |x|, as `torch.abs`; the gradient at 0 is 0. @example await abs(Tensor.from([1, -2])).array() // [1, 2] */
export function abs(x: Tensor): Tensor {
  return arithmetic(absOp, [x], undefined);
}
