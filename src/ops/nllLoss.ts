// nllLoss: the negative log-likelihood of the right classes.
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { checkLogits } from "./crossEntropy.ts";
import { checkReduction, type LossOptions, reduceLoss } from "./losses.ts";
import { isClass } from "./oneHot.ts";
import { sum } from "./sum.ts";
import { where } from "./where.ts";

/**
 * −logProbabilities[n, target[n]], as `torch.nn.functional.nll_loss`: cross entropy after a log-softmax.
 * @param logProbabilities `[batch, classes]`
 * @param target  class numbers, integers `[batch]`
 * @param options reduction: "mean" (default), "sum" or "none"
 * @throws ShapeError if the numbers of rows differ; DtypeError if the target is not integers
 * @example await nllLoss(Tensor.from([[-1, -2]]), Tensor.from([1], { dtype: "int32" })).item() // 2
 */
export function nllLoss(
  logProbabilities: Tensor,
  target: Tensor,
  options: LossOptions = {},
): Tensor {
  checkOptions("nllLoss", options, ["reduction"]);
  const classNumbers = target.dtype === "uint8" ? cast(target, "int32") : target;
  checkLogits("nllLoss", logProbabilities, classNumbers);
  const truth = isClass(classNumbers, logProbabilities.shape[1] as number);
  const losses = sum(where(truth, logProbabilities, 0), 1).neg();
  return reduceLoss(losses, checkReduction("nllLoss", options));
}
