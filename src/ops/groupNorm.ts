// groupNorm: each group of channels of each image shifted and scaled to mean 0 and variance 1.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import { shapeError } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkChannels, checkNumbers } from "./batchNorm.ts";
import { cast } from "./cast.ts";
import { standardize } from "./standardize.ts";

export interface GroupNormOptions {
  /** Factor of each channel, `[channels]`. */
  readonly weight?: Tensor | null;
  /** Added to each channel, `[channels]`. */
  readonly bias?: Tensor | null;
  /** Added to the variance (default 1e-5). */
  readonly eps?: number;
}

/**
 * Group normalisation, as `torch.nn.functional.group_norm`.
 *
 *     y = (x − mean) / √(variance + eps) · weight + bias,   mean and variance for each image and group of channels
 *
 * @param x         `[batch, channels]` or `[batch, channels, …]`
 * @param numGroups divides the channels
 * @param options   weight, bias, eps
 * @returns the shape of x
 * @throws ShapeError if the channels disagree or the groups do not divide them; OptionError for impossible values
 * @example await groupNorm(Tensor.from([[1, 3, 5, 5]]), 2, { eps: 3 }).array() // [[-0.5, 0.5, 0, 0]]
 * @see Wu & He 2018, "Group normalization"
 */
export function groupNorm(x: Tensor, numGroups: number, options: GroupNormOptions = {}): Tensor {
  checkOptions("groupNorm", options, ["weight", "bias", "eps"]);
  const { weight = null, bias = null, eps = 1e-5 } = options;
  checkNumbers("groupNorm", 0, eps);
  checkChannels("groupNorm", x, { weight, bias });
  if (!Number.isInteger(numGroups) || numGroups < 1)
    throw new OptionError(`groupNorm: numGroups is ${numGroups}, not a positive whole number`);
  const [batch, channels, ...rest] = x.shape as readonly [number, number, ...number[]];
  if (channels % numGroups !== 0) {
    throw shapeError("groupNorm", `${channels} channels do not divide into ${numGroups} groups`, {
      x: { shape: x.shape, layout: "batch, channels, …" },
    });
  }
  // [batch, group, channel in the group, …]: mean and variance are over all but the first two.
  const size = channels / numGroups;
  const grouped = cast(x, "float32").reshape([batch, numGroups, size, ...rest]);
  const axes = Array.from({ length: grouped.ndim - 2 }, (_, k) => k + 2);
  const [factor, summand] = [weight, bias].map(
    (each) => each?.reshape([1, numGroups, size, ...rest.map(() => 1)]) ?? null,
  ) as [Tensor | null, Tensor | null];
  return standardize(grouped, axes, eps, factor, summand).reshape(x.shape);
}
