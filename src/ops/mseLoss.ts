// mseLoss: squared differences.
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkReduction, type LossOptions, reduceLoss } from "./losses.ts";
import { square } from "./pow.ts";
import { sub } from "./sub.ts";

/**
 * (x − target)², averaged, as `torch.nn.functional.mse_loss`.
 * @param x       prediction, any shape
 * @param target  the same shape (or one that broadcasts)
 * @param options reduction: "mean" (default), "sum" or "none"
 * @throws ShapeError if the shapes do not broadcast
 * @example await mseLoss(Tensor.from([1, 2]), Tensor.from([1, 4])).item() // 2
 */
export function mseLoss(x: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkOptions("mseLoss", options, ["reduction"]);
  return reduceLoss(square(sub(x, target)), checkReduction("mseLoss", options));
}
