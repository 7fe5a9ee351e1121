// hardswish: x times a line from 0 to 1, in place of silu.
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { full } from "./full.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const hardswishOp = pointwise({
  name: "hardswish",
  arity: 1,
  domain: "float",
  scalar: ([x]) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
  expression(math, [x]) {
    const raised = math.max(math.add(x, math.float(3)), math.float(0));
    return math.mul(math.mul(x, math.min(raised, math.float(6))), math.float(1 / 6));
  },
  backward({ grad, inputs: [input] }) {
    const x = input as Tensor;
    const zero = full([], 0);
    const inner = grad.mul(x.mul(1 / 3).add(0.5));
    return [zero.where(x.le(-3), grad.where(x.ge(3), inner))];
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
 * x · min(max(x + 3, 0), 6) / 6, as `torch.nn.functional.hardswish`.
 * @example await hardswish(Tensor.from([-4, 0, 4])).array() // [0, 0, 4]
 * @see Howard et al. 2019, "Searching for MobileNetV3"
 */
export function hardswish(x: Tensor): Tensor {
  return floating(hardswishOp, [x], undefined);
}
