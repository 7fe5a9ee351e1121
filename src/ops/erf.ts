// erf: the error function.
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { exp } from "./exp.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const erfOp = pointwise({
  name: "erf",
  arity: 1,
  domain: "float",
  scalar: ([x]) => errorFunction(x),
  expression: (math, [x]) => math.erf(x),
  backward({ grad, inputs: [input] }) {
    const x = input as Tensor;
    return [grad.mul(exp(x.mul(x).neg()).mul(2 / Math.sqrt(Math.PI)))];
  },
  cases: [
    ...unaryCases(),
    {
      name: "from 0 to far out",
      inputs: [
        {
          shape: [16],
          values: {
            data: [0, 1e-20, -1e-4, 0.3, -0.6, 0.92, 0.93, -1, 1.5, -2, 2.7, 3.3, -3.9, 4, 6, -30],
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

/** erf x in float64: 2/√π · e^(−x²) · Σ 2ᵏ x²ᵏ⁺¹ / (2k+1)!!, whose terms all have one sign. */
export function errorFunction(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let total = x;
  for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(total); k++) {
    term *= (2 * x * x) / (2 * k + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

/** 2/√π · ∫₀ˣ exp(−t²) dt, as `torch.erf`. @example await erf(Tensor.from([0])).array() // [0] */
export function erf(x: Tensor): Tensor {
  return floating(erfOp, [x], undefined);
}
