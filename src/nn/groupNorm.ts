// Group normalisation as a layer: it holds the learned numbers; the arithmetic is ops/groupNorm.
import { checkNumbers } from "../ops/batchNorm.ts";
import { groupNorm } from "../ops/index.ts";
import { checkOptions, OptionError } from "../tensor/errors.ts";
import type { Parameter, Tensor } from "../tensor/tensor.ts";
import { checkInteger } from "./checks.ts";
import { Module } from "./module.ts";
import { filledParameter } from "./parameters.ts";

export interface GroupNormOptions {
  /** Added to the variance (default 1e-5). */
  readonly eps?: number;
  /** Learn a factor and a summand for each channel (default true). */
  readonly affine?: boolean;
}

/**
 * Group normalisation, as `torch.nn.GroupNorm`.
 *
 *     y = (x − mean) / √(variance + eps) · weight + bias,   mean and variance for each image and group of channels
 *
 * Input and output `[batch, numChannels, …]`; weight and bias `[numChannels]` start as 1 and 0. One group is layer
 * normalisation of each image, as many groups as channels are instance normalisation.
 *
 * @throws OptionError if the groups do not divide the channels; ShapeError if x has other channels
 * @example new GroupNorm(2, 6).forward(Tensor.zeros([8, 6, 5, 5])).shape // [8, 6, 5, 5]
 * @see Wu & He 2018, "Group normalization"
 */
export class GroupNorm extends Module {
  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;

  constructor(numGroups: number, numChannels: number, options: GroupNormOptions = {}) {
    super();
    checkOptions("GroupNorm", options, ["eps", "affine"]);
    const { eps = 1e-5, affine = true } = options;
    checkInteger("GroupNorm", "numGroups", numGroups);
    checkInteger("GroupNorm", "numChannels", numChannels);
    checkNumbers("GroupNorm", 0, eps);
    if (numChannels % numGroups !== 0) {
      throw new OptionError(
        `GroupNorm: numChannels (${numChannels}) is not divisible by numGroups (${numGroups})`,
      );
    }
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = eps;
    this.weight = affine ? filledParameter([numChannels], 1) : null;
    this.bias = affine ? filledParameter([numChannels], 0) : null;
  }

  override forward(x: Tensor): Tensor {
    const { weight, bias, eps } = this;
    return groupNorm(x, this.numGroups, { weight, bias, eps });
  }

  override extraRepr(): string {
    const parts = [String(this.numGroups), String(this.numChannels)];
    if (this.eps !== 1e-5) parts.push(`eps ${this.eps}`);
    if (this.weight === null) parts.push("affine false");
    return parts.join(", ");
  }
}
