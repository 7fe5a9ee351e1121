// binaryCrossEntropy: how surprised a yes-or-no classifier is, from its probabilities.
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type BinaryLossOptions, binaryLoss } from "./binaryLoss.ts";
import { pointwise } from "./pointwise.ts";

/** Logarithms below this count as this: the loss stays finite at 0 and 1. */
const lowest = -100;
/** p · (1 − p) below this counts as this in the gradient. */
const smallest = 1e-12;

export const binaryCrossEntropyOp = pointwise({
  name: "binaryCrossEntropy",
  arity: 2,
  domain: "float",
  scalar: ([p, y]) =>
    -(y * Math.max(Math.log(p), lowest) + (1 - y) * Math.max(Math.log1p(-p), lowest)),
  expression(math, [p, y]) {
    const yes = math.max(math.log(p), math.float(lowest));
    const no = math.max(math.log1p(math.neg(p)), math.float(lowest));
    const rest = math.sub(math.float(1), y);
    return math.neg(math.add(math.mul(y, yes), math.mul(rest, no)));
  },
  backward({ grad, inputs }) {
    const [p, y] = inputs as [Tensor, Tensor];
    const spread = p.mul(p.neg().add(1)).clamp(smallest);
    const yes = p.log().clamp(lowest);
    const no = p.neg().log1p().clamp(lowest);
    return [grad.mul(p.sub(y)).div(spread), grad.mul(no.sub(yes))];
  },
  cases: [
    {
      name: "yes and no",
      inputs: [
        { shape: [2, 3], values: { data: [0.2, 0.8, 0.5, 0.25, 0.75, 0.7] } },
        { shape: [2, 3], values: [0, 2] },
      ],
      params: undefined,
    },
    {
      name: "targets between",
      inputs: [
        { shape: [7], values: { data: [0.2, 0.8, 0.5, 0.25, 0.75, 0.7, 0.4] } },
        { shape: [7], values: { data: [0.1, 0.8, 1, 0, 0.5, 0.25, 0.3] } },
      ],
      params: undefined,
    },
    {
      name: "a scalar",
      inputs: [
        { shape: [], values: { data: [0.3] } },
        { shape: [], values: { data: [1] } },
      ],
      params: undefined,
    },
    { name: "an empty batch", inputs: [{ shape: [0, 3] }, { shape: [0, 3] }], params: undefined },
    {
      name: "certain, rightly and wrongly",
      inputs: [
        { shape: [7], values: { data: [0, 1, 0, 1, 1e-6, 0.999, Number.NaN] } },
        { shape: [7], values: { data: [0, 1, 1, 0, 0, 1, 1] } },
      ],
      params: undefined,
      gradient: false,
    },
    {
      name: "integers",
      inputs: [
        { shape: [3], dtype: "int32", values: [0, 2] },
        { shape: [3], dtype: "int32", values: [0, 2] },
      ],
      params: undefined,
      refused: /takes float32, got int32/,
    },
  ],
});

/**
 * Cross entropy of probabilities and yes-or-no targets, as `torch.nn.functional.binary_cross_entropy`.
 *
 *     loss = −weight · (target · ln x + (1 − target) · ln(1 − x)),   logarithms at least −100
 *
 * That x lies in [0, 1] is up to the caller: it is not known yet when the operation is recorded.
 * @param x       probabilities, any shape; from logits, {@link binaryCrossEntropyWithLogits} is exact
 * @param target  0 to 1, the same shape
 * @param options weight: a factor of each loss, broadcast; reduction: "mean" (default), "sum" or "none"
 * @returns a scalar, or the shape of x without reduction
 * @throws ShapeError if the shapes differ, or weight does not broadcast to them
 * @example await binaryCrossEntropy(Tensor.from([0.5]), Tensor.from([1])).item() // 0.693…
 */
export function binaryCrossEntropy(
  x: Tensor,
  target: Tensor,
  options: BinaryLossOptions = {},
): Tensor {
  checkOptions("binaryCrossEntropy", options, ["weight", "reduction"]);
  return binaryLoss(binaryCrossEntropyOp, [x, target], options);
}
