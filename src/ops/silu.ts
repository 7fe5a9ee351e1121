// silu: x · σ(x), also called swish.
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const siluOp = pointwise({
  name: "silu",
  arity: 1,
  domain: "float",
  scalar: ([x]) => x / (1 + Math.exp(-x)),
  expression: (math, [x]) => math.mul(x, math.sigmoid(x)),
  backward({ grad, inputs: [input] }) {
    const x = input as Tensor;
    const gate = x.sigmoid();
    return [grad.mul(gate.add(x.mul(gate).mul(gate.neg().add(1))))];
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
 * x · σ(x), as `torch.nn.functional.silu`.
 * @example await silu(Tensor.from([0])).array() // [0]
 * @see Elfwing et al. 2017, "Sigmoid-weighted linear units for neural network function approximation"
 */
export function silu(x: Tensor): Tensor {
  return floating(siluOp, [x], undefined);
}
