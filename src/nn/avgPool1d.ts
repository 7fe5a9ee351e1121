// Average pooling of sequences as a layer.
import { avgPool1d } from "../ops/index.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkInteger, checkPoolPadding } from "./checks.ts";
import { Module } from "./module.ts";

export interface AvgPool1dOptions {
  /** Input elements from one window to the next (default: the kernel size). */
  readonly stride?: number;
  /** Zeros before and after the input, at most half the kernel (default 0). */
  readonly padding?: number;
  /** Round the length up, so that windows may stick out at the end (default false). */
  readonly ceilMode?: boolean;
  /** Count padding in the average (default true). */
  readonly countIncludePad?: boolean;
}

/**
 * Mean of each window, as `torch.nn.AvgPool1d`. Input NCL `[batch, channels, length]`, output NCL.
 *
 *     y[n, c, i] = mean over u of  x[n, c, i·stride + u − padding]
 *
 * @throws OptionError for impossible sizes
 * @example new AvgPool1d(2).forward(Tensor.zeros([8, 6, 28])).shape // [8, 6, 14]
 */
export class AvgPool1d extends Module {
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;

  constructor(kernelSize: number, options: AvgPool1dOptions = {}) {
    super();
    checkOptions("AvgPool1d", options, ["stride", "padding", "ceilMode", "countIncludePad"]);
    const { stride = kernelSize, padding = 0, ceilMode = false, countIncludePad = true } = options;
    checkInteger("AvgPool1d", "kernelSize", kernelSize);
    checkInteger("AvgPool1d", "stride", stride);
    checkPoolPadding("AvgPool1d", padding, [kernelSize, kernelSize]);
    this.kernelSize = kernelSize;
    this.stride = stride;
    this.padding = padding;
    this.ceilMode = ceilMode;
    this.countIncludePad = countIncludePad;
  }

  override forward(x: Tensor): Tensor {
    const { stride, padding, ceilMode, countIncludePad } = this;
    return avgPool1d(x, this.kernelSize, { stride, padding, ceilMode, countIncludePad });
  }

  override extraRepr(): string {
    const parts = [`kernel ${this.kernelSize}`];
    if (this.stride !== this.kernelSize) parts.push(`stride ${this.stride}`);
    if (this.padding !== 0) parts.push(`padding ${this.padding}`);
    if (this.ceilMode) parts.push("ceilMode");
    if (!this.countIncludePad) parts.push("padding not counted");
    return parts.join(", ");
  }
}
