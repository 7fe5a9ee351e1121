// sqrt: √x, and rsqrt: 1 / √x.
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const sqrtOp = pointwise({
  name: "sqrt",
  arity: 1,
  domain: "float",
  scalar: ([x]) => Math.sqrt(x),
  expression: (math, [x]) => math.sqrt(x),
  backward: ({ grad, output }) => [grad.div(output.mul(2))],
  cases: [
    ...unaryCases("positive"),
    {
      name: "0, infinity and negative numbers",
      inputs: [{ shape: [3], values: { data: [0, Number.POSITIVE_INFINITY, -1] } }],
      params: undefined,
      gradient: false,
    },
  ],
});

export const rsqrtOp = pointwise({
  name: "rsqrt",
  arity: 1,
  domain: "float",
  scalar: ([x]) => 1 / Math.sqrt(x),
  expression: (math, [x]) => math.div(math.float(1), math.sqrt(x)),
  backward: ({ grad, output }) => [grad.mul(output.pow(3)).mul(-0.5)],
  cases: unaryCases("positive"),
});

/** √x, as `torch.sqrt`; NaN below 0. @example await sqrt(Tensor.from([4])).array() // [2] */
export function sqrt(x: Tensor): Tensor {
  return floating(sqrtOp, [x], undefined);
}

/** 1 / √x, as `torch.rsqrt`. @example await rsqrt(Tensor.from([4])).array() // [0.5] */
export function rsqrt(x: Tensor): Tensor {
  return floating(rsqrtOp, [x], undefined);
}
