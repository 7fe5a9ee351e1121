// leakyRelu: x above 0, a fraction of it below.
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCasesWith } from "./cases.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

interface LeakyReluParams {
  readonly negativeSlope: number;
}

export const leakyReluOp = pointwise<LeakyReluParams>({
  name: "leakyRelu",
  arity: 1,
  domain: "float",
  scalar: ([x], { negativeSlope }) => (x > 0 ? x : x * negativeSlope),
  expression: (math, [x], { negativeSlope }) =>
    math.select(math.gt(x, math.float(0)), x, math.mul(x, math.float(negativeSlope))),
  backward: ({ grad, inputs: [x], params: { negativeSlope } }) => [
    grad.where((x as Tensor).gt(0), grad.mul(negativeSlope)),
  ],
  cases: [
    ...unaryCasesWith<LeakyReluParams>({ negativeSlope: 0.01 }),
    { name: "a slope above 1", inputs: [{ shape: [7] }], params: { negativeSlope: 2 } },
    { name: "a negative slope", inputs: [{ shape: [7] }], params: { negativeSlope: -0.5 } },
    {
      name: "0 and NaN",
      inputs: [{ shape: [3], values: { data: [0, Number.NaN, -1] } }],
      params: { negativeSlope: 0.25 },
      gradient: false,
    },
    {
      name: "integers",
      inputs: [{ shape: [3], dtype: "int32", values: [-9, 9] }],
      params: { negativeSlope: 0.25 },
      refused: /takes float32, got int32/,
    },
  ],
});

/**
 * x where x > 0, negativeSlope · x elsewhere, as `torch.nn.functional.leaky_relu`.
 * @example await leakyRelu(Tensor.from([-1, 2]), 0.5).array() // [-0.5, 2]
 */
export function leakyRelu(x: Tensor, negativeSlope = 0.01): Tensor {
  return floating(leakyReluOp, [x], { negativeSlope });
}
