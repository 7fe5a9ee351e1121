// Maximum pooling as a layer.
import { maxPool2d } from "../ops/index.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  checkPoolPadding,
  checkSize,
  formatPair,
  formatSize,
  isAll,
  type Size2d,
} from "./checks.ts";
import { Module } from "./module.ts";

export interface MaxPool2dOptions {
  /** Input pixels from one window to the next (default: the kernel size). */
  readonly stride?: Size2d;
  /** Pixels of −∞ around the input, at most half the kernel (default 0). */
  readonly padding?: Size2d;
  /** Input pixels between neighbouring window elements (default 1). */
  readonly dilation?: Size2d;
  /** Round the output size up, so that windows may stick out at the end (default false). */
  readonly ceilMode?: boolean;
}

/**
 * Largest value of each window, as `torch.nn.MaxPool2d`.
 *
 *     y[n, c, i, j] = max over u, v of  x[n, c, i·stride + u·dilation − padding, …]
 *
 * Input NCHW `[batch, channels, height, width]`, output NCHW `[batch, channels, outHeight, outWidth]`.
 *
 * @throws OptionError for impossible sizes
 * @example new MaxPool2d(3, { stride: 2 }).forward(Tensor.zeros([1, 96, 54, 54])).shape // [1, 96, 26, 26]
 */
export class MaxPool2d extends Module {
  readonly kernelSize: Size2d;
  readonly stride: Size2d;
  readonly padding: Size2d;
  readonly dilation: Size2d;
  readonly ceilMode: boolean;

  constructor(kernelSize: Size2d, options: MaxPool2dOptions = {}) {
    super();
    checkOptions("MaxPool2d", options, ["stride", "padding", "dilation", "ceilMode"]);
    const { stride = kernelSize, padding = 0, dilation = 1, ceilMode = false } = options;
    const kernel = checkSize("MaxPool2d", "kernelSize", kernelSize);
    checkSize("MaxPool2d", "stride", stride);
    checkSize("MaxPool2d", "dilation", dilation);
    checkPoolPadding("MaxPool2d", padding, kernel);
    this.kernelSize = kernelSize;
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
    this.ceilMode = ceilMode;
  }

  override forward(x: Tensor): Tensor {
    const { stride, padding, dilation, ceilMode } = this;
    return maxPool2d(x, this.kernelSize, { stride, padding, dilation, ceilMode });
  }

  override extraRepr(): string {
    const parts = [`kernel ${formatSize(this.kernelSize)}`];
    if (formatSize(this.stride) !== formatSize(this.kernelSize))
      parts.push(`stride ${formatPair(this.stride)}`);
    if (!isAll(this.padding, 0)) parts.push(`padding ${formatPair(this.padding)}`);
    if (!isAll(this.dilation, 1)) parts.push(`dilation ${formatPair(this.dilation)}`);
    if (this.ceilMode) parts.push("ceilMode");
    return parts.join(", ");
  }
}
