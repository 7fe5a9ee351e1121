// Negative log-likelihood as a loss layer.
import { type NllLossOptions, nllLoss, type Reduction } from "../ops/index.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor, Variable } from "../tensor/tensor.ts";
import { bufferOf, LossModule } from "./lossModule.ts";

/**
 * Negative log-likelihood of class numbers, as `torch.nn.NLLLoss`; shapes and formula are those of
 * `functional.nllLoss`. The weight is a buffer.
 *
 * @throws OptionError for impossible values
 * @example await new NLLLoss().forward(Tensor.from([[-1, -2]]), Tensor.from([1], { dtype: "int32" })).item() // 2
 */
export class NLLLoss extends LossModule<Reduction> {
  readonly weight: Variable | null;
  readonly ignoreIndex: number;

  constructor(options: NllLossOptions = {}) {
    checkOptions("NLLLoss", options, ["weight", "ignoreIndex", "reduction"]);
    super(options);
    this.weight = bufferOf(options.weight);
    this.ignoreIndex = options.ignoreIndex ?? -100;
  }

  override forward(logProbabilities: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, reduction } = this;
    return nllLoss(logProbabilities, target, { weight, ignoreIndex, reduction });
  }

  protected override parts(): string[] {
    return this.ignoreIndex === -100 ? [] : [`ignoreIndex ${this.ignoreIndex}`];
  }
}
