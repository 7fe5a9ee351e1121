// logSigmoid: the logarithm of the sigmoid, without overflow.
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const logSigmoidOp = pointwise({
  name: "logSigmoid",
  arity: 1,
  domain: "float",
  scalar: ([x]) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))),
  expression: (math, [x]) =>
    math.sub(math.min(x, math.float(0)), math.log1p(math.exp(math.neg(math.abs(x))))),
  backward: ({ grad, inputs: [x] }) => [grad.mul((x as Tensor).neg().sigmoid())],
  cases: [
    ...unaryCases(),
    {
      name: "far from 0",
      inputs: [{ shape: [7], values: { data: [-1000, -20, -5, 0, 5, 20, 80] } }],
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

/** ln σ(x), as `torch.nn.functional.logsigmoid`. @example await logSigmoid(Tensor.from([0])).array() // [-0.693…] */
export function logSigmoid(x: Tensor): Tensor {
  return floating(logSigmoidOp, [x], undefined);
}
