// mish: x · tanh(softplus(x)).
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";
import { softplus } from "./softplus.ts";

export const mishOp = pointwise({
  name: "mish",
  arity: 1,
  domain: "float",
  scalar: ([x]) => x * Math.tanh(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  expression(math, [x]) {
    const rest = math.log1p(math.exp(math.neg(math.abs(x))));
    return math.mul(x, math.tanh(math.add(math.max(x, math.float(0)), rest)));
  },
  backward({ grad, inputs: [input] }) {
    const x = input as Tensor;
    const gate = softplus(x).tanh();
    const slope = gate.mul(gate).neg().add(1).mul(x.sigmoid());
    return [grad.mul(gate.add(x.mul(slope)))];
  },
  cases: [
    ...unaryCases(),
    {
      name: "far from 0",
      inputs: [{ shape: [7], values: { data: [-40, -20, -5, 0, 5, 20, 100] } }],
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
 * x · tanh(ln(1 + eˣ)), as `torch.nn.functional.mish`.
 * @example await mish(Tensor.from([0])).array() // [0]
 * @see Misra 2019, "Mish: a self regularized non-monotonic activation function"
 */
export function mish(x: Tensor): Tensor {
  return floating(mishOp, [x], undefined);
}
