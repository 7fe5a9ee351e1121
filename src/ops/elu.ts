// elu: x above 0, an exponential that levels off below; and selu, the same scaled.
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCasesWith } from "./cases.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

interface EluParams {
  readonly alpha: number;
  readonly scale: number;
}

/** Fixed point of mean 0 and variance 1, Klambauer et al. 2017. */
const selfNormalizing: EluParams = { alpha: 1.6732632423543772, scale: 1.0507009873554805 };

export const eluOp = pointwise<EluParams>({
  name: "elu",
  arity: 1,
  domain: "float",
  scalar: ([x], { alpha, scale }) => scale * (x > 0 ? x : alpha * Math.expm1(x)),
  expression: (math, [x], { alpha, scale }) =>
    math.select(
      math.gt(x, math.float(0)),
      math.mul(x, math.float(scale)),
      math.mul(math.expm1(x), math.float(alpha * scale)),
    ),
  backward({ grad, inputs: [input], params: { alpha, scale } }) {
    const x = input as Tensor;
    // Held below 0, so that the side not taken cannot overflow.
    const below = x
      .clamp(null, 0)
      .exp()
      .mul(alpha * scale);
    return [grad.mul(scale).where(x.gt(0), grad.mul(below))];
  },
  cases: [
    ...unaryCasesWith<EluParams>({ alpha: 1, scale: 1 }),
    { name: "another alpha", inputs: [{ shape: [7] }], params: { alpha: 0.3, scale: 1 } },
    { name: "selu", inputs: [{ shape: [2, 5] }], params: selfNormalizing },
    {
      name: "near 0, and far from it",
      inputs: [{ shape: [7], values: { data: [0, 1e-6, -1e-6, -0.2, -30, 30, 100] } }],
      params: { alpha: 1, scale: 1 },
      gradient: false,
    },
    {
      name: "integers",
      inputs: [{ shape: [3], dtype: "int32", values: [-9, 9] }],
      params: { alpha: 1, scale: 1 },
      refused: /takes float32, got int32/,
    },
  ],
});

/**
 * x where x > 0, alpha · (eˣ − 1) elsewhere, as `torch.nn.functional.elu`.
 * @example await elu(Tensor.from([0, 2])).array() // [0, 2]
 * @see Clevert et al. 2015, "Fast and accurate deep network learning by exponential linear units"
 */
export function elu(x: Tensor, alpha = 1): Tensor {
  return floating(eluOp, [x], { alpha, scale: 1 });
}

/**
 * 1.0507… · elu(x, 1.6732…), as `torch.selu`: layers of it keep mean 0 and variance 1.
 * @example await selu(Tensor.from([0])).array() // [0]
 * @see Klambauer et al. 2017, "Self-normalizing neural networks"
 */
export function selu(x: Tensor): Tensor {
  return floating(eluOp, [x], selfNormalizing);
}
