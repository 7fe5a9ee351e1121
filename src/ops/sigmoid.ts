// sigmoid: the logistic function.
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const sigmoidOp = pointwise({
  name: "sigmoid",
  arity: 1,
  domain: "float",
  scalar: ([x]) => 1 / (1 + Math.exp(-x)),
  expression: (math, [x]) => math.sigmoid(x),
  backward: ({ grad, output }) => [grad.mul(output.mul(output.neg().add(1)))],
  cases: [
    ...unaryCases(),
    {
      name: "far from 0",
      inputs: [{ shape: [7], values: { data: [-100, -20, -5, 0, 5, 20, 100] } }],
      params: undefined,
      gradient: false,
    },
  ],
});

/** σ(x) = 1 / (1 + e⁻ˣ), as `torch.sigmoid`. @example await sigmoid(Tensor.from([0])).array() // [0.5] */
export function sigmoid(x: Tensor): Tensor {
  return floating(sigmoidOp, [x], undefined);
}
