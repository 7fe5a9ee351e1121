// log1p: ln(1 + x), exact near 0 too.
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const log1pOp = pointwise({
  name: "log1p",
  arity: 1,
  domain: "float",
  scalar: ([x]) => Math.log1p(x),
  expression: (math, [x]) => math.log1p(x),
  backward: ({ grad, inputs: [x] }) => [grad.div((x as Tensor).add(1))],
  cases: [
    ...unaryCases("positive"),
    {
      name: "near 0, and far from it",
      inputs: [
        {
          shape: [13],
          values: {
            data: [0, 1e-30, -1e-30, 1e-8, -1e-7, 1e-4, -1e-3, 0.1, -0.1, -0.5, -0.99, 1e3, 1e30],
          },
        },
      ],
      params: undefined,
      gradient: false,
    },
    {
      name: "−1, NaN and infinity",
      inputs: [{ shape: [4], values: { data: [-1, -2, Number.NaN, Number.POSITIVE_INFINITY] } }],
      params: undefined,
      gradient: false,
    },
    {
      name: "integers",
      inputs: [{ shape: [3], dtype: "int32", values: [-9, 9] }],
      params: undefined,
      refused: /takes float32, got int32/,
    },
  ],
});

/** ln(1 + x), as `torch.log1p`; NaN below −1. @example await log1p(Tensor.from([0])).array() // [0] */
export function log1p(x: Tensor): Tensor {
  return floating(log1pOp, [x], undefined);
}
