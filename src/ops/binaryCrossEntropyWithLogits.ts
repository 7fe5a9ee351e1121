// binaryCrossEntropyWithLogits: binary cross entropy after a sigmoid, exact also where that is 0 or 1.
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type BinaryLossOptions, binaryLoss } from "./binaryLoss.ts";
import { full } from "./full.ts";
import { pointwise } from "./pointwise.ts";
import { softplus } from "./softplus.ts";

/** Inputs: logit x, target y, weight of yes w. */
export const binaryCrossEntropyWithLogitsOp = pointwise({
  name: "binaryCrossEntropyWithLogits",
  arity: 3,
  domain: "float",
  scalar: ([x, y, w]) =>
    (1 - y) * (Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))) +
    w * y * (Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  // ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|): nothing overflows, and nothing large is subtracted.
  expression(math, [x, y, w]) {
    const rest = math.log1p(math.exp(math.neg(math.abs(x))));
    const ifNo = math.add(math.max(x, math.float(0)), rest);
    const ifYes = math.add(math.max(math.neg(x), math.float(0)), rest);
    const no = math.mul(math.sub(math.float(1), y), ifNo);
    return math.add(no, math.mul(math.mul(w, y), ifYes));
  },
  backward({ grad, inputs }) {
    const [x, y, w] = inputs as [Tensor, Tensor, Tensor];
    const [no, yes] = [y.neg().add(1), w.mul(y)];
    const ifYes = softplus(x.neg());
    return [
      grad.mul(no.mul(x.sigmoid()).sub(yes.mul(x.neg().sigmoid()))),
      grad.mul(w.mul(ifYes).sub(softplus(x))),
      grad.mul(y.mul(ifYes)),
    ];
  },
  cases: [
    {
      name: "yes and no",
      inputs: [{ shape: [3, 5] }, { shape: [3, 5], values: [0, 2] }, one([])],
      params: undefined,
    },
    {
      name: "targets between, a weight for each column",
      inputs: [
        { shape: [2, 3] },
        { shape: [2, 3], values: { data: [0.1, 0.8, 1, 0, 0.5, 0.25] } },
        { shape: [3], values: "positive" },
      ],
      params: undefined,
    },
    {
      name: "logits of 0",
      inputs: [
        { shape: [3], values: { data: [0, 0, 0] } },
        { shape: [3], values: { data: [0, 1, 0.25] } },
        one([]),
      ],
      params: undefined,
    },
    {
      name: "an empty batch",
      inputs: [{ shape: [0, 3] }, { shape: [0, 3] }, one([])],
      params: undefined,
    },
    {
      name: "certain, rightly and wrongly",
      inputs: [
        { shape: [6], values: { data: [1e4, -1e4, 1e4, -1e4, 30, -30] } },
        { shape: [6], values: { data: [1, 0, 0, 1, 1, 0] } },
        one([]),
      ],
      params: undefined,
      gradient: false,
    },
  ],
});

function one(shape: readonly number[]) {
  return { shape, values: { data: [1] } } as const;
}

export interface BinaryCrossEntropyWithLogitsOptions extends BinaryLossOptions {
  /** Factor of the losses of yes, in a shape that broadcasts to the target's: above 1, less is missed. */
  readonly posWeight?: Tensor | null;
}

/**
 * Cross entropy of logits and yes-or-no targets, as `torch.nn.functional.binary_cross_entropy_with_logits`.
 *
 *     loss = −weight · (posWeight · target · ln σ(x) + (1 − target) · ln(1 − σ(x))),   σ the sigmoid
 *
 * @param logits  before any sigmoid, any shape
 * @param target  0 to 1, the same shape
 * @param options weight: a factor of each loss, broadcast; posWeight: a factor of the losses of yes, broadcast
 *                (`[classes]` for logits `[batch, classes]`); reduction: "mean" (default), "sum" or "none"
 * @returns a scalar, or the shape of the logits without reduction
 * @throws ShapeError if the shapes differ, or a weight does not broadcast to them
 * @example await binaryCrossEntropyWithLogits(Tensor.from([0]), Tensor.from([1])).item() // 0.693…
 */
export function binaryCrossEntropyWithLogits(
  logits: Tensor,
  target: Tensor,
  options: BinaryCrossEntropyWithLogitsOptions = {},
): Tensor {
  checkOptions("binaryCrossEntropyWithLogits", options, ["weight", "posWeight", "reduction"]);
  const posWeight = options.posWeight ?? full([], 1);
  return binaryLoss(binaryCrossEntropyWithLogitsOp, [logits, target, posWeight], options);
}
