// Instance normalisation as layers: they hold the learned and the running numbers; the arithmetic is
// ops/instanceNorm.
import { instanceNorm } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type NormOptions, RunningNorm } from "./runningNorm.ts";

export interface InstanceNormOptions extends NormOptions {
  /** Share of a batch in the running statistics (default 0.1). */
  readonly momentum?: number;
  /** Learn a factor and a summand for each channel (default false). */
  readonly affine?: boolean;
  /** Keep running statistics for evaluation; without, each image's own always serve (default false). */
  readonly trackRunningStats?: boolean;
}

/** What the layers share; a subclass says which inputs it takes. */
abstract class InstanceNorm extends RunningNorm {
  declare readonly momentum: number;

  constructor(numFeatures: number, options: InstanceNormOptions = {}) {
    super(numFeatures, options, { affine: false, trackRunningStats: false });
  }

  /** Throws unless x has a fitting number of axes. */
  protected abstract checkInput(x: Tensor): void;

  // PyTorch does not count the batches here, though it keeps the counter.
  override forward(x: Tensor): Tensor {
    this.checkInput(x);
    const { runningMean, runningVar, weight, bias, momentum, eps } = this;
    const useInputStats = this.training || runningMean === null;
    return instanceNorm(x, {
      runningMean,
      runningVar,
      weight,
      bias,
      useInputStats,
      momentum,
      eps,
    });
  }
}

/**
 * Instance normalisation of images, as `torch.nn.InstanceNorm2d`.
 *
 *     y = (x − mean) / √(variance + eps) · weight + bias,   mean and variance for each image and channel
 *
 * Input and output NCHW `[batch, numFeatures, height, width]`. With `trackRunningStats` the running statistics become
 * (1 − momentum)·running + momentum·(mean over the batch), and serve in evaluation.
 *
 * @throws ShapeError if x has not four axes, other channels, or one pixel; OptionError for impossible values
 * @example new InstanceNorm2d(6).forward(Tensor.zeros([8, 6, 28, 28])).shape // [8, 6, 28, 28]
 * @see Ulyanov, Vedaldi & Lempitsky 2016, "Instance normalization: the missing ingredient for fast stylization"
 */
export class InstanceNorm2d extends InstanceNorm {
  protected override checkInput(x: Tensor): void {
    this.checkAxes(x, [4], "NCHW");
  }
}

/**
 * Instance normalisation of sequences, as `torch.nn.InstanceNorm1d`; see {@link InstanceNorm2d}.
 *
 * Input and output `[batch, numFeatures, length]`.
 *
 * @throws ShapeError if x has not three axes, other channels, or length 1; OptionError for impossible values
 * @example new InstanceNorm1d(6).forward(Tensor.zeros([8, 6, 28])).shape // [8, 6, 28]
 */
export class InstanceNorm1d extends InstanceNorm {
  protected override checkInput(x: Tensor): void {
    this.checkAxes(x, [3], "batch, channels, length");
  }
}
