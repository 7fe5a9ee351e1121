// exp: eˣ.
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const expOp = pointwise({
  name: "exp",
  arity: 1,
  domain: "float",
  scalar: ([x]) => Math.exp(x),
  expression: (math, [x]) => math.exp(x),
  backward: ({ grad, output }) => [grad.mul(output)],
  cases: [
    ...unaryCases(),
    {
      name: "large and small arguments",
      inputs: [{ shape: [9], values: { data: [0, 1, -1, 10, -10, 50, -50, 80, -80] } }],
      params: undefined,
      gradient: false,
    },
    {
      name: "NaN and infinities",
      inputs: [
        {
          shape: [3],
          values: { data: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] },
        },
      ],
      params: undefined,
      gradient: false,
    },
  ],
});

/** eˣ, as `torch.exp`. @example await exp(Tensor.from([0])).array() // [1] */
export function exp(x: Tensor): Tensor {
  return floating(expOp, [x], undefined);
}
