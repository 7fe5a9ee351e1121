// hardsigmoid: a line from 0 to 1 in place of the sigmoid.
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { full } from "./full.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const hardsigmoidOp = pointwise({
  name: "hardsigmoid",
  arity: 1,
  domain: "float",
  scalar: ([x]) => Math.min(Math.max(x + 3, 0), 6) / 6,
  expression: (math, [x]) =>
    math.mul(
      math.min(math.max(math.add(x, math.float(3)), math.float(0)), math.float(6)),
      math.float(1 / 6),
    ),
  backward({ grad, inputs: [input] }) {
    const x = input as Tensor;
    const zero = full([], 0);
    return [zero.where(x.abs().ge(3), grad.mul(1 / 6))];
  },
  cases: [
    ...unaryCases(),
    {
      name: "on both sides",
      inputs: [{ shape: [5], values: { data: [-5, -2, 0.5, 2.5, 4] } }],
      params: undefined,
    },
    {
      name: "corners and NaN",
      inputs: [{ shape: [3], values: { data: [-3, 3, Number.NaN] } }],
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
 * min(max(x + 3, 0), 6) / 6, as `torch.nn.functional.hardsigmoid`.
 * @example await hardsigmoid(Tensor.from([-4, 0, 4])).array() // [0, 0.5, 1]
 */
export function hardsigmoid(x: Tensor): Tensor {
  return floating(hardsigmoidOp, [x], undefined);
}
