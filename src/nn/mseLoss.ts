// Mean squared difference as a loss layer.
import { type LossOptions, mseLoss, type Reduction } from "../ops/index.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { LossModule } from "./lossModule.ts";

/**
 * Mean squared difference, as `torch.nn.MSELoss`: (x − target)², averaged; shapes are those of `functional.mseLoss`.
 *
 * @throws OptionError for an unknown reduction
 * @example await new MSELoss().forward(Tensor.from([1, 2]), Tensor.from([1, 4])).item() // 2
 */
export class MSELoss extends LossModule<Reduction> {
  constructor(options: LossOptions = {}) {
    checkOptions("MSELoss", options, ["reduction"]);
    super(options);
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    return mseLoss(x, target, { reduction: this.reduction });
  }
}
