// softsign: x brought between −1 and 1, more gently than by tanh.
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const softsignOp = pointwise({
  name: "softsign",
  arity: 1,
  domain: "float",
  scalar: ([x]) => x / (1 + Math.abs(x)),
  expression: (math, [x]) => math.div(x, math.add(math.abs(x), math.float(1))),
  backward({ grad, inputs: [x] }) {
    const distance = (x as Tensor).abs().add(1);
    return [grad.div(distance.mul(distance))];
  },
  cases: [
    ...unaryCases(),
    {
      name: "0, far from 0 and NaN",
      inputs: [{ shape: [5], values: { data: [0, -1e6, 1e6, 1e-6, Number.NaN] } }],
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

/**
 * x / (1 + |x|), as `torch.nn.functional.softsign`.
 * @example await softsign(Tensor.from([-1, 0, 3])).array() // [-0.5, 0, 0.75]
 */
export function softsign(x: Tensor): Tensor {
  return floating(softsignOp, [x], undefined);
}
