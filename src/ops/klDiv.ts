// klDiv: how far one distribution is from another.
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkReduction, type Reduction, reduceLoss } from "./losses.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

interface KLDivParams {
  /** Is the target given as logarithms? */
  readonly logTarget: boolean;
}

/** Inputs: log-probability x, and the target y or its logarithm. */
export const klDivOp = pointwise<KLDivParams>({
  name: "klDiv",
  arity: 2,
  domain: "float",
  scalar: ([x, y], { logTarget }) =>
    logTarget ? Math.exp(y) * (y - x) : (y === 0 ? 0 : y * Math.log(y)) - y * x,
  expression(math, [x, y], { logTarget }) {
    if (logTarget) return math.mul(math.exp(y), math.sub(y, x));
    const zero = math.float(0);
    const own = math.select(math.eq(y, zero), zero, math.mul(y, math.log(y)));
    return math.sub(own, math.mul(y, x));
  },
  backward({ grad, inputs, params: { logTarget } }) {
    const [x, y] = inputs as [Tensor, Tensor];
    const share = logTarget ? y.exp() : y;
    const yGrad = logTarget ? share.mul(y.sub(x).add(1)) : y.log().add(1).sub(x);
    return [grad.mul(share).neg(), grad.mul(yGrad)];
  },
  cases: [
    {
      name: "the same shape",
      inputs: [{ shape: [3, 5] }, { shape: [3, 5], values: "positive" }],
      params: { logTarget: false },
    },
    {
      name: "one target for all",
      inputs: [{ shape: [4, 3] }, { shape: [3], values: "positive" }],
      params: { logTarget: false },
    },
    {
      name: "logarithms",
      inputs: [{ shape: [3, 5] }, { shape: [3, 5] }],
      params: { logTarget: true },
    },
    {
      name: "an empty batch",
      inputs: [{ shape: [0, 3] }, { shape: [0, 3] }],
      params: { logTarget: false },
    },
    {
      name: "impossible classes",
      inputs: [
        { shape: [4], values: { data: [-2, Number.NEGATIVE_INFINITY, -1e4, -1] } },
        { shape: [4], values: { data: [0, 0.5, 0, 1] } },
      ],
      params: { logTarget: false },
      gradient: false,
    },
    {
      name: "integers",
      inputs: [
        { shape: [3], dtype: "int32" },
        { shape: [3], dtype: "int32" },
      ],
      params: { logTarget: false },
      refused: /takes float32, got int32/,
    },
  ],
});

export interface KLDivOptions {
  /** `batchmean`: the sum divided by the first size, which is the divergence itself (default "mean"). */
  readonly reduction?: Reduction | "batchmean";
  /** The target is given as logarithms (default false). */
  readonly logTarget?: boolean;
}

/**
 * Kullback-Leibler divergence, as `torch.nn.functional.kl_div`.
 *
 *     loss = target · (ln target − x),   0 · ln 0 = 0
 *
 * @param x       log-probabilities, `[batch, …]`
 * @param target  probabilities, or with `logTarget` their logarithms, the same shape (or one that broadcasts)
 * @param options logTarget (false); reduction: "mean" over all elements (default), "batchmean": sum / batch,
 *                the mathematical divergence, "sum" or "none"
 * @throws ShapeError if the shapes do not broadcast; OptionError for an unknown reduction
 * @example await klDiv(Tensor.from([[-1, -1]]), Tensor.from([[1, 0]]), { reduction: "batchmean" }).item() // 1
 * @see Kullback & Leibler 1951, "On information and sufficiency"
 */
export function klDiv(x: Tensor, target: Tensor, options: KLDivOptions = {}): Tensor {
  checkOptions("klDiv", options, ["reduction", "logTarget"]);
  const reduction = checkReduction("klDiv", options, ["batchmean"]);
  const losses = floating(klDivOp, [x, target], { logTarget: options.logTarget ?? false });
  if (reduction === "batchmean") return losses.sum().div(x.shape[0] ?? 1);
  return reduceLoss(losses, reduction);
}
