// Maximum pooling of sequences as a layer.
import { maxPool1d } from "../ops/index.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkInteger, checkPoolPadding } from "./checks.ts";
import { Module } from "./module.ts";

export interface MaxPool1dOptions {
  /** Input elements from one window to the next (default: the kernel size). */
  readonly stride?: number;
  /** Elements of −∞ before and after the input, at most half the kernel (default 0). */
  readonly padding?: number;
  /** Input elements between neighbouring window elements (default 1). */
  readonly dilation?: number;
  /** Round the length up, so that windows may stick out at the end (default false). */
  readonly ceilMode?: boolean;
}

/**
 * Largest value of each window, as `torch.nn.MaxPool1d`. Input NCL `[batch, channels, length]`, output NCL.
 *
 *     y[n, c, i] = max over u of  x[n, c, i·stride + u·dilation − padding]
 *
 * @throws OptionError for impossible sizes
 * @example new MaxPool1d(3, { stride: 2 }).forward(Tensor.zeros([1, 96, 54])).shape // [1, 96, 26]
 */
export class MaxPool1d extends Module {
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  readonly ceilMode: boolean;

  constructor(kernelSize: number, options: MaxPool1dOptions = {}) {
    super();
    checkOptions("MaxPool1d", options, ["stride", "padding", "dilation", "ceilMode"]);
    const { stride = kernelSize, padding = 0, dilation = 1, ceilMode = false } = options;
    checkInteger("MaxPool1d", "kernelSize", kernelSize);
    checkInteger("MaxPool1d", "stride", stride);
    checkInteger("MaxPool1d", "dilation", dilation);
    checkPoolPadding("MaxPool1d", padding, [kernelSize, kernelSize]);
    this.kernelSize = kernelSize;
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
    this.ceilMode = ceilMode;
  }

  override forward(x: Tensor): Tensor {
    const { stride, padding, dilation, ceilMode } = this;
    return maxPool1d(x, this.kernelSize, { stride, padding, dilation, ceilMode });
  }

  override extraRepr(): string {
    const parts = [`kernel ${this.kernelSize}`];
    if (this.stride !== this.kernelSize) parts.push(`stride ${this.stride}`);
    if (this.padding !== 0) parts.push(`padding ${this.padding}`);
    if (this.dilation !== 1) parts.push(`dilation ${this.dilation}`);
    if (this.ceilMode) parts.push("ceilMode");
    return parts.join(", ");
  }
}
