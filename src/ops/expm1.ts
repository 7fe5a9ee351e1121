// expm1: eˣ − 1, exact near 0 too.
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const expm1Op = pointwise({
  name: "expm1",
  arity: 1,
  domain: "float",
  scalar: ([x]) => Math.expm1(x),
  expression: (math, [x]) => math.expm1(x),
  backward: ({ grad, output }) => [grad.mul(output.add(1))],
  cases: [
    ...unaryCases(),
    {
      name: "near 0, and far from it",
      inputs: [
        {
          shape: [15],
          values: {
            data: [
              0, 1e-30, -1e-30, 1e-8, -1e-7, 1e-4, -1e-3, 0.1, -0.34, 0.35, -0.7, 5, -20, 88, -88,
            ],
          },
        },
      ],
      params: undefined,
      gradient: false,
    },
    {
      name: "NaN and infinities",
      inputs: [
        {
          shape: [3],
          values: { data: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] },
        },
      ],
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

/** eˣ − 1, as `torch.expm1`. @example await expm1(Tensor.from([0])).array() // [0] */
export function expm1(x: Tensor): Tensor {
  return floating(expm1Op, [x], undefined);
}
