// instanceNorm: each channel of each image shifted and scaled to mean 0 and variance 1.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import { shapeError, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  batchNorm,
  checkChannels,
  checkNumbers,
  checkRunning,
  moveStatistics,
} from "./batchNorm.ts";
import { cast } from "./cast.ts";
import { centre, standardize } from "./standardize.ts";

export interface InstanceNormOptions {
  /** Mean of each channel, `[channels]`, a `Variable` if it is moved. */
  readonly runningMean?: Tensor | null;
  /** Variance of each channel, likewise. */
  readonly runningVar?: Tensor | null;
  /** Factor of each channel, `[channels]`. */
  readonly weight?: Tensor | null;
  /** Added to each channel, `[channels]`. */
  readonly bias?: Tensor | null;
  /** Normalise by the image's own statistics, and move the running ones (default true). */
  readonly useInputStats?: boolean;
  /** Share of the batch in the running statistics (default 0.1). */
  readonly momentum?: number;
  /** Added to the variance (default 1e-5). */
  readonly eps?: number;
}

/**
 * Instance normalisation, as `torch.nn.functional.instance_norm`.
 *
 *     y = (x − mean) / √(variance + eps) · weight + bias,   mean and variance for each image and channel
 *
 * Running statistics, if given, take the mean over the batch of the images' means and unbiased variances. With
 * `useInputStats: false` they normalise, as in `batchNorm`.
 *
 * @param x       `[batch, channels, …]`, with more than one element for each image and channel
 * @param options runningMean, runningVar, weight, bias, useInputStats, momentum, eps
 * @returns the shape of x
 * @throws ShapeError if the channels disagree, or an image's channel has fewer than two elements; OptionError for
 *         impossible values
 * @example await instanceNorm(Tensor.from([[[1, 3], [5, 5]]]), { eps: 3 }).array() // [[[-0.5, 0.5], [0, 0]]]
 * @see Ulyanov, Vedaldi & Lempitsky 2016, "Instance normalization: the missing ingredient for fast stylization"
 */
export function instanceNorm(x: Tensor, options: InstanceNormOptions = {}): Tensor {
  checkOptions("instanceNorm", options, [
    "runningMean",
    "runningVar",
    "weight",
    "bias",
    "useInputStats",
    "momentum",
    "eps",
  ]);
  const { runningMean = null, runningVar = null, weight = null, bias = null } = options;
  const { useInputStats = true, momentum = 0.1, eps = 1e-5 } = options;
  checkNumbers("instanceNorm", momentum, eps);
  checkChannels("instanceNorm", x, { runningMean, runningVar, weight, bias });
  checkRunning("instanceNorm", runningMean, runningVar);
  if (!useInputStats) {
    if (runningMean === null) {
      throw new OptionError("instanceNorm: no statistics to normalise by", {
        hint: "give runningMean and runningVar, or leave useInputStats true",
      });
    }
    return batchNorm(x, runningMean, runningVar, { weight, bias, eps });
  }
  const [, channels, ...rest] = x.shape as readonly [number, number, ...number[]];
  const count = sizeOf(rest);
  if (count < 2) {
    throw shapeError("instanceNorm", "each channel of an image needs two elements or more", {
      x: { shape: x.shape, layout: "batch, channels, …" },
    });
  }
  const floats = cast(x, "float32");
  const axes = rest.map((_, k) => k + 2);
  moveStatistics("instanceNorm", { runningMean, runningVar }, momentum, () => {
    const { mean, variance } = centre(floats, axes);
    return [
      mean.mean(0).reshape([channels]),
      variance
        .mean(0)
        .reshape([channels])
        .mul(count / (count - 1)),
    ];
  });
  const [factor, summand] = [weight, bias].map(
    (each) => each?.reshape([1, channels, ...rest.map(() => 1)]) ?? null,
  ) as [Tensor | null, Tensor | null];
  return standardize(floats, axes, eps, factor, summand);
}
