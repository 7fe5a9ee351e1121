// log: the natural logarithm.
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const logOp = pointwise({
  name: "log",
  arity: 1,
  domain: "float",
  scalar: ([x]) => Math.log(x),
  expression: (math, [x]) => math.log(x),
  backward: ({ grad, inputs: [x] }) => [grad.div(x as Tensor)],
  cases: [
    ...unaryCases("positive"),
    {
      name: "large and small arguments",
      inputs: [{ shape: [7], values: { data: [1, 1e-30, 1e-10, 0.999, 1.001, 1e10, 1e30] } }],
      params: undefined,
      gradient: false,
    },
    {
      name: "0, infinity and negative numbers",
      inputs: [{ shape: [4], values: { data: [0, Number.POSITIVE_INFINITY, -1, Number.NaN] } }],
      params: undefined,
      gradient: false,
    },
  ],
});

/** ln x, as `torch.log`; −∞ at 0, NaN below. @example await log(Tensor.from([1])).array() // [0] */
export function log(x: Tensor): Tensor {
  return floating(logOp, [x], undefined);
}
