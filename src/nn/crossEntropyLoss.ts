// Cross entropy as a loss layer.

import { checkSmoothing } from "../ops/crossEntropy.ts";
import { type CrossEntropyOptions, crossEntropy, type Reduction } from "../ops/index.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor, Variable } from "../tensor/tensor.ts";
import { bufferOf, LossModule } from "./lossModule.ts";

/**
 * Cross entropy of logits and class numbers or probabilities, as `torch.nn.CrossEntropyLoss`; shapes and
 * formula are those of `functional.crossEntropy`. The weight is a buffer.
 *
 * @throws OptionError for impossible values
 * @example
 * const loss = new CrossEntropyLoss({ labelSmoothing: 0.1 });
 * await loss.forward(Tensor.zeros([1, 2]), Tensor.from([0], { dtype: "int32" })).item() // 0.693…
 */
export class CrossEntropyLoss extends LossModule<Reduction> {
  readonly weight: Variable | null;
  readonly ignoreIndex: number | undefined;
  readonly labelSmoothing: number;

  constructor(options: CrossEntropyOptions = {}) {
    checkOptions("CrossEntropyLoss", options, [
      "weight",
      "ignoreIndex",
      "labelSmoothing",
      "reduction",
    ]);
    super(options);
    checkSmoothing("CrossEntropyLoss", options.labelSmoothing ?? 0);
    this.weight = bufferOf(options.weight);
    this.ignoreIndex = options.ignoreIndex;
    this.labelSmoothing = options.labelSmoothing ?? 0;
  }

  override forward(logits: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, labelSmoothing, reduction } = this;
    // Given only if it was: without, the plain case is cheaper.
    const ignored = ignoreIndex === undefined ? {} : { ignoreIndex };
    return crossEntropy(logits, target, { weight, ...ignored, labelSmoothing, reduction });
  }

  protected override parts(): string[] {
    const parts: string[] = [];
    if (this.ignoreIndex !== undefined) parts.push(`ignoreIndex ${this.ignoreIndex}`);
    if (this.labelSmoothing !== 0) parts.push(`labelSmoothing ${this.labelSmoothing}`);
    return parts;
  }
}
