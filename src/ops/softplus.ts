// softplus: a smooth relu.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCasesWith } from "./cases.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

interface SoftplusParams {
  readonly beta: number;
  readonly threshold: number;
}

const plain: SoftplusParams = { beta: 1, threshold: 20 };

export const softplusOp = pointwise<SoftplusParams>({
  name: "softplus",
  arity: 1,
  domain: "float",
  scalar([x], { beta, threshold }) {
    const z = x * beta;
    return z > threshold ? x : (Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))) / beta;
  },
  // ln(1 + eᶻ) = max(z, 0) + ln(1 + e^−|z|), which does not overflow.
  expression(math, [x], { beta, threshold }) {
    const z = math.mul(x, math.float(beta));
    const rest = math.log1p(math.exp(math.neg(math.abs(z))));
    const smooth = math.div(math.add(math.max(z, math.float(0)), rest), math.float(beta));
    return math.select(math.gt(z, math.float(threshold)), x, smooth);
  },
  backward({ grad, inputs: [x], params: { beta, threshold } }) {
    const z = (x as Tensor).mul(beta);
    return [grad.where(z.gt(threshold), grad.mul(z.sigmoid()))];
  },
  cases: [
    ...unaryCasesWith<SoftplusParams>(plain),
    { name: "steeper", inputs: [{ shape: [7] }], params: { beta: 3, threshold: 20 } },
    { name: "turned round", inputs: [{ shape: [7] }], params: { beta: -0.5, threshold: 20 } },
    {
      name: "far from 0",
      inputs: [{ shape: [6], values: { data: [-100, -20, 0, 19, 21, 1000] } }],
      params: plain,
      gradient: false,
    },
    {
      name: "a threshold out of reach",
      inputs: [{ shape: [4], values: { data: [-100, 0, 90, 1000] } }],
      params: { beta: 1, threshold: 1e9 },
      gradient: false,
    },
    {
      name: "a low threshold",
      inputs: [{ shape: [3], values: { data: [0.4, 0.6, -3] } }],
      params: { beta: 1, threshold: 0.5 },
    },
    {
      name: "integers",
      inputs: [{ shape: [3], dtype: "int32", values: [-9, 9] }],
      params: plain,
      refused: /takes float32, got int32/,
    },
  ],
});

export interface SoftplusOptions {
  /** Steepness (default 1). */
  readonly beta?: number;
  /** Where beta · x is above this, the result is x (default 20). */
  readonly threshold?: number;
}

/**
 * ln(1 + exp(beta · x)) / beta, as `torch.nn.functional.softplus`.
 * @param options beta: steepness (1); threshold: the result is x where beta · x is above it (20)
 * @throws OptionError if beta is 0
 * @example await softplus(Tensor.from([0])).array() // [0.693…]
 */
export function softplus(x: Tensor, options: SoftplusOptions = {}): Tensor {
  checkOptions("softplus", options, ["beta", "threshold"]);
  const params: SoftplusParams = { ...plain, ...options };
  if (params.beta === 0) throw new OptionError("softplus: beta is 0");
  return floating(softplusOp, [x], params);
}
