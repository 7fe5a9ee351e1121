// Binary cross entropy of probabilities as a loss layer.
import { type BinaryLossOptions, binaryCrossEntropy, type Reduction } from "../ops/index.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor, Variable } from "../tensor/tensor.ts";
import { bufferOf, LossModule } from "./lossModule.ts";

/**
 * Cross entropy of probabilities and yes-or-no targets, as `torch.nn.BCELoss`; shapes and formula are those
 * of `functional.binaryCrossEntropy`. The weight is a buffer.
 *
 * @throws OptionError for an unknown reduction
 * @example await new BCELoss().forward(Tensor.from([0.5]), Tensor.from([1])).item() // 0.693…
 */
export class BCELoss extends LossModule<Reduction> {
  readonly weight: Variable | null;

  constructor(options: BinaryLossOptions = {}) {
    checkOptions("BCELoss", options, ["weight", "reduction"]);
    super(options);
    this.weight = bufferOf(options.weight);
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    const { weight, reduction } = this;
    return binaryCrossEntropy(x, target, { weight, reduction });
  }
}
