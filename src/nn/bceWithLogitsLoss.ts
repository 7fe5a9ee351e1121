// Binary cross entropy of logits as a loss layer.
import {
  type BinaryCrossEntropyWithLogitsOptions,
  binaryCrossEntropyWithLogits,
  type Reduction,
} from "../ops/index.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor, Variable } from "../tensor/tensor.ts";
import { bufferOf, LossModule } from "./lossModule.ts";

/**
 * Cross entropy of logits and yes-or-no targets, as `torch.nn.BCEWithLogitsLoss`; shapes and formula are
 * those of `functional.binaryCrossEntropyWithLogits`. The weights are buffers.
 *
 * @throws OptionError for an unknown reduction
 * @example await new BCEWithLogitsLoss().forward(Tensor.from([0]), Tensor.from([1])).item() // 0.693…
 */
export class BCEWithLogitsLoss extends LossModule<Reduction> {
  readonly weight: Variable | null;
  readonly posWeight: Variable | null;

  constructor(options: BinaryCrossEntropyWithLogitsOptions = {}) {
    checkOptions("BCEWithLogitsLoss", options, ["weight", "posWeight", "reduction"]);
    super(options);
    this.weight = bufferOf(options.weight);
    this.posWeight = bufferOf(options.posWeight);
  }

  override forward(logits: Tensor, target: Tensor): Tensor {
    const { weight, posWeight, reduction } = this;
    return binaryCrossEntropyWithLogits(logits, target, { weight, posWeight, reduction });
  }
}
