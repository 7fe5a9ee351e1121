// Smooth L1 loss as a loss layer.
import { type Reduction, type SmoothL1LossOptions, smoothL1Loss } from "../ops/index.ts";
import { checkBeta } from "../ops/smoothL1Loss.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { LossModule } from "./lossModule.ts";

/**
 * Smooth L1 loss, as `torch.nn.SmoothL1Loss`: squared differences where they are small, absolute ones elsewhere;
 * shapes and formula are those of `functional.smoothL1Loss`.
 *
 * @throws OptionError for impossible values
 * @example await new SmoothL1Loss().forward(Tensor.from([1, 2]), Tensor.from([1, 4])).item() // 0.75
 */
export class SmoothL1Loss extends LossModule<Reduction> {
  readonly beta: number;

  constructor(options: SmoothL1LossOptions = {}) {
    checkOptions("SmoothL1Loss", options, ["beta", "reduction"]);
    super(options);
    this.beta = options.beta ?? 1;
    checkBeta("SmoothL1Loss", this.beta);
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(x, target, { beta: this.beta, reduction: this.reduction });
  }

  protected override parts(): string[] {
    return this.beta === 1 ? [] : [`beta ${this.beta}`];
  }
}
