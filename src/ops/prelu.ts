// prelu: x above 0, a learned fraction of it below.
import { ShapeError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { binaryCases, mixedDtypes } from "./cases.ts";
import { full } from "./full.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const preluOp = pointwise({
  name: "prelu",
  arity: 2,
  domain: "float",
  scalar: ([x, slope]) => (x > 0 ? x : x * slope),
  expression: (math, [x, slope]) => math.select(math.gt(x, math.float(0)), x, math.mul(x, slope)),
  backward({ grad, inputs }) {
    const [x, slope] = inputs as [Tensor, Tensor];
    const above = x.gt(0);
    return [grad.where(above, grad.mul(slope)), full([], 0).where(above, grad.mul(x))];
  },
  cases: [...binaryCases(), mixedDtypes],
});

/**
 * x where x > 0, weight · x elsewhere, as `torch.nn.functional.prelu`.
 * @param x      any tensor; its channels are axis 1
 * @param weight slopes `[channels]`, or `[1]` for one slope that all share
 * @throws ShapeError if the weight is neither
 * @example await prelu(Tensor.from([-1, 2]), Tensor.from([0.5])).array() // [-0.5, 2]
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  const count = weight.shape[0];
  const channels = x.shape[1] ?? 1;
  if (weight.ndim !== 1 || (count !== 1 && count !== channels)) {
    throw new ShapeError(`prelu: weight is neither [1] nor [${channels}]`, {
      facts: [
        { name: "x", value: formatShape(x.shape) },
        { name: "weight", value: formatShape(weight.shape) },
      ],
    });
  }
  const trailing = Array.from({ length: Math.max(x.ndim - 2, 0) }, () => 1);
  const slope = count === 1 ? weight.reshape([]) : weight.reshape([channels, ...trailing]);
  return floating(preluOp, [x, slope], undefined);
}
