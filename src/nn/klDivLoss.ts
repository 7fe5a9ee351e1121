// Kullback-Leibler divergence as a loss layer.
import { type KLDivOptions, klDiv, type Reduction } from "../ops/index.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { LossModule } from "./lossModule.ts";

/**
 * Kullback-Leibler divergence of log-probabilities from a target, as `torch.nn.KLDivLoss`; shapes and formula
 * are those of `functional.klDiv`.
 *
 * @throws OptionError for an unknown reduction
 * @example
 * const loss = new KLDivLoss({ reduction: "batchmean" });
 * await loss.forward(Tensor.from([[-1, -1]]), Tensor.from([[1, 0]])).item() // 1
 */
export class KLDivLoss extends LossModule<Reduction | "batchmean"> {
  readonly logTarget: boolean;

  constructor(options: KLDivOptions = {}) {
    checkOptions("KLDivLoss", options, ["reduction", "logTarget"]);
    super(options, ["batchmean"]);
    this.logTarget = options.logTarget ?? false;
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    const { logTarget, reduction } = this;
    return klDiv(x, target, { logTarget, reduction });
  }

  protected override parts(): string[] {
    return this.logTarget ? ["logTarget"] : [];
  }
}
