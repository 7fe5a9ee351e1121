// l1Loss: absolute differences.
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { abs } from "./abs.ts";
import { checkReduction, type LossOptions, reduceLoss } from "./losses.ts";
import { sub } from "./sub.ts";

/**
 * |x − target|, averaged, as `torch.nn.functional.l1_loss`.
 * @param x       prediction, any shape
 * @param target  the same shape (or one that broadcasts)
 * @param options reduction: "mean" (default), "sum" or "none"
 * @throws ShapeError if the shapes do not broadcast
 * @example await l1Loss(Tensor.from([1, 2]), Tensor.from([1, 4])).item() // 1
 */
export function l1Loss(x: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkOptions("l1Loss", options, ["reduction"]);
  return reduceLoss(abs(sub(x, target)), checkReduction("l1Loss", options));
}
