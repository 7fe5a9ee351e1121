// Mean absolute difference as a loss layer.
import { type LossOptions, l1Loss, type Reduction } from "../ops/index.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { LossModule } from "./lossModule.ts";

/**
 * Mean absolute difference, as `torch.nn.L1Loss`: |x − target|, averaged; shapes are those of `functional.l1Loss`.
 *
 * @throws OptionError for an unknown reduction
 * @example await new L1Loss().forward(Tensor.from([1, 2]), Tensor.from([1, 4])).item() // 1
 */
export class L1Loss extends LossModule<Reduction> {
  constructor(options: LossOptions = {}) {
    checkOptions("L1Loss", options, ["reduction"]);
    super(options);
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    return l1Loss(x, target, { reduction: this.reduction });
  }
}
