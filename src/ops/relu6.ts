// relu6: x held between 0 and 6.
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { full } from "./full.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const relu6Op = pointwise({
  name: "relu6",
  arity: 1,
  domain: "float",
  scalar: ([x]) => Math.min(Math.max(x, 0), 6),
  expression: (math, [x]) => math.min(math.max(x, math.float(0)), math.float(6)),
  // From the output, so that the input need not be kept. The gradient at 0 and at 6 is 0.
  backward({ grad, output }) {
    const zero = full([], 0);
    return [zero.where(output.le(0), zero.where(output.ge(6), grad))];
  },
  cases: [
    ...unaryCases(),
    {
      name: "on both sides",
      inputs: [{ shape: [5], values: { data: [-3, 0.5, 3, 5.5, 7] } }],
      params: undefined,
    },
    {
      name: "0, 6 and NaN",
      inputs: [{ shape: [3], values: { data: [0, 6, Number.NaN] } }],
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

/** min(max(x, 0), 6), as `torch.nn.functional.relu6`. @example await relu6(Tensor.from([-1, 9])).array() // [0, 6] */
export function relu6(x: Tensor): Tensor {
  return floating(relu6Op, [x], undefined);
}
