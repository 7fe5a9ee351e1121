// tanh: the hyperbolic tangent.
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const tanhOp = pointwise({
  name: "tanh",
  arity: 1,
  domain: "float",
  scalar: ([x]) => Math.tanh(x),
  expression: (math, [x]) => math.tanh(x),
  backward: ({ grad, output }) => [grad.mul(output.mul(output).neg().add(1))],
  cases: [
    ...unaryCases(),
    {
      name: "near 0 and far from it",
      inputs: [{ shape: [7], values: { data: [-100, -5, -1e-4, 0, 1e-4, 0.625, 100] } }],
      params: undefined,
      gradient: false,
    },
  ],
});

/** tanh x, as `torch.tanh`. @example await tanh(Tensor.from([0])).array() // [0] */
export function tanh(x: Tensor): Tensor {
  return floating(tanhOp, [x], undefined);
}
