// relu: max(x, 0).
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { full } from "./full.ts";
import { arithmetic } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const reluOp = pointwise({
  name: "relu",
  arity: 1,
  domain: "number",
  scalar: ([x]) => Math.max(x, 0),
  expression: (math, [x]) => math.max(x, math.kindOf(x) === "int" ? math.int(0) : math.float(0)),
  // From the output, so that the input need not be kept. The gradient at 0 is 0.
  backward: ({ grad, output }) => [full([], 0).where(output.le(0), grad)],
  cases: [
    ...unaryCases(),
    {
      name: "0 and NaN",
      inputs: [{ shape: [3], values: { data: [0, Number.NaN, -1] } }],
      params: undefined,
      gradient: false,
    },
  ],
});

/** max(x, 0), as `torch.relu`. @example await relu(Tensor.from([-1, 2])).array() // [0, 2] */
export function relu(x: Tensor): Tensor {
  return arithmetic(reluOp, [x], undefined);
}
