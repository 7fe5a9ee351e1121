// celu: elu whose slope has no jump at 0 whatever alpha is.
import { OptionError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCasesWith } from "./cases.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

interface CeluParams {
  readonly alpha: number;
}

export const celuOp = pointwise<CeluParams>({
  name: "celu",
  arity: 1,
  domain: "float",
  scalar: ([x], { alpha }) => Math.max(x, 0) + Math.min(0, alpha * Math.expm1(x / alpha)),
  expression(math, [x], { alpha }) {
    const below = math.mul(math.expm1(math.mul(x, math.float(1 / alpha))), math.float(alpha));
    return math.select(math.gt(x, math.float(0)), x, below);
  },
  backward({ grad, inputs: [input], params: { alpha } }) {
    const x = input as Tensor;
    // Held below 0, so that the side not taken cannot overflow.
    const below = x
      .clamp(null, 0)
      .mul(1 / alpha)
      .exp();
    return [grad.where(x.gt(0), grad.mul(below))];
  },
  cases: [
    ...unaryCasesWith<CeluParams>({ alpha: 1 }),
    { name: "another alpha", inputs: [{ shape: [7] }], params: { alpha: 0.3 } },
    {
      name: "near 0, and far from it",
      inputs: [{ shape: [7], values: { data: [0, 1e-6, -1e-6, -0.2, -30, 30, 100] } }],
      params: { alpha: 1.5 },
      gradient: false,
    },
    {
      name: "integers",
      inputs: [{ shape: [3], dtype: "int32", values: [-9, 9] }],
      params: { alpha: 1 },
      refused: /takes float32, got int32/,
    },
  ],
});

/** Throws unless alpha can divide. */
export function checkAlpha(where: string, alpha: number): void {
  if (!(alpha > 0)) {
    throw new OptionError(`${where}: alpha is ${alpha}`, { hint: "give a positive number" });
  }
}

/**
 * x where x > 0, alpha · (exp(x / alpha) − 1) elsewhere, as `torch.nn.functional.celu`.
 * @throws OptionError unless alpha is positive
 * @example await celu(Tensor.from([0, 2])).array() // [0, 2]
 * @see Barron 2017, "Continuously differentiable exponential linear units"
 */
export function celu(x: Tensor, alpha = 1): Tensor {
  checkAlpha("celu", alpha);
  return floating(celuOp, [x], { alpha });
}
