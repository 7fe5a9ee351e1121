// Huber loss as a loss layer.
import { type HuberLossOptions, huberLoss, type Reduction } from "../ops/index.ts";
import { checkDelta } from "../ops/smoothL1Loss.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { LossModule } from "./lossModule.ts";

/**
 * Huber loss, as `torch.nn.HuberLoss`: squared differences where they are small, absolute ones elsewhere;
 * shapes and formula are those of `functional.huberLoss`.
 *
 * @throws OptionError for impossible values
 * @example await new HuberLoss().forward(Tensor.from([1, 2]), Tensor.from([1, 4])).item() // 0.75
 */
export class HuberLoss extends LossModule<Reduction> {
  readonly delta: number;

  constructor(options: HuberLossOptions = {}) {
    checkOptions("HuberLoss", options, ["delta", "reduction"]);
    super(options);
    this.delta = options.delta ?? 1;
    checkDelta("HuberLoss", this.delta);
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    return huberLoss(x, target, { delta: this.delta, reduction: this.reduction });
  }

  protected override parts(): string[] {
    return this.delta === 1 ? [] : [`delta ${this.delta}`];
  }
}
