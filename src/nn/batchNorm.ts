// Batch normalisation as layers: they hold the learned and the running numbers; the arithmetic is
// ops/batchNorm.
import { batchNorm } from "../ops/index.ts";
import { presentBuffer, updateBuffer } from "../tensor/buffers.ts";
import { noGrad } from "../tensor/state.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type NormOptions, RunningNorm } from "./runningNorm.ts";

export interface BatchNormOptions extends NormOptions {
  /** Share of a batch in the running statistics (default 0.1); null for the plain mean of all batches. */
  readonly momentum?: number | null;
  /** Learn a factor and a summand for each channel (default true). */
  readonly affine?: boolean;
  /** Keep running statistics for evaluation; without, the batch's own always serve (default true). */
  readonly trackRunningStats?: boolean;
}

/** What the layers share; a subclass says which inputs it takes. */
abstract class BatchNorm extends RunningNorm {
  constructor(numFeatures: number, options: BatchNormOptions = {}) {
    super(numFeatures, options, { affine: true, trackRunningStats: true });
  }

  /** Throws unless x has a fitting number of axes. */
  protected abstract checkInput(x: Tensor): void;

  override forward(x: Tensor): Tensor {
    this.checkInput(x);
    const { weight, bias, training, eps, numBatchesTracked } = this;
    const options = { weight, bias, training, momentum: this.#share(), eps };
    const y = batchNorm(x, this.runningMean, this.runningVar, options);
    if (training && numBatchesTracked !== null)
      updateBuffer(numBatchesTracked, (count) => count.add(1));
    return y;
  }

  /** Share of this batch in the running statistics: of the n-th batch 1/n, where all count alike. */
  #share(): number | Tensor {
    if (this.momentum !== null) return this.momentum;
    if (!this.training || this.numBatchesTracked === null) return 0;
    const before = presentBuffer(this.numBatchesTracked);
    return noGrad(() => before.add(1).to("float32").reciprocal());
  }
}

/**
 * Batch normalisation of images, as `torch.nn.BatchNorm2d`.
 *
 *     y = (x − mean) / √(variance + eps) · weight + bias,   mean and variance for each channel
 *
 * Input and output NCHW `[batch, numFeatures, height, width]`. In training the statistics are the batch's, and the
 * running ones become (1 − momentum)·running + momentum·batch (with `momentum: null` the mean of all
 * batches so far); in evaluation they are the running ones. The new
 * running values are computed together with the next update (`optimizer.step()`), or when they are read.
 *
 * @throws ShapeError if x has not four axes or other channels; OptionError for impossible values
 * @example new BatchNorm2d(6).forward(Tensor.zeros([8, 6, 28, 28])).shape // [8, 6, 28, 28]
 * @see Ioffe & Szegedy 2015, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift"
 */
export class BatchNorm2d extends BatchNorm {
  protected override checkInput(x: Tensor): void {
    this.checkAxes(x, [4], "NCHW");
  }
}

/**
 * Batch normalisation of vectors or sequences, as `torch.nn.BatchNorm1d`; see {@link BatchNorm2d}.
 *
 * Input and output `[batch, numFeatures]` or `[batch, numFeatures, length]`.
 *
 * @throws ShapeError if x has not two or three axes or other channels; OptionError for impossible values
 * @example new BatchNorm1d(84).forward(Tensor.zeros([8, 84])).shape // [8, 84]
 */
export class BatchNorm1d extends BatchNorm {
  protected override checkInput(x: Tensor): void {
    this.checkAxes(x, [2, 3], "batch, channels(, length)");
  }
}
