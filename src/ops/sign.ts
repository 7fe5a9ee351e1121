// sign: −1, 0 or 1.
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { zerosLike } from "./full.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const signOp = pointwise({
  name: "sign",
  arity: 1,
  domain: "float",
  scalar: ([x]) => (x > 0 ? 1 : x < 0 ? -1 : 0),
  expression(math, [x]) {
    const zero = math.float(0);
    const negative = math.select(math.lt(x, zero), math.float(-1), zero);
    return math.select(math.gt(x, zero), math.float(1), negative);
  },
  backward: ({ grad }) => [zerosLike(grad)],
  cases: [
    ...unaryCases(),
    {
      name: "zeros and NaN",
      inputs: [
        { shape: [5], values: { data: [0, -0, Number.NaN, Number.POSITIVE_INFINITY, -1e-30] } },
      ],
      params: undefined,
      gradient: false,
    },
  ],
});

/** The sign of x: −1, 0 or 1, and 0 for NaN, as `torch.sign`. @example await sign(Tensor.from([-3, 0])).array() // [-1, 0] */
export function sign(x: Tensor): Tensor {
  return floating(signOp, [x], undefined).to(x.dtype);
}
