// Average pooling as a layer.
import { avgPool2d } from "../ops/index.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  checkInteger,
  checkPoolPadding,
  checkSize,
  formatPair,
  formatSize,
  isAll,
  type Size2d,
} from "./checks.ts";
import { Module } from "./module.ts";

export interface AvgPool2dOptions {
  /** Input pixels from one window to the next (default: the kernel size). */
  readonly stride?: Size2d;
  /** Zeros around the input, at most half the kernel (default 0). */
  readonly padding?: Size2d;
  /** Round the output size up, so that windows may stick out at the end (default false). */
  readonly ceilMode?: boolean;
  /** Count padding in the average (default true). */
  readonly countIncludePad?: boolean;
  /** Divide by this instead of the number of pixels. */
  readonly divisorOverride?: number | null;
}

/**
 * Mean of each window, as `torch.nn.AvgPool2d`.
 *
 *     y[n, c, i, j] = mean over u, v of  x[n, c, i·stride + u − padding, j·stride + v − padding]
 *
 * Input NCHW `[batch, channels, height, width]`, output NCHW `[batch, channels, outHeight, outWidth]`.
 *
 * @throws OptionError for impossible sizes
 * @example new AvgPool2d(2).forward(Tensor.zeros([8, 6, 28, 28])).shape // [8, 6, 14, 14]
 */
export class AvgPool2d extends Module {
  readonly kernelSize: Size2d;
  readonly stride: Size2d;
  readonly padding: Size2d;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;

  constructor(kernelSize: Size2d, options: AvgPool2dOptions = {}) {
    super();
    checkOptions("AvgPool2d", options, [
      "stride",
      "padding",
      "ceilMode",
      "countIncludePad",
      "divisorOverride",
    ]);
    const { stride = kernelSize, padding = 0, ceilMode = false, countIncludePad = true } = options;
    const divisorOverride = options.divisorOverride ?? null;
    const kernel = checkSize("AvgPool2d", "kernelSize", kernelSize);
    checkSize("AvgPool2d", "stride", stride);
    checkPoolPadding("AvgPool2d", padding, kernel);
    if (divisorOverride !== null) checkInteger("AvgPool2d", "divisorOverride", divisorOverride);
    this.kernelSize = kernelSize;
    this.stride = stride;
    this.padding = padding;
    this.ceilMode = ceilMode;
    this.countIncludePad = countIncludePad;
    this.divisorOverride = divisorOverride;
  }

  override forward(x: Tensor): Tensor {
    const { stride, padding, ceilMode, countIncludePad, divisorOverride } = this;
    return avgPool2d(x, this.kernelSize, {
      stride,
      padding,
      ceilMode,
      countIncludePad,
      divisorOverride,
    });
  }

  override extraRepr(): string {
    const parts = [`kernel ${formatSize(this.kernelSize)}`];
    if (formatSize(this.stride) !== formatSize(this.kernelSize))
      parts.push(`stride ${formatPair(this.stride)}`);
    if (!isAll(this.padding, 0)) parts.push(`padding ${formatPair(this.padding)}`);
    if (this.ceilMode) parts.push("ceilMode");
    if (!this.countIncludePad) parts.push("countIncludePad false");
    if (this.divisorOverride !== null) parts.push(`divisorOverride ${this.divisorOverride}`);
    return parts.join(", ");
  }
}
