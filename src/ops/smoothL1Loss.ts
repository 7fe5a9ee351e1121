// smoothL1Loss: squared differences where they are small, absolute ones elsewhere; and huberLoss, the
// same scaled.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkReduction, type LossOptions, reduceLoss } from "./losses.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

interface SmoothL1Params {
  /** Where squares end. */
  readonly beta: number;
  readonly scale: number;
}

const plain: SmoothL1Params = { beta: 1, scale: 1 };

export const smoothL1LossOp = pointwise<SmoothL1Params>({
  name: "smoothL1Loss",
  arity: 2,
  domain: "float",
  scalar([x, y], { beta, scale }) {
    const d = Math.abs(x - y);
    return scale * (d < beta ? (d * d) / (2 * beta) : d - beta / 2);
  },
  expression(math, [x, y], { beta, scale }) {
    const d = math.abs(math.sub(x, y));
    const straight = math.mul(math.sub(d, math.float(beta / 2)), math.float(scale));
    if (beta === 0) return straight;
    const square = math.mul(math.mul(d, d), math.float(scale / (2 * beta)));
    return math.select(math.lt(d, math.float(beta)), square, straight);
  },
  backward({ grad, inputs, params: { beta, scale } }) {
    const [x, y] = inputs as [Tensor, Tensor];
    const d = x.sub(y);
    const slope = beta === 0 ? d.sign() : d.div(beta).clamp(-1, 1);
    const xGrad = grad.mul(slope.mul(scale));
    return [xGrad, xGrad.neg()];
  },
  cases: [
    { name: "the same shape", inputs: [{ shape: [3, 5] }, { shape: [3, 5] }], params: plain },
    {
      name: "a target for each column",
      inputs: [{ shape: [4, 3] }, { shape: [3] }],
      params: plain,
    },
    { name: "an empty batch", inputs: [{ shape: [0, 3] }, { shape: [0, 3] }], params: plain },
    {
      name: "beta 0.25",
      inputs: [{ shape: [7] }, { shape: [7] }],
      params: { beta: 0.25, scale: 1 },
    },
    { name: "beta 0", inputs: [{ shape: [7] }, { shape: [7] }], params: { beta: 0, scale: 1 } },
    {
      name: "Huber",
      inputs: [{ shape: [2, 7] }, { shape: [2, 7] }],
      params: { beta: 2, scale: 2 },
    },
    {
      name: "on the edges",
      inputs: [
        { shape: [6], values: { data: [0, 1, -1, 1e4, Number.NaN, Number.POSITIVE_INFINITY] } },
        { shape: [], values: { data: [0] } },
      ],
      params: plain,
      gradient: false,
    },
    {
      name: "integers",
      inputs: [
        { shape: [3], dtype: "int32" },
        { shape: [3], dtype: "int32" },
      ],
      params: plain,
      refused: /takes float32, got int32/,
    },
    {
      name: "sizes that do not fit",
      inputs: [{ shape: [2, 3] }, { shape: [4] }],
      params: plain,
      refused: /sizes 3 and 4 at axis 1 do not broadcast/,
    },
  ],
});

export interface SmoothL1LossOptions extends LossOptions {
  /** Differences below this are squared (default 1). */
  readonly beta?: number;
}

/**
 * (x − target)² / (2 beta) where |x − target| < beta, |x − target| − beta / 2 elsewhere, averaged, as
 * `torch.nn.functional.smooth_l1_loss`.
 * @param x       prediction, any shape
 * @param target  the same shape (or one that broadcasts)
 * @param options beta: differences below it are squared (1; with 0 this is `l1Loss`);
 *                reduction: "mean" (default), "sum" or "none"
 * @throws ShapeError if the shapes do not broadcast; OptionError if beta is negative
 * @example await smoothL1Loss(Tensor.from([1, 2]), Tensor.from([1, 4])).item() // 0.75
 * @see Girshick 2015, "Fast R-CNN"
 */
export function smoothL1Loss(x: Tensor, target: Tensor, options: SmoothL1LossOptions = {}): Tensor {
  checkOptions("smoothL1Loss", options, ["beta", "reduction"]);
  const { beta = 1 } = options;
  checkBeta("smoothL1Loss", beta);
  const reduction = checkReduction("smoothL1Loss", options);
  return reduceLoss(floating(smoothL1LossOp, [x, target], { beta, scale: 1 }), reduction);
}

/** Throws if beta is negative or no number. */
export function checkBeta(where: string, beta: number): void {
  if (beta >= 0 && Number.isFinite(beta)) return;
  throw new OptionError(`${where}: beta is ${beta}`, { hint: "give 0 or a positive number" });
}

export interface HuberLossOptions extends LossOptions {
  /** Differences up to this are squared (default 1). */
  readonly delta?: number;
}

/**
 * (x − target)² / 2 where |x − target| ≤ delta, delta · (|x − target| − delta / 2) elsewhere, averaged, as
 * `torch.nn.functional.huber_loss`: delta times {@link smoothL1Loss}.
 * @param x       prediction, any shape
 * @param target  the same shape (or one that broadcasts)
 * @param options delta: differences up to it are squared (1); reduction: "mean" (default), "sum" or "none"
 * @throws ShapeError if the shapes do not broadcast; OptionError if delta is not positive
 * @example await huberLoss(Tensor.from([1, 2]), Tensor.from([1, 5]), { delta: 2 }).item() // 2
 * @see Huber 1964, "Robust estimation of a location parameter"
 */
export function huberLoss(x: Tensor, target: Tensor, options: HuberLossOptions = {}): Tensor {
  checkOptions("huberLoss", options, ["delta", "reduction"]);
  const { delta = 1 } = options;
  checkDelta("huberLoss", delta);
  const reduction = checkReduction("huberLoss", options);
  const params: SmoothL1Params = { beta: delta, scale: delta };
  return reduceLoss(floating(smoothL1LossOp, [x, target], params), reduction);
}

/** Throws unless delta is positive. */
export function checkDelta(where: string, delta: number): void {
  if (delta > 0 && Number.isFinite(delta)) return;
  throw new OptionError(`${where}: delta is ${delta}`, { hint: "give a positive number" });
}
