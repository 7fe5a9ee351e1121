// neg: −x.
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { arithmetic } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const negOp = pointwise({
  name: "neg",
  arity: 1,
  domain: "number",
  scalar: ([x]) => -x,
  expression: (math, [x]) => math.neg(x),
  backward: ({ grad }) => [grad.neg()],
  cases: [
    ...unaryCases(),
    {
      name: "integers",
      inputs: [{ shape: [7], dtype: "int32", values: [-9, 9] }],
      params: undefined,
      gradient: false,
    },
  ],
});

/** −x, as `torch.neg`. @example await neg(Tensor.from([1, -2])).array() // [-1, 2] */
export function neg(x: Tensor): Tensor {
  return arithmetic(negOp, [x], undefined);
}
